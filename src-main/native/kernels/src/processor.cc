#include "processor.h"

#include <cpuid.h>

namespace flowerbed {

// Zig's library has no __builtin_cpu_supports.
Processor DetectProcessor() {
  Processor found = {};
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return found;
  const bool fma = c & bit_FMA;
  unsigned saved, high;
  __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
  const unsigned most = a;
  found.avx2 = fma && (saved & 0x06) == 0x06 && (b & (1u << 5)) && (b & (1u << 8));
  constexpr unsigned all = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  found.avx512 = found.avx2 && (saved & 0xe6) == 0xe6 && (b & all) == all;
  found.bf16 = found.avx512 && most >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5));
  return found;
}

}  // namespace flowerbed
