// Group normalisation of pictures `[n, places, channels]`, stretched and shifted by picture and channel.
#pragma once
#include <stdint.h>

namespace flowerbed {

/** Statistics are over the places of each picture and `channels / groups` neighbouring channels. */
struct NormalizationShape {
  int64_t n, places, channels, groups;
  /** Whether what is below nought becomes nought. */
  bool relu;
};

struct Normalizations {
  /** y = (x − mean)·reciprocal·scale + shift; all but x and y are `[n, channels]`. */
  void (*forward)(const NormalizationShape &, const float *x, const float *scale, const float *shift, float *y, float *mean,
                  float *reciprocal);
  /** dx, dScale and dShift of dy. */
  void (*gradient)(const NormalizationShape &, const float *x, const float *scale, const float *shift, const float *mean,
                   const float *reciprocal, const float *dy, float *dx, float *dscale, float *dshift);
};

extern const Normalizations kNormalizationsAvx2;
extern const Normalizations kNormalizationsAvx512;

}  // namespace flowerbed
