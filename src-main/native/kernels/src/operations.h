// The operations that TensorFlow is given: their names and signatures, their shapes, and the kernels that compute them.
#pragma once
#include "convolution.h"
#include "normalization.h"
#include "operation-shapes.h"
#include "resize.h"

namespace flowerbed {

/** The kernels that a node runs. */
struct KernelSet {
  const Convolutions *convolutions;
  const Normalizations *normalizations;
  const Resizes *resizes;
};

/** What a kernel is given: shapes as `infer` has approved and written them, and the numbers. */
struct Arguments {
  const Attributes &attributes;
  const Shape *input_shapes;
  const float *const *inputs;
  float *const *outputs;
};

struct Operation {
  const char *name;
  /** As TensorFlow declares it, and its rank. */
  struct Input {
    const char *declaration;
    int rank;
  } inputs[kMaxInputs];
  const char *outputs[kMaxOutputs], *attributes[4];
  InferShapes infer;
  void (*run)(const KernelSet &, const Arguments &);

  int input_count() const;
  int output_count() const;
};

constexpr int kOperationCount = 9;
extern const Operation kOperations[kOperationCount];

}  // namespace flowerbed
