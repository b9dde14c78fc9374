// Sixteen floats at a time. Include it inside of a namespace, after <immintrin.h>.
#pragma once

struct Vector {
  static constexpr int kLanes = 16;
  /** Of the 32 registers: pixels or rows at once, two vectors of outputs each. */
  static constexpr int kPixels = 14, kRows = 12;
#ifdef FLOWERBED_BF16
  /** Numbers of x that one 32-bit word holds. */
  static constexpr int kInWord = 2;
#else
  static constexpr int kInWord = 1;
#endif
  __m512 value;

  static Vector Zero() { return {_mm512_setzero_ps()}; }
  static Vector Load(const float *from) { return {_mm512_loadu_ps(from)}; }
  static Vector All(const float *from) { return {_mm512_set1_ps(*from)}; }
  void Store(float *to) const { _mm512_storeu_ps(to, value); }
#ifdef FLOWERBED_BF16
  /** this + a · b, the products of both halves of each word. */
  Vector Plus(Vector a, Vector b) const {
    return {_mm512_dpbf16_ps(value, reinterpret_cast<__m512bh>(a.value), reinterpret_cast<__m512bh>(b.value))};
  }
#else
  /** this + a · b. */
  Vector Plus(Vector a, Vector b) const { return {_mm512_fmadd_ps(a.value, b.value, value)}; }
#endif
};
