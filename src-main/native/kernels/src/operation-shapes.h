// The shapes of the operations: what those of the inputs must be, and what those of the outputs are. The same rules hold
// while a graph is built, when sizes may be unknown, and when a kernel runs.
#pragma once
#include <stdint.h>

namespace flowerbed {

/** A size or an attribute that is not known yet. */
constexpr int64_t kUnknown = -1;
constexpr int kMaxRank = 4, kMaxInputs = 7, kMaxOutputs = 4;

struct Shape {
  int rank;
  int64_t sizes[kMaxRank];
  int64_t operator[](int i) const { return sizes[i]; }
};

/** The attributes of a node; those that its operation does not have stay as they are here. */
struct Attributes {
  bool bf16 = false, fast = false, relu = false, moved = false, bilinear = false;
  int64_t kernel_height = kUnknown, kernel_width = kUnknown, groups = kUnknown;
  /** Of the images before they were resized. */
  int64_t height = kUnknown, width = kUnknown, channels = kUnknown;
};

/** Writes the shapes of the outputs; returns what is wrong with those of the inputs, whose ranks are right, or null. */
using InferShapes = const char *(*)(const Attributes &, const Shape *inputs, Shape *outputs);

/** x, weights, bias → y. */
const char *InferConv2D(const Attributes &, const Shape *inputs, Shape *outputs);
/** weights, dy → dx. */
const char *InferConv2DInputGradient(const Attributes &, const Shape *inputs, Shape *outputs);
/** x, dy → dWeights, dBias. */
const char *InferConv2DWeightsGradient(const Attributes &, const Shape *inputs, Shape *outputs);
/** x, offset, scale, shift → y, mean, reciprocal. */
const char *InferGroupNorm(const Attributes &, const Shape *inputs, Shape *outputs);
/** x, offset, scale, shift, weights, bias, and with kAdds what is added to y → y. */
template <bool kAdds>
const char *InferNormalizedConv2D(const Attributes &, const Shape *inputs, Shape *outputs);
/** x, offset, scale, shift, mean, reciprocal, dy → dx, dOffset, dScale, dShift. */
const char *InferGroupNormGradient(const Attributes &, const Shape *inputs, Shape *outputs);
/** x, beside → y. */
const char *InferResizeBeside(const Attributes &, const Shape *inputs, Shape *outputs);
/** dy → dx, dBeside. */
const char *InferResizeBesideGradient(const Attributes &, const Shape *inputs, Shape *outputs);

}  // namespace flowerbed
