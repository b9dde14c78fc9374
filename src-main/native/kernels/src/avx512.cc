#include "convolution.h"

#include <assert.h>
#include <immintrin.h>
#include <string.h>

#include <utility>

#include "normalization.h"
#include "resize.h"
#include "threads.h"

namespace flowerbed {
namespace avx512 {
namespace {
#include "vector-avx512.h"
#include "convolution-kernels.h"
#include "normalization-kernels.h"
#include "resize-kernels.h"
}  // namespace
}  // namespace avx512

const Convolutions kAvx512 = {avx512::Forward, avx512::GradientOfInput, avx512::GradientOfWeights, avx512::FastForward,
                              avx512::FusedForward};
const Normalizations kNormalizationsAvx512 = {avx512::Normalize, avx512::Factors, avx512::GradientOfNormalized};
const Resizes kResizesAvx512 = {avx512::ResizeBeside, avx512::GradientOfResize};

}  // namespace flowerbed
