// Resizing for one instruction set, which the compiler finds by itself in these loops: include it inside of a namespace
// of its own. Down a column first, then along the row, so that the first is done once.
#pragma once
#include "arithmetic.h"

/** Where a new row or column lies among the old ones: `share` of the way from `lower` to `upper`. */
struct Between {
  int64_t lower, upper;
  float share;
};

static Between SourceCoords(int64_t at, int64_t from, int64_t to, bool bilinear) {
  assert(at >= 0 && at < to && from > 0);
  if (!bilinear) {
    const float scale = static_cast<float>(from) / static_cast<float>(to);
    const int64_t nearest = Min(static_cast<int64_t>(static_cast<float>(at) * scale), from - 1);
    return {nearest, nearest, 0};
  }
  const float scale = to > 1 ? static_cast<float>(from - 1) / static_cast<float>(to - 1) : 0.f;
  const float position = static_cast<float>(at) * scale;
  const int64_t lower = Min(static_cast<int64_t>(position), from - 1);
  return {lower, Min(lower + 1, from - 1), position - static_cast<float>(lower)};
}

/** to = a + share·(b − a). */
static void Lerp(const float *__restrict a, const float *__restrict b, float share, int64_t count, float *__restrict to) {
  for (int64_t i = 0; i < count; i++) to[i] = a[i] + share * (b[i] - a[i]);
}

/** to += share·from. */
static void AddShare(const float *__restrict from, float share, int64_t count, float *__restrict to) {
  for (int64_t i = 0; i < count; i++) to[i] += share * from[i];
}

static void ResizeBeside(const ResizeShape &s, const float *x, const float *beside, float *y) {
  assert(IsValid(s) && x && (beside || s.beside == 0) && y);
  const int64_t row = s.w * s.c, both = s.c + s.beside;
  Parallel(s.n * s.to_h, [&](int64_t task) {
    const Between vertical = SourceCoords(task % s.to_h, s.h, s.to_h, s.bilinear);
    const float *image = x + task / s.to_h * s.h * row, *old_row = image + vertical.lower * row;
    if (vertical.share > 0) {
      float *mixed = Scratch(ScratchSlot::kImage, row);
      if (!mixed) return;
      Lerp(old_row, image + vertical.upper * row, vertical.share, row, mixed);
      old_row = mixed;
    }
    const float *other = beside + task * s.to_w * s.beside;
    float *to = y + task * s.to_w * both;
    for (int64_t p = 0; p < s.to_w; p++, to += both, other += s.beside) {
      const Between along = SourceCoords(p, s.w, s.to_w, s.bilinear);
      if (along.share > 0) Lerp(old_row + along.lower * s.c, old_row + along.upper * s.c, along.share, s.c, to);
      else memcpy(to, old_row + along.lower * s.c, sizeof(float) * s.c);
      memcpy(to + s.c, other, sizeof(float) * s.beside);
    }
  });
}

static void GradientOfResize(const ResizeShape &s, const float *dy, float *dx, float *dbeside) {
  assert(IsValid(s) && dy && dx && (dbeside || s.beside == 0));
  const int64_t row = s.w * s.c, both = s.c + s.beside;
  // An image is one thread's, so that sums are in one order.
  Parallel(s.n, [&](int64_t n) {
    float *image = dx + n * s.h * row;
    memset(image, 0, sizeof(float) * s.h * row);
    float *gathered = Scratch(ScratchSlot::kImage, row);
    if (!gathered) return;
    for (int64_t r = 0; r < s.to_h; r++) {
      const Between vertical = SourceCoords(r, s.h, s.to_h, s.bilinear);
      memset(gathered, 0, sizeof(float) * row);
      const float *from = dy + (n * s.to_h + r) * s.to_w * both;
      float *other = dbeside + (n * s.to_h + r) * s.to_w * s.beside;
      for (int64_t p = 0; p < s.to_w; p++, from += both, other += s.beside) {
        const Between along = SourceCoords(p, s.w, s.to_w, s.bilinear);
        AddShare(from, 1 - along.share, s.c, gathered + along.lower * s.c);
        if (along.share > 0) AddShare(from, along.share, s.c, gathered + along.upper * s.c);
        memcpy(other, from + s.c, sizeof(float) * s.beside);
      }
      AddShare(gathered, 1 - vertical.share, row, image + vertical.lower * row);
      if (vertical.share > 0) AddShare(gathered, vertical.share, row, image + vertical.upper * row);
    }
  });
}
