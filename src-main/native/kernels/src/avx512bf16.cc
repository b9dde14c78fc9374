#define FLOWERBED_BF16
#include "convolution.h"

#include <assert.h>
#include <immintrin.h>
#include <string.h>

#include <utility>

#include "threads.h"

namespace flowerbed {
namespace avx512bf16 {
namespace {
#include "vector-avx512.h"
#include "convolution-kernels.h"
}  // namespace
}  // namespace avx512bf16

const Convolutions kAvx512Bf16 = {avx512bf16::Forward, avx512bf16::GradientOfInput, avx512bf16::GradientOfWeights, avx512bf16::FastForward,
                              avx512bf16::FusedForward};

}  // namespace flowerbed
