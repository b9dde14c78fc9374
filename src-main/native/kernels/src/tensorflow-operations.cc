#include "tensorflow-operations.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <new>
#include <utility>

#include "operations.h"
#include "processor.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"
#include "threads.h"

namespace flowerbed {
namespace {

bool avx512_wanted = true;
const Processor processor = DetectProcessor();

bool HasAvx512() { return avx512_wanted && processor.avx512; }

bool IsOk(const TF_Status *status) { return TF_GetCode(status) == TF_OK; }

/** What is known of a node while its kernel lives. */
struct Node {
  const Operation *operation;
  KernelSet kernels;
  Attributes attributes;
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
    if (!ok()) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }
  Call(const Call &) = delete;
  Call &operator=(const Call &) = delete;

  bool ok() const { return IsOk(status_); }

  /** A float input, whose sizes go to `shape`; null and a failure where it has another rank or no elements. */
  const float *Input(int index, int rank, Shape *shape) {
    TF_Tensor *tensor = nullptr;
    if (!ok()) return nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    if (!ok()) return nullptr;
    Hold(tensor);
    if (TF_NumDims(tensor) != rank) return Fail("An input has the wrong number of dimensions.");
    shape->rank = rank;
    for (int i = 0; i < rank; i++) {
      shape->sizes[i] = TF_Dim(tensor, i);
      if (shape->sizes[i] < 1) return Fail("An input has no elements.");
    }
    return static_cast<const float *>(TF_TensorData(tensor));
  }

  float *Output(int index, const Shape &shape) {
    if (!ok()) return nullptr;
    size_t bytes = sizeof(float);
    for (int i = 0; i < shape.rank; i++) bytes *= static_cast<size_t>(shape[i]);
    TF_Tensor *tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.sizes, shape.rank, bytes, status_);
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
  TF_Tensor *tensors_[kMaxInputs + kMaxOutputs];
  int held_ = 0;
};

/** The attributes of a node; what is wrong with them goes to `status`. */
Attributes ReadAttributes(TF_OpKernelConstruction *construction, TF_Status *status) {
  Attributes read;
  const auto flag = [&](const char *name, bool *value) {
    unsigned char set = 0;
    if (IsOk(status) && TF_OpKernelConstruction_HasAttr(construction, name, status))
      TF_OpKernelConstruction_GetAttrBool(construction, name, &set, status);
    *value = set != 0;
  };
  const auto number = [&](const char *name, int64_t *value) {
    int32_t number = 0;
    if (!IsOk(status) || !TF_OpKernelConstruction_HasAttr(construction, name, status)) return;
    TF_OpKernelConstruction_GetAttrInt32(construction, name, &number, status);
    if (IsOk(status) && number < 1) TF_SetStatus(status, TF_INVALID_ARGUMENT, "A size or number of groups is less than 1.");
    *value = number;
  };
  flag("bf16", &read.bf16);
  flag("fast", &read.fast);
  flag("relu", &read.relu);
  flag("moved", &read.moved);
  flag("bilinear", &read.bilinear);
  number("kernel_height", &read.kernel_height);
  number("kernel_width", &read.kernel_width);
  number("groups", &read.groups);
  number("height", &read.height);
  number("width", &read.width);
  number("channels", &read.channels);
  if (IsOk(status) && read.bf16 && !HasBf16())
    TF_SetStatus(status, TF_UNIMPLEMENTED, "This processor cannot multiply numbers of bfloat16.");
  return read;
}

KernelSet KernelsFor(const Attributes &node) {
  if (!HasAvx512()) return {&kAvx2, &kNormalizationsAvx2, &kResizesAvx2};
  return {node.bf16 ? &kAvx512Bf16 : &kAvx512, &kNormalizationsAvx512, &kResizesAvx512};
}

template <int kIndex>
void *Create(TF_OpKernelConstruction *construction) {
  TF_Status *status = TF_NewStatus();
  void *memory = malloc(sizeof(Node));
  if (!memory) TF_SetStatus(status, TF_RESOURCE_EXHAUSTED, "OOM when allocating memory for a kernel of Flowerbed.");
  const Attributes attributes = ReadAttributes(construction, status);
  if (memory) new (memory) Node{&kOperations[kIndex], KernelsFor(attributes), attributes};
  if (!IsOk(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return memory;
}

void Delete(void *node) { free(node); }

void Compute(void *self, TF_OpKernelContext *context) {
  const Node &node = *static_cast<Node *>(self);
  const Operation &operation = *node.operation;
  Call call(context);
  Shape input_shapes[kMaxInputs], output_shapes[kMaxOutputs];
  const float *inputs[kMaxInputs];
  float *outputs[kMaxOutputs];
  for (int i = 0; i < operation.input_count(); i++) inputs[i] = call.Input(i, operation.inputs[i].rank, &input_shapes[i]);
  if (!call.ok()) return;
  if (const char *wrong = operation.infer(node.attributes, input_shapes, output_shapes)) {
    call.Fail(wrong);
    return;
  }
  for (int i = 0; i < operation.output_count(); i++) outputs[i] = call.Output(i, output_shapes[i]);
  if (call.ok()) operation.run(node.kernels, {node.attributes, input_shapes, inputs, outputs});
}

/** Reads the shape of an input of a graph's node, whose sizes may be unknown. */
void ReadShape(TF_ShapeInferenceContext *context, int index, int rank, Shape *shape, TF_Status *status) {
  TF_ShapeHandle *handle = TF_NewShapeHandle();
  TF_DimensionHandle *size = TF_NewDimensionHandle();
  TF_ShapeInferenceContextGetInput(context, index, handle, status);
  if (IsOk(status)) TF_ShapeInferenceContextWithRank(context, handle, rank, handle, status);
  shape->rank = rank;
  for (int i = 0; IsOk(status) && i < rank; i++) {
    TF_ShapeInferenceContextDim(context, handle, i, size);
    shape->sizes[i] = TF_DimensionHandleValueKnown(size) ? TF_DimensionHandleValue(size) : kUnknown;
  }
  TF_DeleteDimensionHandle(size);
  TF_DeleteShapeHandle(handle);
}

void WriteShape(TF_ShapeInferenceContext *context, int index, const Shape &shape, TF_Status *status) {
  // The size −1 is InferenceContext::kUnknownDim; there is no other way to say of one size only that it is unknown.
  static_assert(kUnknown == -1, "TensorFlow's unknown size");
  TF_ShapeHandle *all = TF_ShapeInferenceContextVectorFromSize(context, static_cast<size_t>(shape[0]));
  for (int i = 1; IsOk(status) && i < shape.rank; i++) {
    TF_ShapeHandle *next = TF_ShapeInferenceContextVectorFromSize(context, static_cast<size_t>(shape[i]));
    TF_ShapeInferenceContextConcatenateShapes(context, all, next, all, status);
    TF_DeleteShapeHandle(next);
  }
  if (IsOk(status)) TF_ShapeInferenceContextSetOutput(context, index, all, status);
  TF_DeleteShapeHandle(all);
}

/** The shapes of outputs in a graph. The C API does not tell attributes of type int: sizes that depend on them are unknown. */
template <int kIndex>
void Infer(TF_ShapeInferenceContext *context, TF_Status *status) {
  const Operation &operation = kOperations[kIndex];
  Shape inputs[kMaxInputs], outputs[kMaxOutputs];
  for (int i = 0; IsOk(status) && i < operation.input_count(); i++)
    ReadShape(context, i, operation.inputs[i].rank, &inputs[i], status);
  if (!IsOk(status)) return;
  const char *wrong = operation.infer(Attributes(), inputs, outputs);
  if (wrong) TF_SetStatus(status, TF_INVALID_ARGUMENT, wrong);
  for (int i = 0; IsOk(status) && i < operation.output_count(); i++) WriteShape(context, i, outputs[i], status);
}

template <int kIndex>
void Register(TF_Status *status) {
  const Operation &operation = kOperations[kIndex];
  TF_OpDefinitionBuilder *definition = TF_NewOpDefinitionBuilder(operation.name);
  for (int i = 0; i < operation.input_count(); i++)
    TF_OpDefinitionBuilderAddInput(definition, operation.inputs[i].declaration);
  for (int i = 0; i < operation.output_count(); i++) TF_OpDefinitionBuilderAddOutput(definition, operation.outputs[i]);
  for (const char *attribute : operation.attributes)
    if (attribute) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, Infer<kIndex>);
  TF_RegisterOpDefinition(definition, status);
  if (!IsOk(status)) return;
  TF_KernelBuilder *kernel = TF_NewKernelBuilder(operation.name, "CPU", Create<kIndex>, Compute, Delete);
  TF_RegisterKernelBuilder(operation.name, kernel, status);
}

/** Registers one after the other until one fails. */
template <int... kIndex>
void RegisterAll(TF_Status *status, std::integer_sequence<int, kIndex...>) {
  (void)((Register<kIndex>(status), IsOk(status)) && ...);
}

}  // namespace

void MakeDoWithAvx2() { avx512_wanted = false; }

const char *InstructionSet() { return HasAvx512() ? "avx512" : processor.avx2 ? "avx2" : nullptr; }

bool HasBf16() { return HasAvx512() && processor.bf16; }

const char *RegisterOperations() {
  static bool done = false;
  static char message[256];
  if (done) return nullptr;
  TF_Status *status = TF_NewStatus();
  RegisterAll(status, std::make_integer_sequence<int, kOperationCount>());
  done = IsOk(status);
  if (!done) strncpy(message, TF_Message(status), sizeof message - 1);
  TF_DeleteStatus(status);
  return done ? nullptr : message;
}

}  // namespace flowerbed
