#include "tensorflow-operations.h"

#include <cpuid.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <new>

#include "convolution.h"
#include "normalization.h"
#include "resize.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"
#include "threads.h"

namespace flowerbed {
namespace {

bool avx512_wanted = true;

/** What the processor has and the system saves when it switches threads; Zig's library has no __builtin_cpu_supports. */
struct Processor {
  bool avx2 = false, avx512 = false, bf16 = false;

  Processor() {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return;
    const bool fma = c & bit_FMA;
    unsigned saved, high;
    __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    const unsigned most = a;
    avx2 = fma && (saved & 0x06) == 0x06 && (b & (1u << 5)) && (b & (1u << 8));
    // F, DQ, BW and VL.
    constexpr unsigned all = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
    avx512 = avx2 && (saved & 0xe6) == 0xe6 && (b & all) == all;
    bf16 = avx512 && most >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5));
  }
};
const Processor processor;

bool HasAvx512() { return avx512_wanted && processor.avx512; }

bool HasAvx2() { return processor.avx2; }

/** A node's attributes; those that its operation does not have stay as they are here. */
struct Node {
  const Convolutions *convolutions;
  const Normalizations *normalizations;
  const Resizes *resizes;
  unsigned char bf16 = 0, relu = 0, moved = 0, bilinear = 0;
  int32_t kernel_height = 0, kernel_width = 0, groups = 0, height = 0, width = 0, channels = 0;
};

/** What a kernel has of TensorFlow while it computes; all of it is let go of at the end. */
class Call {
 public:
  explicit Call(TF_OpKernelContext *context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (int i = 0; i < held_; i++) TF_DeleteTensor(tensors_[i]);
    // Those of an operation at the same time count as well: its result is discarded too, and no wrong one is returned.
    if (ok() && ScratchFailures() != failures_before_)
      TF_SetStatus(status_, TF_RESOURCE_EXHAUSTED, "OOM when allocating memory for a kernel of Flowerbed.");
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
  const int64_t failures_before_ = ScratchFailures();
  TF_Tensor *tensors_[12];
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
  flag("moved", &node->moved);
  flag("bilinear", &node->bilinear);
  number("kernel_height", &node->kernel_height);
  number("kernel_width", &node->kernel_width);
  number("groups", &node->groups);
  number("height", &node->height);
  number("width", &node->width);
  number("channels", &node->channels);
  if (TF_GetCode(status) == TF_OK && node->bf16 && !HasBf16())
    TF_SetStatus(status, TF_UNIMPLEMENTED, "This processor cannot multiply numbers of bfloat16.");
  node->convolutions = node->bf16 ? &kAvx512Bf16 : HasAvx512() ? &kAvx512 : &kAvx2;
  node->normalizations = HasAvx512() ? &kNormalizationsAvx512 : &kNormalizationsAvx2;
  node->resizes = HasAvx512() ? &kResizesAvx512 : &kResizesAvx2;
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
    call.Fail("The shapes of images, weights and bias do not fit together.");
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
    call.Fail("The shapes of images and gradient do not fit together.");
    return;
  }
  float *dweights = call.Output(0, 4, ws), *dbias = call.Output(1, 1, ws + 3);
  if (dweights && dbias)
    node->convolutions->gradient_of_weights({xs[0], xs[1], xs[2], xs[3], ds[3], ws[0], ws[1]}, x, dy, dweights, dbias);
}

/** What a normalisation is given first, x, offset, scale and shift, and the shapes of x and of the others. */
struct Normalized {
  NormalizationInputs in;
  NormalizationShape shape;
  int64_t xs[4], rows[2];
};

/** False, and a failure, where what is given does not fit together. */
bool NormalizedOf(const Node *node, Call &call, Normalized *given) {
  int64_t offsets[2], shifts[2];
  int64_t *xs = given->xs, *rows = given->rows;
  given->in.x = call.Input(0, 4, xs);
  given->in.offset = call.Input(1, 2, offsets);
  given->in.scale = call.Input(2, 2, rows);
  given->in.shift = call.Input(3, 2, shifts);
  if (!call.ok()) return false;
  given->shape = {xs[0], xs[1] * xs[2], xs[3], node->groups, node->relu != 0, node->moved != 0};
  const auto fits = [&](const int64_t *of) { return of[0] == xs[0] && of[1] == xs[3]; };
  if (fits(offsets) && fits(rows) && fits(shifts) && node->groups > 0 && xs[3] % node->groups == 0) return true;
  call.Fail("The shapes of images, offset, scale and shift do not fit together.");
  return false;
}

/** x, offset, scale, shift → y, mean, reciprocal. */
void ComputeNormalize(void *self, TF_OpKernelContext *context) {
  Call call(context);
  const Node *node = static_cast<Node *>(self);
  Normalized given;
  if (!NormalizedOf(node, call, &given)) return;
  float *y = call.Output(0, 4, given.xs), *mean = call.Output(1, 2, given.rows), *reciprocal = call.Output(2, 2, given.rows);
  if (y && mean && reciprocal) node->normalizations->forward(given.shape, given.in, y, mean, reciprocal);
}

/** x, offset, scale, shift, mean, reciprocal, dy → dx, dOffset, dScale, dShift. */
void ComputeGradientOfNormalized(void *self, TF_OpKernelContext *context) {
  Call call(context);
  const Node *node = static_cast<Node *>(self);
  Normalized given;
  int64_t means[2], reciprocals[2], ds[4];
  if (!NormalizedOf(node, call, &given)) return;
  const float *mean = call.Input(4, 2, means), *reciprocal = call.Input(5, 2, reciprocals), *dy = call.Input(6, 4, ds);
  if (!call.ok()) return;
  for (int i = 0; i < 4; i++)
    if (ds[i] != given.xs[i] || (i < 2 && (means[i] != given.rows[i] || reciprocals[i] != given.rows[i]))) {
      call.Fail("The shapes of images, statistics and gradient do not fit together.");
      return;
    }
  const NormalizationGradients out = {call.Output(0, 4, given.xs), call.Output(1, 2, given.rows),
                                      call.Output(2, 2, given.rows), call.Output(3, 2, given.rows)};
  if (call.ok()) node->normalizations->gradient(given.shape, given.in, mean, reciprocal, dy, out);
}

/** x, beside → y. */
void ComputeResizeBeside(void *self, TF_OpKernelContext *context) {
  Call call(context);
  const Node *node = static_cast<Node *>(self);
  int64_t xs[4], bs[4];
  const float *x = call.Input(0, 4, xs), *beside = call.Input(1, 4, bs);
  if (!call.ok()) return;
  if (xs[0] != bs[0] || xs[1] < 1 || xs[2] < 1) {
    call.Fail("The shapes of images and of what is put beside them do not fit together.");
    return;
  }
  const int64_t ys[] = {bs[0], bs[1], bs[2], xs[3] + bs[3]};
  float *y = call.Output(0, 4, ys);
  if (y) node->resizes->forward({xs[0], xs[1], xs[2], xs[3], bs[1], bs[2], bs[3], node->bilinear != 0}, x, beside, y);
}

/** dy → dx, dBeside. */
void ComputeGradientOfResize(void *self, TF_OpKernelContext *context) {
  Call call(context);
  const Node *node = static_cast<Node *>(self);
  int64_t ds[4];
  const float *dy = call.Input(0, 4, ds);
  if (!call.ok()) return;
  if (node->height < 1 || node->width < 1 || node->channels > ds[3]) {
    call.Fail("The shapes of images and gradient do not fit together.");
    return;
  }
  const int64_t xs[] = {ds[0], node->height, node->width, node->channels}, bs[] = {ds[0], ds[1], ds[2], ds[3] - xs[3]};
  float *dx = call.Output(0, 4, xs), *dbeside = call.Output(1, 4, bs);
  if (dx && dbeside)
    node->resizes->gradient({xs[0], xs[1], xs[2], xs[3], bs[1], bs[2], bs[3], node->bilinear != 0}, dy, dx, dbeside);
}

struct Operation {
  const char *name;
  const char *inputs[7], *outputs[4], *attributes[4];
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
     {"x: float", "offset: float", "scale: float", "shift: float"},
     {"y: float", "mean: float", "reciprocal: float"},
     {"groups: int", "relu: bool"},
     ComputeNormalize},
    {"FlowerbedGroupNormGradient",
     {"x: float", "offset: float", "scale: float", "shift: float", "mean: float", "reciprocal: float", "dy: float"},
     {"dx: float", "doffset: float", "dscale: float", "dshift: float"},
     {"groups: int", "relu: bool", "moved: bool"},
     ComputeGradientOfNormalized},
    {"FlowerbedResizeBeside", {"x: float", "beside: float"}, {"y: float"}, {"bilinear: bool"}, ComputeResizeBeside},
    {"FlowerbedResizeBesideGradient",
     {"dy: float"},
     {"dx: float", "dbeside: float"},
     {"bilinear: bool", "height: int", "width: int", "channels: int"},
     ComputeGradientOfResize},
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

void MakeDoWithAvx2() { avx512_wanted = false; }

const char *InstructionSet() { return HasAvx512() ? "avx512" : HasAvx2() ? "avx2" : nullptr; }

bool HasBf16() { return HasAvx512() && processor.bf16; }

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
