// What the processor can run.
#pragma once

namespace flowerbed {

/** `avx512` is F, DQ, BW and VL together; each counts only if the system saves its registers. */
struct Processor {
  bool avx2, avx512, bf16;
};
Processor DetectProcessor();

}  // namespace flowerbed
