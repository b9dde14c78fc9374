#include "operation-shapes.h"

#include "convolution.h"

namespace flowerbed {
namespace {

bool Known(int64_t size) { return size != kUnknown; }

bool Fits(int64_t a, int64_t b) { return !Known(a) || !Known(b) || a == b; }

bool Fits(const Shape &a, const Shape &b) {
  for (int i = 0; i < a.rank; i++)
    if (!Fits(a[i], b[i])) return false;
  return true;
}

bool IsOdd(int64_t side) { return !Known(side) || side % 2 == 1; }

int64_t Either(int64_t a, int64_t b) { return Known(a) ? a : b; }

}  // namespace

const char *InferConv2D(const Attributes &, const Shape *inputs, Shape *outputs) {
  const Shape &x = inputs[0], &weights = inputs[1], &bias = inputs[2];
  if (!Fits(weights[2], x[3]) || !Fits(bias[0], weights[3]))
    return "The shapes of images, weights and bias do not fit together.";
  if (!IsOdd(weights[0]) || !IsOdd(weights[1])) return "The sides of a convolution kernel must be odd.";
  outputs[0] = {4, {x[0], x[1], x[2], Either(weights[3], bias[0])}};
  return nullptr;
}

const char *InferConv2DInputGradient(const Attributes &, const Shape *inputs, Shape *outputs) {
  const Shape &weights = inputs[0], &dy = inputs[1];
  if (!Fits(weights[3], dy[3])) return "The shapes of weights and gradient do not fit together.";
  if (!IsOdd(weights[0]) || !IsOdd(weights[1])) return "The sides of a convolution kernel must be odd.";
  outputs[0] = {4, {dy[0], dy[1], dy[2], weights[2]}};
  return nullptr;
}

const char *InferConv2DWeightsGradient(const Attributes &node, const Shape *inputs, Shape *outputs) {
  const Shape &x = inputs[0], &dy = inputs[1];
  if (!Fits(x[0], dy[0]) || !Fits(x[1], dy[1]) || !Fits(x[2], dy[2]))
    return "The shapes of images and gradient do not fit together.";
  if (!IsOdd(node.kernel_height) || !IsOdd(node.kernel_width)) return "The sides of a convolution kernel must be odd.";
  outputs[0] = {4, {node.kernel_height, node.kernel_width, x[3], dy[3]}};
  outputs[1] = {1, {dy[3]}};
  return nullptr;
}

const char *InferGroupNorm(const Attributes &node, const Shape *inputs, Shape *outputs) {
  const Shape &x = inputs[0], rows = {2, {x[0], x[3]}};
  for (int i = 1; i < 4; i++)
    if (!Fits(inputs[i], rows)) return "The shapes of images, offset, scale and shift do not fit together.";
  if (Known(x[3]) && Known(node.groups) && x[3] % node.groups != 0) return "The number of groups does not divide the channels.";
  outputs[0] = x;
  outputs[1] = outputs[2] = rows;
  return nullptr;
}

template <bool kAdds>
const char *InferNormalizedConv2D(const Attributes &node, const Shape *inputs, Shape *outputs) {
  Shape normalized[3];
  const char *wrong = InferGroupNorm(node, inputs, normalized);
  if (wrong) return wrong;
  const Shape &weights = inputs[4], convolution[] = {normalized[0], weights, inputs[5]};
  wrong = InferConv2D(node, convolution, outputs);
  if (wrong) return wrong;
  const auto fused = [](int64_t channels) { return !Known(channels) || channels % kFusedChannels == 0; };
  if (!Fits(weights[0], 3) || !Fits(weights[1], 3) || !fused(weights[2]) || !fused(weights[3]))
    return "Only convolutions of 3 × 3 and multiples of 32 channels are fused with a normalisation.";
  if (kAdds && !Fits(inputs[6], outputs[0])) return "What is added has another shape than the result.";
  return nullptr;
}
template const char *InferNormalizedConv2D<false>(const Attributes &, const Shape *, Shape *);
template const char *InferNormalizedConv2D<true>(const Attributes &, const Shape *, Shape *);

const char *InferGroupNormGradient(const Attributes &node, const Shape *inputs, Shape *outputs) {
  const char *wrong = InferGroupNorm(node, inputs, outputs);
  if (wrong) return wrong;
  const Shape &rows = outputs[1];
  if (!Fits(inputs[4], rows) || !Fits(inputs[5], rows) || !Fits(inputs[6], outputs[0]))
    return "The shapes of images, statistics and gradient do not fit together.";
  outputs[3] = rows;
  return nullptr;
}

const char *InferResizeBeside(const Attributes &, const Shape *inputs, Shape *outputs) {
  const Shape &x = inputs[0], &beside = inputs[1];
  if (!Fits(x[0], beside[0])) return "There are not as many images as there are of those beside them.";
  const bool known = Known(x[3]) && Known(beside[3]);
  outputs[0] = {4, {Either(beside[0], x[0]), beside[1], beside[2], known ? x[3] + beside[3] : kUnknown}};
  return nullptr;
}

const char *InferResizeBesideGradient(const Attributes &node, const Shape *inputs, Shape *outputs) {
  const Shape &dy = inputs[0];
  const bool known = Known(dy[3]) && Known(node.channels);
  if (known && node.channels >= dy[3]) return "The gradient has no channels for what is beside the images.";
  outputs[0] = {4, {dy[0], node.height, node.width, node.channels}};
  outputs[1] = {4, {dy[0], dy[1], dy[2], known ? dy[3] - node.channels : kUnknown}};
  return nullptr;
}

}  // namespace flowerbed
