// Group normalisation of images `[n, pixels, channels]`, moved before and stretched and shifted after it by image
// and channel.
#pragma once
#include <stdint.h>

namespace flowerbed {

/** Statistics are over the pixels of each image and `channels / groups` neighbouring channels. */
struct NormalizationShape {
  int64_t n, pixels, channels, groups;
  /** Whether what is below zero becomes zero. */
  bool relu;
  /** Whether the gradient by the offset is asked for; else it is zero. */
  bool moved;
};

/** What the kernels are only called with. */
static inline bool IsValid(const NormalizationShape &s) {
  return s.n > 0 && s.pixels > 0 && s.channels > 0 && s.groups > 0 && s.channels % s.groups == 0;
}

struct NormalizationInputs {
  const float *x, *offset, *scale, *shift;
};

struct NormalizationGradients {
  float *dx, *doffset, *dscale, *dshift;
};

struct Normalizations {
  /** y = (x + offset − mean)·reciprocal·scale + shift; all but x and y are `[n, channels]`, the mean is of x + offset. */
  void (*forward)(const NormalizationShape &, const NormalizationInputs &, float *y, float *mean, float *reciprocal);
  /** The factors and terms `[n, channels]` of y = x · factor + term, before relu. */
  void (*factors)(const NormalizationShape &, const NormalizationInputs &, float *factor, float *term);
  /** dx, dOffset, dScale and dShift of dy. */
  void (*gradient)(const NormalizationShape &, const NormalizationInputs &, const float *mean, const float *reciprocal,
                   const float *dy, const NormalizationGradients &);
};

extern const Normalizations kNormalizationsAvx2;
extern const Normalizations kNormalizationsAvx512;

}  // namespace flowerbed
