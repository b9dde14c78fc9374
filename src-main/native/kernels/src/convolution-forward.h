// The convolution, and its gradient by the input: accumulators of pixels × outputs, over the kernel's window.
#pragma once
#include "convolution-layout.h"

/** Stores what is left of `count` outputs from vector `v` on. */
static inline void StoreOutputs(Vector value, float *to, int64_t count) {
  if (count >= kLanes) {
    value.Store(to);
    return;
  }
  float all[kLanes];
  value.Store(all);
  if (count > 0) memcpy(to, all, sizeof(float) * count);
}

constexpr int kMostRows = 7;

struct ForwardBlock {
  /** Where the first pixel of each row begins. */
  const float *x[kMostRows];
  float *y[kMostRows];
  const float *weights, *bias;
  int64_t outputs;
};

/** kPixels neighbouring pixels in each of kRows rows of y, kVectors vectors of outputs each. */
template <int kRows, int kPixels, int kVectors, int kBlock>
static void ForwardPixels(const ForwardBlock &block, const ConvolutionShape &s, const Layout &layout) {
  Vector sums[kRows][kPixels][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; r++)
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; p++)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; v++)
        sums[r][p][v] = block.bias ? Vector::Load(block.bias + v * kLanes) : Vector::Zero();
  const float *weights = block.weights;
  for (int64_t i = 0; i < s.kh; i++)
    for (int64_t b = 0; b < layout.blocks; b++) {
      const float *x[kRows];
#pragma GCC unroll 16
      for (int r = 0; r < kRows; r++) x[r] = block.x[r] + i * layout.row() + b * layout.padded_width * kBlock;
      for (int64_t word = 0; word < s.kw * kBlock; word++, weights += kVectors * kLanes) {
        Vector w[kVectors];
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; v++) w[v] = Vector::Load(weights + v * kLanes);
#pragma GCC unroll 16
        for (int r = 0; r < kRows; r++)
#pragma GCC unroll 16
          for (int p = 0; p < kPixels; p++) {
            const Vector all = Vector::All(x[r] + p * kBlock + word);
#pragma GCC unroll 2
            for (int v = 0; v < kVectors; v++) sums[r][p][v] = sums[r][p][v].Plus(w[v], all);
          }
      }
    }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; r++)
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; p++)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; v++)
        StoreOutputs(sums[r][p][v], block.y[r] + p * s.cout + v * kLanes, block.outputs - v * kLanes);
}

using ForwardLoop = void (*)(const ForwardBlock &, const ConvolutionShape &, const Layout &);

/** Rows that are computed together where a row has so few pixels that the accumulators would not be used. */
constexpr int RowsFor(int pixels) { return pixels > 7 ? 1 : static_cast<int>(Min(kMostRows, Vector::kPixels / pixels)); }

template <bool kSeveralRows, int kVectors, int kBlock, int... kPixels>
static ForwardLoop ForwardLoopFor(int64_t pixels, std::integer_sequence<int, kPixels...>) {
  static constexpr ForwardLoop loops[] = {
      ForwardPixels<kSeveralRows ? RowsFor(kPixels + 1) : 1, kPixels + 1, kVectors, kBlock>...};
  assert(pixels >= 1 && pixels <= static_cast<int64_t>(sizeof...(kPixels)));
  return loops[pixels - 1];
}

template <int kVectors>
static ForwardLoop ForwardLoopFor(bool several_rows, int block, int64_t pixels) {
  constexpr auto all = std::make_integer_sequence<int, Vector::kPixels>();
  if (several_rows) return ForwardLoopFor<true, kVectors, 16>(pixels, all);
  if (block == 16) return ForwardLoopFor<false, kVectors, 16>(pixels, all);
  return block == 4 ? ForwardLoopFor<false, kVectors, 4>(pixels, all) : ForwardLoopFor<false, kVectors, 1>(pixels, all);
}

/** A quarter of a small second-level cache of today: the weights take their part, and the last tile keeps no thread waiting. */
constexpr int64_t kForwardWords = 32768;

static void Convolve(const ConvolutionShape &s, const float *x, const WeightsView &view, const float *bias, float *y) {
  assert(IsValid(s) && x && view.first && y);
  const Layout layout = LayoutFor(s);
  const int vectors = VectorsFor(s.cout);
  const int64_t outputs = vectors * kLanes, groups = CeilDiv(s.cout, outputs);
  const int64_t group_size = s.kh * layout.blocks * s.kw * layout.block * outputs;
  float *weights = Scratch(ScratchSlot::kWeights, groups * (group_size + outputs));
  if (!weights) return;
  float *padded_bias = weights + groups * group_size;
  PackWeights(s, layout, outputs, view, weights);
  if (bias) PutPadded(padded_bias, bias, s.cout, groups * outputs);
  const Tiles tiles = TilesFor(s, layout.row(), kForwardWords);
  const int64_t pieces = CeilDiv(s.w, Vector::kPixels);
  const int64_t together = layout.block == 16 && pieces == 1 ? RowsFor(static_cast<int>(s.w)) : 1;
  Parallel(tiles.count, [&](int64_t task) {
    const int64_t n = task / tiles.per_image * tiles.images, first = task % tiles.per_image * tiles.rows;
    const int64_t images = Min(tiles.images, s.n - n), rows = Min(tiles.rows, s.h - first);
    const int64_t stored_rows = rows + s.kh - 1;
    assert(images > 0 && rows > 0);
    float *tile = Scratch(ScratchSlot::kImage, images * stored_rows * layout.row());
    if (!tile) return;
    for (int64_t image = 0; image < images; image++)
      CopyRows(x + (n + image) * s.h * s.w * s.cin, s, layout, first - s.kh / 2, stored_rows,
               tile + image * stored_rows * layout.row());
    for (int64_t g = 0; g < groups; g++) {
      ForwardBlock block;
      block.weights = weights + g * group_size;
      block.bias = bias ? padded_bias + g * outputs : nullptr;
      block.outputs = s.cout - g * outputs;
      for (int64_t row = 0; row < images * rows;) {
        const int64_t count = images * rows - row < together ? 1 : together;
        int64_t pixel = 0;
        for (int64_t left = pieces; left > 0; left--) {
          for (int64_t r = 0; r < count; r++) {
            const int64_t image = (row + r) / rows, inside = (row + r) % rows;
            block.x[r] = tile + (image * stored_rows + inside) * layout.row() + pixel * layout.block;
            block.y[r] = y + (((n + image) * s.h + first + inside) * s.w + pixel) * s.cout + g * outputs;
          }
          const int64_t pixels = CeilDiv(s.w - pixel, left);
          const ForwardLoop loop = vectors == 1 ? ForwardLoopFor<1>(count > 1, layout.block, pixels)
                                                : ForwardLoopFor<2>(count > 1, layout.block, pixels);
          loop(block, s, layout);
          pixel += pixels;
        }
        row += count;
      }
    }
  });
}

static void Forward(const ConvolutionShape &s, const float *x, const float *weights, const float *bias, float *y) {
  Convolve(s, x, {weights, s.kw * s.cin * s.cout, s.cin * s.cout, s.cout, 1}, bias, y);
}

/** The same as a convolution of dy with the weights flipped. */
static void GradientOfInput(const ConvolutionShape &s, const float *weights, const float *dy, float *dx) {
  const ConvolutionShape flipped = {s.n, s.h, s.w, s.cout, s.cin, s.kh, s.kw};
  const int64_t tap = s.cin * s.cout;
  Convolve(flipped, dy, {weights + (s.kh * s.kw - 1) * tap, -s.kw * tap, -tap, 1, s.cout}, nullptr, dx);
}
