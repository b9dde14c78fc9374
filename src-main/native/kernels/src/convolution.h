// Convolutions of images `[n, height, width, channels]` with stride 1 and 'same' padding, and their gradients.
#pragma once
#include <stdint.h>

namespace flowerbed {

/** x `[n, h, w, cin]`, weights `[kh, kw, cin, cout]` (kh and kw odd), y `[n, h, w, cout]`. */
struct ConvolutionShape {
  int64_t n, h, w, cin, cout, kh, kw;
};

/** What the kernels are only called with. Static, since one copy for every unit might be that of the newest instructions. */
static inline bool IsValid(const ConvolutionShape &s) {
  return s.n > 0 && s.h > 0 && s.w > 0 && s.cin > 0 && s.cout > 0 && s.kh > 0 && s.kh % 2 == 1 && s.kw > 0 && s.kw % 2 == 1;
}

/** What is fused with a convolution: x becomes max(x · factor + term, least), factors and terms `[n, cin]`; y gets `added`. */
struct Fusion {
  /** Null for x as it is. */
  const float *factor = nullptr, *term = nullptr;
  float least = 0;
  /** Like y, or null. */
  const float *added = nullptr;
};

/** Channels by whose multiples the kernels fuse, whichever instructions they use. */
constexpr int64_t kFusedChannels = 32;

/** What one instruction set has to offer. */
struct Convolutions {
  /** y = x * weights + bias. */
  void (*forward)(const ConvolutionShape &, const float *x, const float *weights, const float *bias, float *y);
  /** dx of dy. */
  void (*gradient_of_input)(const ConvolutionShape &, const float *weights, const float *dy, float *dx);
  /** dWeights and dBias of dy; sums in an order that depends on shape, threads and cache alone. */
  void (*gradient_of_weights)(const ConvolutionShape &, const float *x, const float *dy, float *dweights,
                              float *dbias);
  /** As forward, by fewer products where that is possible, and less exactly. */
  void (*fast_forward)(const ConvolutionShape &, const float *x, const float *weights, const float *bias, float *y);
  /** As fast_forward, 3 × 3 and of multiples of kFusedChannels only. */
  void (*fused_forward)(const ConvolutionShape &, const Fusion &, const float *x, const float *weights, const float *bias,
                        float *y);
};

extern const Convolutions kAvx2;
extern const Convolutions kAvx512;
/** Multiplies numbers rounded to bfloat16 and sums them in float32. */
extern const Convolutions kAvx512Bf16;

}  // namespace flowerbed
