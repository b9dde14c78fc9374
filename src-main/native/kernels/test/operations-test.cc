// Checks the operations in TensorFlow itself: which shapes a graph infers for their outputs, which a kernel computes, and that
// inputs that do not fit are an error of both, which the process survives. Usage: operations-test
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/operations.h"
#include "../src/tensorflow-operations.h"
#include "tensorflow/c/c_api.h"

using namespace flowerbed;

namespace {

constexpr int64_t kAny = kUnknown;

struct Case {
  const char *what, *operation;
  Shape inputs[kMaxInputs];
  Attributes attributes;
  /** The shapes that a graph infers, and those that the kernel computes; an error is expected where there are none. */
  Shape inferred[kMaxOutputs], computed[kMaxOutputs];
};

Attributes KernelOf(int64_t height, int64_t width) {
  Attributes made;
  made.kernel_height = height;
  made.kernel_width = width;
  return made;
}
Attributes GroupsOf(int64_t groups) {
  Attributes made;
  made.groups = groups;
  return made;
}
Attributes ImagesOf(int64_t height, int64_t width, int64_t channels) {
  Attributes made;
  made.height = height;
  made.width = width;
  made.channels = channels;
  return made;
}

const char *const kForward = "FlowerbedConv2D", *const kInput = "FlowerbedConv2DInputGradient",
                  *const kWeights = "FlowerbedConv2DWeightsGradient", *const kNorm = "FlowerbedGroupNorm",
                  *const kFused = "FlowerbedNormalizedConv2D",
                  *const kFusedAdd = "FlowerbedNormalizedConv2DAdd", *const kNormGradient = "FlowerbedGroupNormGradient", *const kResize = "FlowerbedResizeBeside",
                  *const kResizeGradient = "FlowerbedResizeBesideGradient";
constexpr Shape kImages = {4, {2, 5, 7, 6}}, kRows = {2, {2, 6}}, kOther = {2, {2, 5}};
constexpr Shape kWide = {4, {2, 5, 7, 32}}, kWideRows = {2, {2, 32}};

const Case kCases[] = {
    {"a convolution", kForward, {{4, {2, 5, 7, 3}}, {4, {3, 1, 3, 8}}, {1, {8}}}, {}, {{4, {2, 5, 7, 8}}}, {{4, {2, 5, 7, 8}}}},
    {"a convolution of unknown sizes",
     kForward,
     {{4, {kAny, 5, kAny, 3}}, {4, {3, 3, 3, kAny}}, {1, {8}}},
     {},
     {{4, {kAny, 5, kAny, 8}}},
     {}},
    {"other channels", kForward, {{4, {2, 5, 7, 3}}, {4, {3, 3, 4, 8}}, {1, {8}}}, {}, {}, {}},
    {"another bias", kForward, {{4, {2, 5, 7, 3}}, {4, {3, 3, 3, 8}}, {1, {7}}}, {}, {}, {}},
    {"an even kernel", kForward, {{4, {2, 5, 7, 3}}, {4, {3, 2, 3, 8}}, {1, {8}}}, {}, {}, {}},
    {"too few dimensions", kForward, {{3, {5, 7, 3}}, {4, {3, 3, 3, 8}}, {1, {8}}}, {}, {}, {}},
    {"no images", kForward, {{4, {0, 5, 7, 3}}, {4, {3, 3, 3, 8}}, {1, {8}}}, {}, {{4, {0, 5, 7, 8}}}, {}},
    {"no channels", kForward, {{4, {2, 5, 7, 0}}, {4, {3, 3, 0, 8}}, {1, {8}}}, {}, {{4, {2, 5, 7, 8}}}, {}},

    {"a gradient of the input", kInput, {{4, {3, 3, 3, 8}}, {4, {2, 5, 7, 8}}}, {}, {{4, {2, 5, 7, 3}}}, {{4, {2, 5, 7, 3}}}},
    {"another gradient", kInput, {{4, {3, 3, 3, 8}}, {4, {2, 5, 7, 9}}}, {}, {}, {}},

    {"a gradient of the weights",
     kWeights,
     {{4, {2, 5, 7, 3}}, {4, {2, 5, 7, 8}}},
     KernelOf(3, 1),
     {{4, {kAny, kAny, 3, 8}}, {1, {8}}},
     {{4, {3, 1, 3, 8}}, {1, {8}}}},
    {"a gradient of other images", kWeights, {{4, {2, 5, 7, 3}}, {4, {2, 5, 8, 8}}}, KernelOf(3, 3), {}, {}},
    {"the gradient of an even kernel",
     kWeights,
     {{4, {2, 5, 7, 3}}, {4, {2, 5, 7, 8}}},
     KernelOf(2, 3),
     {{4, {kAny, kAny, 3, 8}}, {1, {8}}},
     {}},
    {"the gradient of a kernel of size −1",
     kWeights,
     {{4, {2, 5, 7, 3}}, {4, {2, 5, 7, 8}}},
     KernelOf(-1, 3),
     {{4, {kAny, kAny, 3, 8}}, {1, {8}}},
     {}},

    {"a normalisation", kNorm, {kImages, kRows, kRows, kRows}, GroupsOf(2), {kImages, kRows, kRows}, {kImages, kRows, kRows}},
    {"another scale", kNorm, {kImages, kRows, kOther, kRows}, GroupsOf(2), {}, {}},
    {"groups that do not divide the channels", kNorm, {kImages, kRows, kRows, kRows}, GroupsOf(4), {kImages, kRows, kRows}, {}},
    {"no groups", kNorm, {kImages, kRows, kRows, kRows}, GroupsOf(0), {kImages, kRows, kRows}, {}},

    {"a normalised convolution",
     kFused,
     {kWide, kWideRows, kWideRows, kWideRows, {4, {3, 3, 32, 64}}, {1, {64}}},
     GroupsOf(8),
     {{4, {2, 5, 7, 64}}},
     {{4, {2, 5, 7, 64}}}},
    {"a normalised convolution and a sum",
     kFusedAdd,
     {kWide, kWideRows, kWideRows, kWideRows, {4, {3, 3, 32, 64}}, {1, {64}}, {4, {2, 5, 7, 64}}},
     GroupsOf(8),
     {{4, {2, 5, 7, 64}}},
     {{4, {2, 5, 7, 64}}}},
    {"a sum with other images",
     kFusedAdd,
     {kWide, kWideRows, kWideRows, kWideRows, {4, {3, 3, 32, 64}}, {1, {64}}, {4, {2, 5, 7, 32}}},
     GroupsOf(8),
     {},
     {}},
    {"a normalised convolution of few channels",
     kFused,
     {kImages, kRows, kRows, kRows, {4, {3, 3, 6, 64}}, {1, {64}}},
     GroupsOf(2),
     {},
     {}},
    {"a normalised convolution of another side",
     kFused,
     {kWide, kWideRows, kWideRows, kWideRows, {4, {1, 1, 32, 64}}, {1, {64}}},
     GroupsOf(8),
     {},
     {}},

    {"a gradient of a normalisation",
     kNormGradient,
     {kImages, kRows, kRows, kRows, kRows, kRows, kImages},
     GroupsOf(3),
     {kImages, kRows, kRows, kRows},
     {kImages, kRows, kRows, kRows}},
    {"other statistics", kNormGradient, {kImages, kRows, kRows, kRows, kRows, kOther, kImages}, GroupsOf(3), {}, {}},
    {"the gradient of other images",
     kNormGradient,
     {kImages, kRows, kRows, kRows, kRows, kRows, {4, {2, 5, 6, 6}}},
     GroupsOf(3),
     {},
     {}},

    {"resizing", kResize, {{4, {2, 3, 4, 5}}, {4, {2, 6, 7, 2}}}, {}, {{4, {2, 6, 7, 7}}}, {{4, {2, 6, 7, 7}}}},
    {"resizing of unknown channels", kResize, {{4, {2, 3, 4, kAny}}, {4, {kAny, 6, 7, 2}}}, {}, {{4, {2, 6, 7, kAny}}}, {}},
    {"more images beside", kResize, {{4, {2, 3, 4, 5}}, {4, {3, 6, 7, 2}}}, {}, {}, {}},

    {"a gradient of resizing",
     kResizeGradient,
     {{4, {2, 6, 7, 7}}},
     ImagesOf(3, 4, 5),
     {{4, {2, kAny, kAny, kAny}}, {4, {2, 6, 7, kAny}}},
     {{4, {2, 3, 4, 5}}, {4, {2, 6, 7, 2}}}},
    {"a gradient without channels beside",
     kResizeGradient,
     {{4, {2, 6, 7, 7}}},
     ImagesOf(3, 4, 7),
     {{4, {2, kAny, kAny, kAny}}, {4, {2, 6, 7, kAny}}},
     {}},
    {"images without rows",
     kResizeGradient,
     {{4, {2, 6, 7, 7}}},
     ImagesOf(0, 4, 5),
     {{4, {2, kAny, kAny, kAny}}, {4, {2, 6, 7, kAny}}},
     {}},
};

int failures = 0;

void Fail(const Case &test, const char *when, const char *message) {
  printf("%s, %s: %s\n", test.what, when, message);
  failures++;
}

const Operation &OperationNamed(const char *name) {
  for (const Operation &operation : kOperations)
    if (strcmp(operation.name, name) == 0) return operation;
  abort();
}

/** Sets what `declaration` ("groups: int", "relu: bool") names. */
void SetAttribute(TF_OperationDescription *node, const char *declaration, const Attributes &given) {
  char name[32] = {};
  memcpy(name, declaration, strcspn(declaration, ":"));
  const struct {
    const char *name;
    int64_t value;
  } numbers[] = {{"kernel_height", given.kernel_height}, {"kernel_width", given.kernel_width}, {"groups", given.groups},
                 {"height", given.height},               {"width", given.width},               {"channels", given.channels}};
  for (const auto &number : numbers)
    if (strcmp(number.name, name) == 0) return TF_SetAttrInt(node, name, number.value);
  TF_SetAttrBool(node, name, 0);
}

void ExpectShape(const Case &test, const char *when, const Shape &expected, int rank, const int64_t *sizes) {
  bool same = rank == expected.rank;
  for (int i = 0; same && i < rank; i++) same = sizes[i] == expected[i];
  if (same) return;
  char message[160];
  int length = snprintf(message, sizeof message, "an output has the shape");
  for (int i = 0; i < rank && i < kMaxRank; i++)
    length += snprintf(message + length, sizeof message - static_cast<size_t>(length), " %lld", static_cast<long long>(sizes[i]));
  Fail(test, when, message);
}

/** True where the status is the expected one and there is something to compare. */
bool ExpectStatus(const Case &test, const char *when, const TF_Status *status, bool valid) {
  const TF_Code code = TF_GetCode(status);
  if (code != (valid ? TF_OK : TF_INVALID_ARGUMENT)) Fail(test, when, code == TF_OK ? "no error" : TF_Message(status));
  return valid && code == TF_OK;
}

/** A graph of one node, whose inputs are placeholders of the given shapes or, without `shapes`, of unknown ones. */
TF_Operation *AddNode(TF_Graph *graph, const Case &test, bool shapes, TF_Output *inputs, TF_Status *status) {
  const Operation &operation = OperationNamed(test.operation);
  for (int i = 0; i < operation.input_count(); i++) {
    const char name[] = {static_cast<char>('a' + i), 0};
    TF_OperationDescription *placeholder = TF_NewOperation(graph, "Placeholder", name);
    TF_SetAttrType(placeholder, "dtype", TF_FLOAT);
    TF_SetAttrShape(placeholder, "shape", test.inputs[i].sizes, shapes ? test.inputs[i].rank : -1);
    inputs[i] = {TF_FinishOperation(placeholder, status), 0};
    if (TF_GetCode(status) != TF_OK) abort();
  }
  TF_OperationDescription *node = TF_NewOperation(graph, operation.name, "node");
  for (int i = 0; i < operation.input_count(); i++) TF_AddInput(node, inputs[i]);
  for (const char *attribute : operation.attributes)
    if (attribute) SetAttribute(node, attribute, test.attributes);
  return TF_FinishOperation(node, status);
}

void TestInference(const Case &test) {
  const char *const when = "in a graph";
  TF_Graph *graph = TF_NewGraph();
  TF_Status *status = TF_NewStatus();
  TF_Output inputs[kMaxInputs];
  TF_Operation *node = AddNode(graph, test, true, inputs, status);
  if (ExpectStatus(test, when, status, test.inferred[0].rank > 0))
    for (int i = 0; i < OperationNamed(test.operation).output_count(); i++) {
      int64_t sizes[kMaxRank];
      const int rank = TF_GraphGetTensorNumDims(graph, {node, i}, status);
      if (rank >= 0 && rank <= kMaxRank) TF_GraphGetTensorShape(graph, {node, i}, sizes, rank, status);
      ExpectShape(test, when, test.inferred[i], rank, sizes);
    }
  TF_DeleteStatus(status);
  TF_DeleteGraph(graph);
}

void TestKernel(const Case &test) {
  const char *const when = "computed";
  const Operation &operation = OperationNamed(test.operation);
  const int count = operation.input_count(), outputs = operation.output_count();
  TF_Tensor *given[kMaxInputs], *results[kMaxOutputs] = {};
  for (int i = 0; i < count; i++) {
    size_t bytes = sizeof(float);
    for (int d = 0; d < test.inputs[i].rank; d++) {
      if (test.inputs[i][d] == kAny) return;
      bytes *= static_cast<size_t>(test.inputs[i][d]);
    }
    given[i] = TF_AllocateTensor(TF_FLOAT, test.inputs[i].sizes, test.inputs[i].rank, bytes);
    memset(TF_TensorData(given[i]), 0, bytes);
  }
  TF_Graph *graph = TF_NewGraph();
  TF_Status *status = TF_NewStatus();
  TF_Output inputs[kMaxInputs], fetched[kMaxOutputs];
  TF_Operation *node = AddNode(graph, test, false, inputs, status);
  if (TF_GetCode(status) != TF_OK) return Fail(test, when, TF_Message(status));
  for (int i = 0; i < outputs; i++) fetched[i] = {node, i};
  TF_SessionOptions *options = TF_NewSessionOptions();
  TF_Session *session = TF_NewSession(graph, options, status);
  if (TF_GetCode(status) != TF_OK) abort();
  TF_SessionRun(session, nullptr, inputs, given, count, fetched, results, outputs, nullptr, 0, nullptr, status);
  if (ExpectStatus(test, when, status, test.computed[0].rank > 0))
    for (int i = 0; i < outputs; i++) {
      int64_t sizes[kMaxRank];
      for (int d = 0; d < TF_NumDims(results[i]) && d < kMaxRank; d++) sizes[d] = TF_Dim(results[i], d);
      ExpectShape(test, when, test.computed[i], TF_NumDims(results[i]), sizes);
    }
  for (TF_Tensor *tensor : results)
    if (tensor) TF_DeleteTensor(tensor);
  for (int i = 0; i < count; i++) TF_DeleteTensor(given[i]);
  TF_DeleteSession(session, status);
  TF_DeleteSessionOptions(options);
  TF_DeleteStatus(status);
  TF_DeleteGraph(graph);
}

}  // namespace

int main() {
  const char *wrong = RegisterOperations();
  if (wrong) {
    printf("%s\n", wrong);
    return 1;
  }
  int cases = 0;
  for (const Case &test : kCases) {
    cases++;
    TestInference(test);
    TestKernel(test);
  }
  printf("%d cases, %d failures\n", cases, failures);
  return failures == 0 ? 0 : 1;
}
