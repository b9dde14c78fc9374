#include "convolution.h"

#include <assert.h>
#include <immintrin.h>
#include <string.h>

#include <utility>

#include "normalization.h"
#include "resize.h"
#include "threads.h"

namespace flowerbed {
namespace avx2 {
namespace {
#include "vector-avx2.h"
#include "convolution-kernels.h"
#include "normalization-kernels.h"
#include "resize-kernels.h"
}  // namespace
}  // namespace avx2

const Convolutions kAvx2 = {avx2::Forward, avx2::GradientOfInput, avx2::GradientOfWeights, avx2::FastForward,
                              avx2::FusedForward};
const Normalizations kNormalizationsAvx2 = {avx2::Normalize, avx2::Factors, avx2::GradientOfNormalized};
const Resizes kResizesAvx2 = {avx2::ResizeBeside, avx2::GradientOfResize};

}  // namespace flowerbed
