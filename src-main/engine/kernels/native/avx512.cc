#include "convolution.h"

#include <immintrin.h>
#include <string.h>

#include <utility>

#include "threads.h"

namespace flowerbed {
namespace avx512 {
namespace {
#include "vector-avx512.h"
#include "convolution-kernels.h"
}  // namespace
}  // namespace avx512

const Convolutions kAvx512 = {avx512::Forward, avx512::GradientOfInput, avx512::GradientOfWeights};

}  // namespace flowerbed
