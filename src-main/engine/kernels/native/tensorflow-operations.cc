#include "tensorflow-operations.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <new>

#include "convolution.h"
#include "normalization.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

namespace flowerbed {
namespace {

bool HasAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

bool HasAvx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

/** A node's attributes; those that its operation does not have stay as they are here. */
struct Node {
  const Convolutions *convolutions;
  const Normalizations *normalizations;
  unsigned char bf16 = 0, relu = 0;
  int32_t kernel_height = 0, kernel_width = 0, groups = 0;
};

/** What a kernel has of TensorFlow while it computes; all of it is let go of at the end. */
class Call {
 public:
  explicit Call(TF_OpKernelContext *context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (int i = 0; i < held_; i++) TF_DeleteTensor(tensors_[i]);
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }
  Call(const Call &) = delete;
  Call &operator=(const Call &) = delete;

  bool ok() const { return TF_GetCode(status_) == TF_OK; }

  /** A float input of `rank` dimensions, which go to `dims`; null and a failure for any other. */
  const float *Input(int index, int rank, int64_t *dims) {
    TF_Tensor *tensor = nullptr;
    if (!ok()) return nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    if (!ok()) return nullptr;
    Hold(tensor);
    if (TF_NumDims(tensor) != rank) return Fail("An input has the wrong number of dimensions.");
    for (int i = 0; i < rank; i++) dims[i] = TF_Dim(tensor, i);
    return static_cast<const float *>(TF_TensorData(tensor));
  }

  float *Output(int index, int rank, const int64_t *dims) {
    if (!ok()) return nullptr;
    size_t bytes = sizeof(float);
    for (int i = 0; i < rank; i++) bytes *= static_cast<size_t>(dims[i]);
    TF_Tensor *tensor = TF_AllocateOutput(context_, index, TF_FLOAT, dims, rank, bytes, status_);
    if (!ok()) return nullptr;
    Hold(tensor);
    return static_cast<float *>(TF_TensorData(tensor));
  }

  float *Fail(const char *message) {
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
    return nullptr;
  }

 private:
  void Hold(TF_Tensor *tensor) { tensors_[held_++] = tensor; }

  TF_OpKernelContext *context_;
  TF_Status *status_;
  TF_Tensor *tensors_[9];
  int held_ = 0;
};

bool IsOdd(int64_t side) { return side % 2 == 1; }

void *Create(TF_OpKernelConstruction *construction) {
  Node *node = new (malloc(sizeof(Node))) Node;
  TF_Status *status = TF_NewStatus();
  const auto flag = [&](const char *name, unsigned char *value) {
    if (TF_OpKernelConstruction_HasAttr(construction, name, status))
      TF_OpKernelConstruction_GetAttrBool(construction, name, value, status);
  };
  const auto number = [&](const char *name, int32_t *value) {
    if (TF_OpKernelConstruction_HasAttr(construction, name, status))
      TF_OpKernelConstruction_GetAttrInt32(construction, name, value, status);
  };
  flag("bf16", &node->bf16);
  flag("relu", &node->relu);
  number("kernel_height", &node->kernel_height);
  number("kernel_width", &node->kernel_width);
  number("groups", &node->groups);
  if (TF_GetCode(status) == TF_OK && node->bf16 && !HasBf16())
    TF_SetStatus(status, TF_UNIMPLEMENTED, "This processor cannot multiply numbers of bfloat16.");
  node->convolutions = node->bf16 ? &kAvx512Bf16 : HasAvx512() ? &kAvx512 : &kAvx2;
  node->normalizations = HasAvx512() ? &kNormalizationsAvx512 : &kNormalizationsAvx2;
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return node;
}

void Delete(void *node) { free(node); }

/** x, weights, bias → y. */
void ComputeForward(void *node, TF_OpKernelContext *context) {
  Call call(context);
  int64_t xs[4], ws[4], bs[1];
  const float *x = call.Input(0, 4, xs), *weights = call.Input(1, 4, ws), *bias = call.Input(2, 1, bs);
  if (!call.ok()) return;
  if (ws[2] != xs[3] || bs[0] != ws[3] || !IsOdd(ws[0]) || !IsOdd(ws[1])) {
    call.Fail("The shapes of pictures, weights and bias do not fit together.");
    return;
  }
  const int64_t ys[] = {xs[0], xs[1], xs[2], ws[3]};
  float *y = call.Output(0, 4, ys);
  if (y) static_cast<Node *>(node)->convolutions->forward({xs[0], xs[1], xs[2], xs[3], ws[3], ws[0], ws[1]}, x, weights, bias, y);
}

/** weights, dy → dx. */
void ComputeGradientOfInput(void *node, TF_OpKernelContext *context) {
  Call call(context);
  int64_t ws[4], ds[4];
  const float *weights = call.Input(0, 4, ws), *dy = call.Input(1, 4, ds);
  if (!call.ok()) return;
  if (ws[3] != ds[3] || !IsOdd(ws[0]) || !IsOdd(ws[1])) {
    call.Fail("The shapes of weights and gradient do not fit together.");
    return;
  }
  const int64_t xs[] = {ds[0], ds[1], ds[2], ws[2]};
  float *dx = call.Output(0, 4, xs);
  if (dx) static_cast<Node *>(node)->convolutions->gradient_of_input({xs[0], xs[1], xs[2], xs[3], ws[3], ws[0], ws[1]}, weights, dy, dx);
}

/** x, dy → dWeights, dBias. */
void ComputeGradientOfWeights(void *self, TF_OpKernelContext *context) {
  Call call(context);
  const Node *node = static_cast<Node *>(self);
  int64_t xs[4], ds[4];
  const float *x = call.Input(0, 4, xs), *dy = call.Input(1, 4, ds);
  if (!call.ok()) return;
  const int64_t ws[] = {node->kernel_height, node->kernel_width, xs[3], ds[3]};
  if (xs[0] != ds[0] || xs[1] != ds[1] || xs[2] != ds[2] || !IsOdd(ws[0]) || !IsOdd(ws[1])) {
    call.Fail("The shapes of pictures and gradient do not fit together.");
    return;
  }
  float *dweights = call.Output(0, 4, ws), *dbias = call.Output(1, 1, ws + 3);
  if (dweights && dbias)
    node->convolutions->gradient_of_weights({xs[0], xs[1], xs[2], xs[3], ds[3], ws[0], ws[1]}, x, dy, dweights, dbias);
}

/** Shapes of x, scale and shift of a normalisation; false and a failure where they do not fit together. */
bool NormalizationOf(const Node *node, Call &call, const int64_t *xs, const int64_t *scales, const int64_t *shifts,
                     NormalizationShape *shape) {
  if (!call.ok()) return false;
  *shape = {xs[0], xs[1] * xs[2], xs[3], node->groups, node->relu != 0};
  const bool fits = scales[0] == xs[0] && scales[1] == xs[3] && shifts[0] == xs[0] && shifts[1] == xs[3];
  if (fits && node->groups > 0 && xs[3] % node->groups == 0) return true;
  call.Fail("The shapes of pictures, scale and shift do not fit together.");
  return false;
}

/** x, scale, shift → y, mean, reciprocal. */
void ComputeNormalize(void *self, TF_OpKernelContext *context) {
  Call call(context);
  const Node *node = static_cast<Node *>(self);
  int64_t xs[4], scales[2], shifts[2];
  const float *x = call.Input(0, 4, xs), *scale = call.Input(1, 2, scales), *shift = call.Input(2, 2, shifts);
  NormalizationShape shape;
  if (!NormalizationOf(node, call, xs, scales, shifts, &shape)) return;
  float *y = call.Output(0, 4, xs), *mean = call.Output(1, 2, scales), *reciprocal = call.Output(2, 2, scales);
  if (y && mean && reciprocal) node->normalizations->forward(shape, x, scale, shift, y, mean, reciprocal);
}

/** x, scale, shift, mean, reciprocal, dy → dx, dScale, dShift. */
void ComputeGradientOfNormalized(void *self, TF_OpKernelContext *context) {
  Call call(context);
  const Node *node = static_cast<Node *>(self);
  int64_t xs[4], scales[2], shifts[2], means[2], reciprocals[2], ds[4];
  const float *x = call.Input(0, 4, xs), *scale = call.Input(1, 2, scales), *shift = call.Input(2, 2, shifts),
              *mean = call.Input(3, 2, means), *reciprocal = call.Input(4, 2, reciprocals), *dy = call.Input(5, 4, ds);
  NormalizationShape shape;
  if (!NormalizationOf(node, call, xs, scales, shifts, &shape)) return;
  for (int i = 0; i < 4; i++)
    if (ds[i] != xs[i] || (i < 2 && (means[i] != scales[i] || reciprocals[i] != scales[i]))) {
      call.Fail("The shapes of pictures, statistics and gradient do not fit together.");
      return;
    }
  float *dx = call.Output(0, 4, xs), *dscale = call.Output(1, 2, scales), *dshift = call.Output(2, 2, scales);
  if (dx && dscale && dshift)
    node->normalizations->gradient(shape, x, scale, shift, mean, reciprocal, dy, dx, dscale, dshift);
}

struct Operation {
  const char *name;
  const char *inputs[6], *outputs[3], *attributes[3];
  void (*compute)(void *, TF_OpKernelContext *);
};

const Operation kOperations[] = {
    {"FlowerbedConv2D", {"x: float", "weights: float", "bias: float"}, {"y: float"}, {"bf16: bool"}, ComputeForward},
    {"FlowerbedConv2DInputGradient", {"weights: float", "dy: float"}, {"dx: float"}, {"bf16: bool"}, ComputeGradientOfInput},
    {"FlowerbedConv2DWeightsGradient",
     {"x: float", "dy: float"},
     {"dweights: float", "dbias: float"},
     {"bf16: bool", "kernel_height: int", "kernel_width: int"},
     ComputeGradientOfWeights},
    {"FlowerbedGroupNorm",
     {"x: float", "scale: float", "shift: float"},
     {"y: float", "mean: float", "reciprocal: float"},
     {"groups: int", "relu: bool"},
     ComputeNormalize},
    {"FlowerbedGroupNormGradient",
     {"x: float", "scale: float", "shift: float", "mean: float", "reciprocal: float", "dy: float"},
     {"dx: float", "dscale: float", "dshift: float"},
     {"groups: int", "relu: bool"},
     ComputeGradientOfNormalized},
};

void UnknownShape(TF_ShapeInferenceContext *context, TF_Status *status) { TF_ShapeInferenceContextSetUnknownShape(context, status); }

void Register(const Operation &operation, TF_Status *status) {
  TF_OpDefinitionBuilder *definition = TF_NewOpDefinitionBuilder(operation.name);
  for (const char *input : operation.inputs)
    if (input) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char *output : operation.outputs)
    if (output) TF_OpDefinitionBuilderAddOutput(definition, output);
  for (const char *attribute : operation.attributes)
    if (attribute) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, UnknownShape);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_KernelBuilder *kernel = TF_NewKernelBuilder(operation.name, "CPU", Create, operation.compute, Delete);
  TF_RegisterKernelBuilder(operation.name, kernel, status);
}

}  // namespace

const char *InstructionSet() { return HasAvx512() ? "avx512" : HasAvx2() ? "avx2" : nullptr; }

bool HasBf16() { return HasAvx512() && __builtin_cpu_supports("avx512bf16"); }

const char *RegisterOperations() {
  static bool done = false;
  static char message[256];
  if (done) return nullptr;
  TF_Status *status = TF_NewStatus();
  for (const Operation &operation : kOperations) {
    Register(operation, status);
    if (TF_GetCode(status) != TF_OK) break;
  }
  done = TF_GetCode(status) == TF_OK;
  if (!done) strncpy(message, TF_Message(status), sizeof message - 1);
  TF_DeleteStatus(status);
  return done ? nullptr : message;
}

}  // namespace flowerbed
