// Eight floats at a time. Include it inside of a namespace, after <immintrin.h>.
#pragma once

struct Vector {
  static constexpr int kLanes = 8;
  /** Of the 16 registers: outputs of one pixel, and pixels or rows at once. */
  static constexpr int kPixels = 6, kRows = 6;
  /** Numbers of x that one 32-bit word holds. */
  static constexpr int kInWord = 1;
  __m256 value;

  static Vector Zero() { return {_mm256_setzero_ps()}; }
  static Vector Load(const float *from) { return {_mm256_loadu_ps(from)}; }
  static Vector All(const float *from) { return {_mm256_broadcast_ss(from)}; }
  void Store(float *to) const { _mm256_storeu_ps(to, value); }
  /** this + a · b. */
  Vector Plus(Vector a, Vector b) const { return {_mm256_fmadd_ps(a.value, b.value, value)}; }
};
