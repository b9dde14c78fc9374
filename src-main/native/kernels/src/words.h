// The 32-bit words that the inner loops multiply: one float, or two numbers of bfloat16.
#pragma once

/** Rounds to the nearest bfloat16, ties to even; as the upper half of a float it is that float. */
static inline uint32_t ToBf16(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  // A NaN must not be rounded into an infinity.
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >> 16) | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

static inline void PutWord(float *to, float first, float second) {
  if (Vector::kInWord == 1) {
    *to = first;
    return;
  }
  const uint32_t word = ToBf16(first) | ToBf16(second) << 16;
  memcpy(to, &word, sizeof word);
}

/** Words of (first[i], second[i]); either may be null for zeros. Without pairs, `second` is not looked at. */
static inline void PutWords(float *to, const float *first, const float *second, int64_t count) {
  int64_t i = 0;
#ifdef FLOWERBED_BF16
  const auto half = [](const float *from, int64_t at) {
    if (!from) return _mm512_setzero_si512();
    return _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(from + at))));
  };
  for (; i + 16 <= count; i += 16) {
    const __m512i word = _mm512_or_si512(half(first, i), _mm512_slli_epi32(half(second, i), 16));
    _mm512_storeu_si512(to + i, word);
  }
#else
  for (; i + Vector::kLanes <= count; i += Vector::kLanes)
    (first ? Vector::Load(first + i) : Vector::Zero()).Store(to + i);
#endif
  for (; i < count; i++) PutWord(to + i, first ? first[i] : 0, second ? second[i] : 0);
}

/** The words of `numbers` numbers that lie in a row, `words` of them; what is missing is zero. */
static inline void PutRow(float *to, const float *from, int64_t words, int64_t numbers) {
#ifdef FLOWERBED_BF16
  for (; words >= 16 && numbers >= 32; words -= 16, numbers -= 32, to += 16, from += 32)
    _mm512_storeu_ps(to, reinterpret_cast<__m512>(_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + 16), _mm512_loadu_ps(from))));
#endif
  for (int64_t i = 0; i < words; i++) {
    const int64_t at = i * Vector::kInWord;
    PutWord(to + i, at < numbers ? from[at] : 0, at + 1 < numbers ? from[at + 1] : 0);
  }
}

/** Asks the memory for numbers that are read soon; may lie beyond the end. */
static inline void Prefetch(const float *from, int64_t count) {
  for (int64_t i = 0; i < count; i += 16) __builtin_prefetch(from + i);
}

/** `count` floats and zeros behind them up to `padded`. */
static inline void PutPadded(float *to, const float *from, int64_t count, int64_t padded) {
  assert(padded >= count);
  memcpy(to, from, sizeof(float) * count);
  memset(to + count, 0, sizeof(float) * (padded - count));
}
