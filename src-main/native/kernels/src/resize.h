// Resizes images `[n, h, w, c]` and puts the channels of others, which are of the new size, beside theirs.
#pragma once
#include <stdint.h>

namespace flowerbed {

struct ResizeShape {
  int64_t n, h, w, c;
  /** The new size, and the channels of what is put beside. */
  int64_t to_h, to_w, beside;
  /** Between four pixels, corners keep their positions; else the pixel at that position, rounded down. */
  bool bilinear;
};

/** What the kernels are only called with. */
static inline bool IsValid(const ResizeShape &s) {
  return s.n > 0 && s.h > 0 && s.w > 0 && s.c > 0 && s.to_h > 0 && s.to_w > 0 && s.beside >= 0;
}

struct Resizes {
  /** y `[n, to_h, to_w, c + beside]`. */
  void (*forward)(const ResizeShape &, const float *x, const float *beside, float *y);
  /** dx and dBeside of dy. */
  void (*gradient)(const ResizeShape &, const float *dy, float *dx, float *dbeside);
};

extern const Resizes kResizesAvx2;
extern const Resizes kResizesAvx512;

}  // namespace flowerbed
