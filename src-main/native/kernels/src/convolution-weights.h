// The gradients of a convolution by its weights and bias: accumulators of inputs × outputs, over the pixels of all images.
#pragma once
#include "convolution-layout.h"

struct WeightsBlock {
  const float *x;
  int64_t x_image, x_row, x_step;
  const float *dy;
  int64_t dy_image, dy_row, dy_step;
  int64_t images, rows, steps;
  float *sums;
  int64_t sums_row;
};

/** Adds to kRows rows of the gradient (inputs of one kernel row), kVectors vectors of outputs each. */
template <int kRows, int kVectors>
static void WeightsRows(const WeightsBlock &block) {
  Vector sums[kRows][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; r++)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; v++) sums[r][v] = Vector::Load(block.sums + r * block.sums_row + v * kLanes);
  for (int64_t image = 0; image < block.images; image++)
    for (int64_t h = 0; h < block.rows; h++) {
      const float *x = block.x + image * block.x_image + h * block.x_row;
      const float *dy = block.dy + image * block.dy_image + h * block.dy_row;
      for (int64_t step = 0; step < block.steps; step++, x += block.x_step, dy += block.dy_step) {
        Vector d[kVectors];
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; v++) d[v] = Vector::Load(dy + v * kLanes);
#pragma GCC unroll 16
        for (int r = 0; r < kRows; r++) {
          const Vector all = Vector::All(x + r);
#pragma GCC unroll 2
          for (int v = 0; v < kVectors; v++) sums[r][v] = sums[r][v].Plus(d[v], all);
        }
      }
    }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; r++)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; v++) sums[r][v].Store(block.sums + r * block.sums_row + v * kLanes);
}

using WeightsLoop = void (*)(const WeightsBlock &);

template <int kVectors, int... kRows>
static WeightsLoop WeightsLoopFor(int64_t rows, std::integer_sequence<int, kRows...>) {
  static constexpr WeightsLoop loops[] = {WeightsRows<kRows + 1, kVectors>...};
  assert(rows >= 1 && rows <= static_cast<int64_t>(sizeof...(kRows)));
  return loops[rows - 1];
}

static WeightsLoop WeightsLoopFor(int vectors, int64_t rows) {
  constexpr auto all = std::make_integer_sequence<int, Vector::kRows>();
  return vectors == 1 ? WeightsLoopFor<1>(rows, all) : WeightsLoopFor<2>(rows, all);
}

/** What of x and dy is worked on together: about the first-level cache, more where the sums do not stay in it anyway. */
constexpr int64_t kWeightsWords = 16384, kMoreWeightsWords = 65536;
/** Sums that a thread has at once: three quarters of its second-level cache. */
static int64_t SumsWords() { return Level2Bytes() * 3 / 4 / static_cast<int64_t>(sizeof(float)); }

/** Pixels ahead that are asked for while one is copied. */
constexpr int64_t kPrefetchDistance = 4;

/** x with every pixel's word holding its neighbour too, where a word holds two. */
static void CopyForWeights(const ConvolutionShape &s, const float *image, int64_t first, int64_t rows, int64_t x_row,
                           float *to) {
  const int64_t pixels = x_row / s.cin;
  for (int64_t r = 0; r < rows; r++, to += x_row) {
    const int64_t h = first + r;
    if (h < 0 || h >= s.h) {
      memset(to, 0, sizeof(float) * x_row);
      continue;
    }
    const float *from = image + h * s.w * s.cin;
    if (kInWord == 1) {
      const int64_t side = s.kw / 2 * s.cin, inside = s.w * s.cin;
      memset(to, 0, sizeof(float) * side);
      memcpy(to + side, from, sizeof(float) * inside);
      memset(to + side + inside, 0, sizeof(float) * side);
      continue;
    }
    const auto pixel = [&](int64_t p) { return p >= 0 && p < s.w ? from + p * s.cin : nullptr; };
    for (int64_t p = 0; p < pixels; p++) {
      Prefetch(from + (p + kPrefetchDistance) * s.cin, s.cin);
      PutWords(to + p * s.cin, pixel(p - s.kw / 2), pixel(p - s.kw / 2 + 1), s.cin);
    }
  }
}

/** `count` outputs of dy, padded to `outputs`, two neighbouring pixels in a word where it holds two. */
static void CopyOutputs(const ConvolutionShape &s, const float *dy, int64_t rows, int64_t count, int64_t outputs, float *to) {
  const int64_t steps = CeilDiv(s.w, kInWord);
  for (int64_t r = 0; r < rows; r++)
    for (int64_t step = 0; step < steps; step++, to += outputs) {
      const int64_t p = step * kInWord;
      const float *one = dy + (r * s.w + p) * s.cout;
      for (int64_t each = 0; each < kInWord; each++) Prefetch(one + (kPrefetchDistance + each) * s.cout, count);
      PutWords(to, one, p + 1 < s.w ? one + s.cout : nullptr, count);
      memset(to + count, 0, sizeof(float) * (outputs - count));
    }
}

/**
 * Outputs are shared out among threads, and images as well where that would leave some idle; what the parts of the
 * images have summed is added in their order, so that a sum depends on shape, threads and cache alone.
 */
static void GradientOfWeights(const ConvolutionShape &s, const float *x, const float *dy, float *dweights, float *dbias) {
  assert(IsValid(s) && x && dy && dweights && dbias);
  const int vectors = VectorsFor(s.cout);
  const int64_t group = vectors * kLanes, padded = RoundUp(s.cout, group);
  const int64_t inputs = s.kw * s.cin, kernel = s.kh * inputs;
  // As many outputs at once as the cache holds the sums of, the same number for every group.
  const int64_t wanted = CeilDiv(padded / group, Max(1, SumsWords() / (kernel * group)));
  const int64_t outputs = CeilDiv(padded / group, wanted) * group, groups = CeilDiv(padded, outputs);
  const int64_t parts = groups % Threads() == 0 ? 1 : Min(Threads(), s.n), sum_size = (kernel + 1) * outputs;
  const int64_t x_row = (s.w + s.kw - 1 + kInWord - 1) * s.cin, dy_row = CeilDiv(s.w, kInWord) * outputs;
  const Tiles tiles = TilesFor(s, x_row + dy_row, kernel * outputs > kMoreWeightsWords ? kMoreWeightsWords : kWeightsWords);
  const int64_t pieces = CeilDiv(inputs, Vector::kRows);
  float *all_sums = Scratch(ScratchSlot::kSums, groups * parts * sum_size);
  if (!all_sums) return;
  Parallel(groups * parts, [&](int64_t share) {
    const int64_t k = share / parts * outputs, part = share % parts, have = Min(outputs, s.cout - k);
    assert(have > 0);
    float *sums = all_sums + share * sum_size, *bias_sums = sums + kernel * outputs;
    memset(sums, 0, sizeof(float) * sum_size);
    const int64_t x_image = (tiles.rows + s.kh - 1) * x_row, dy_image = tiles.rows * dy_row;
    float *x_tile = Scratch(ScratchSlot::kGradient, tiles.images * (x_image + dy_image));
    if (!x_tile) return;
    float *dy_tile = x_tile + tiles.images * x_image;
    for (int64_t task = tiles.count * part / parts; task < tiles.count * (part + 1) / parts; task++) {
      const int64_t n = task / tiles.per_image * tiles.images, first = task % tiles.per_image * tiles.rows;
      const int64_t images = Min(tiles.images, s.n - n), rows = Min(tiles.rows, s.h - first);
      for (int64_t image = 0; image < images; image++) {
        CopyForWeights(s, x + (n + image) * s.h * s.w * s.cin, first - s.kh / 2, rows + s.kh - 1, x_row,
                       x_tile + image * x_image);
        const float *given = dy + ((n + image) * s.h + first) * s.w * s.cout + k;
        CopyOutputs(s, given, rows, have, outputs, dy_tile + image * dy_image);
        for (int64_t p = 0; p < rows * s.w; p++)
          for (int64_t c = 0; c < have; c++) bias_sums[c] += given[p * s.cout + c];
      }
      for (int64_t g = 0; g < outputs; g += group)
        for (int64_t i = 0; i < s.kh; i++) {
          int64_t input = 0;
          for (int64_t left = pieces; left > 0; left--) {
            const int64_t here = CeilDiv(inputs - input, left);
            WeightsLoopFor(vectors, here)({x_tile + i * x_row + input, x_image, x_row, s.cin * kInWord, dy_tile + g, dy_image,
                                           dy_row, outputs, images, rows, CeilDiv(s.w, kInWord),
                                           sums + (i * inputs + input) * outputs + g, outputs});
            input += here;
          }
        }
    }
  });
  const int64_t rows = kernel + 1, shares = Min(Threads(), rows);
  Parallel(shares, [&](int64_t share) {
    for (int64_t r = rows * share / shares; r < rows * (share + 1) / shares; r++)
      for (int64_t k = 0; k < s.cout; k += outputs) {
        float *to = (r == kernel ? dbias : dweights + r * s.cout) + k;
        const float *from = all_sums + k / outputs * parts * sum_size + r * outputs;
        for (int64_t c = 0; c < Min(outputs, s.cout - k); c++) {
          float sum = 0;
          for (int64_t part = 0; part < parts; part++) sum += from[part * sum_size + c];
          to[c] = sum;
        }
      }
  });
}
