#include "operations.h"

#include "threads.h"

namespace flowerbed {
namespace {

void RunConv2D(const KernelSet &kernels, const Arguments &given) {
  const Shape &x = given.input_shapes[0], &weights = given.input_shapes[1];
  const auto forward = given.attributes.fast ? kernels.convolutions->fast_forward : kernels.convolutions->forward;
  forward({x[0], x[1], x[2], x[3], weights[3], weights[0], weights[1]}, given.inputs[0], given.inputs[1], given.inputs[2],
          given.outputs[0]);
}

void RunConv2DInputGradient(const KernelSet &kernels, const Arguments &given) {
  const Shape &weights = given.input_shapes[0], &dy = given.input_shapes[1];
  kernels.convolutions->gradient_of_input({dy[0], dy[1], dy[2], weights[2], dy[3], weights[0], weights[1]}, given.inputs[0],
                                          given.inputs[1], given.outputs[0]);
}

void RunConv2DWeightsGradient(const KernelSet &kernels, const Arguments &given) {
  const Shape &x = given.input_shapes[0], &dy = given.input_shapes[1];
  const Attributes &node = given.attributes;
  kernels.convolutions->gradient_of_weights({x[0], x[1], x[2], x[3], dy[3], node.kernel_height, node.kernel_width},
                                            given.inputs[0], given.inputs[1], given.outputs[0], given.outputs[1]);
}

NormalizationShape NormalizationOf(const Arguments &given) {
  const Shape &x = given.input_shapes[0];
  return {x[0], x[1] * x[2], x[3], given.attributes.groups, given.attributes.relu, given.attributes.moved};
}

NormalizationInputs NormalizationInputsOf(const Arguments &given) {
  return {given.inputs[0], given.inputs[1], given.inputs[2], given.inputs[3]};
}

void RunGroupNorm(const KernelSet &kernels, const Arguments &given) {
  kernels.normalizations->forward(NormalizationOf(given), NormalizationInputsOf(given), given.outputs[0], given.outputs[1],
                                  given.outputs[2]);
}

/** x, offset, scale, shift, weights, bias, and with kAdds another image. */
template <bool kAdds>
void RunNormalizedConv2D(const KernelSet &kernels, const Arguments &given) {
  const Shape &x = given.input_shapes[0], &weights = given.input_shapes[4];
  float *factor = Scratch(ScratchSlot::kFactors, 2 * x[0] * x[3]);
  if (!factor) return;
  float *term = factor + x[0] * x[3];
  kernels.normalizations->factors(NormalizationOf(given), NormalizationInputsOf(given), factor, term);
  const float least = given.attributes.relu ? 0 : -__builtin_inff();
  kernels.convolutions->fused_forward({x[0], x[1], x[2], x[3], weights[3], weights[0], weights[1]},
                                      {factor, term, least, kAdds ? given.inputs[6] : nullptr}, given.inputs[0],
                                      given.inputs[4], given.inputs[5], given.outputs[0]);
}

void RunGroupNormGradient(const KernelSet &kernels, const Arguments &given) {
  kernels.normalizations->gradient(NormalizationOf(given), NormalizationInputsOf(given), given.inputs[4], given.inputs[5],
                                   given.inputs[6], {given.outputs[0], given.outputs[1], given.outputs[2], given.outputs[3]});
}

void RunResizeBeside(const KernelSet &kernels, const Arguments &given) {
  const Shape &x = given.input_shapes[0], &beside = given.input_shapes[1];
  kernels.resizes->forward({x[0], x[1], x[2], x[3], beside[1], beside[2], beside[3], given.attributes.bilinear},
                           given.inputs[0], given.inputs[1], given.outputs[0]);
}

void RunResizeBesideGradient(const KernelSet &kernels, const Arguments &given) {
  const Shape &dy = given.input_shapes[0];
  const Attributes &node = given.attributes;
  kernels.resizes->gradient(
      {dy[0], node.height, node.width, node.channels, dy[1], dy[2], dy[3] - node.channels, node.bilinear}, given.inputs[0],
      given.outputs[0], given.outputs[1]);
}

}  // namespace

int Operation::input_count() const {
  int count = 0;
  while (count < kMaxInputs && inputs[count].declaration) count++;
  return count;
}

int Operation::output_count() const {
  int count = 0;
  while (count < kMaxOutputs && outputs[count]) count++;
  return count;
}

const Operation kOperations[kOperationCount] = {
    {"FlowerbedConv2D",
     {{"x: float", 4}, {"weights: float", 4}, {"bias: float", 1}},
     {"y: float"},
     {"bf16: bool", "fast: bool"},
     InferConv2D,
     RunConv2D},
    {"FlowerbedConv2DInputGradient",
     {{"weights: float", 4}, {"dy: float", 4}},
     {"dx: float"},
     {"bf16: bool"},
     InferConv2DInputGradient,
     RunConv2DInputGradient},
    {"FlowerbedConv2DWeightsGradient",
     {{"x: float", 4}, {"dy: float", 4}},
     {"dweights: float", "dbias: float"},
     {"bf16: bool", "kernel_height: int", "kernel_width: int"},
     InferConv2DWeightsGradient,
     RunConv2DWeightsGradient},
    {"FlowerbedGroupNorm",
     {{"x: float", 4}, {"offset: float", 2}, {"scale: float", 2}, {"shift: float", 2}},
     {"y: float", "mean: float", "reciprocal: float"},
     {"groups: int", "relu: bool"},
     InferGroupNorm,
     RunGroupNorm},
    {"FlowerbedNormalizedConv2D",
     {{"x: float", 4},
      {"offset: float", 2},
      {"scale: float", 2},
      {"shift: float", 2},
      {"weights: float", 4},
      {"bias: float", 1}},
     {"y: float"},
     {"groups: int", "relu: bool", "bf16: bool"},
     InferNormalizedConv2D<false>,
     RunNormalizedConv2D<false>},
    {"FlowerbedNormalizedConv2DAdd",
     {{"x: float", 4},
      {"offset: float", 2},
      {"scale: float", 2},
      {"shift: float", 2},
      {"weights: float", 4},
      {"bias: float", 1},
      {"added: float", 4}},
     {"y: float"},
     {"groups: int", "relu: bool", "bf16: bool"},
     InferNormalizedConv2D<true>,
     RunNormalizedConv2D<true>},
    {"FlowerbedGroupNormGradient",
     {{"x: float", 4},
      {"offset: float", 2},
      {"scale: float", 2},
      {"shift: float", 2},
      {"mean: float", 2},
      {"reciprocal: float", 2},
      {"dy: float", 4}},
     {"dx: float", "doffset: float", "dscale: float", "dshift: float"},
     {"groups: int", "relu: bool", "moved: bool"},
     InferGroupNormGradient,
     RunGroupNormGradient},
    {"FlowerbedResizeBeside",
     {{"x: float", 4}, {"beside: float", 4}},
     {"y: float"},
     {"bilinear: bool"},
     InferResizeBeside,
     RunResizeBeside},
    {"FlowerbedResizeBesideGradient",
     {{"dy: float", 4}},
     {"dx: float", "dbeside: float"},
     {"bilinear: bool", "height: int", "width: int", "channels: int"},
     InferResizeBesideGradient,
     RunResizeBesideGradient},
};

}  // namespace flowerbed
