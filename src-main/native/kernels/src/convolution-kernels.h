// The convolutions for one instruction set: include it after a `Vector`, inside of a namespace of its own.
//
// All three are one loop: a block of accumulators in registers, to which products of a vector and a broadcast word are
// added. Forward (and, with the weights flipped, backward to the input) the accumulators are places × outputs and
// the loop runs over the kernel's window; for the weights they are inputs × outputs and the loop runs over places.
// Images are first copied, padded with zeros, into memory that stays in the cache, which is what makes the loops
// free of edges.
#include "words.h"

constexpr int kLanes = Vector::kLanes;
constexpr int kInWord = Vector::kInWord;

// Not the standard library's: one copy of those would serve every instruction set, and might be this one's.
constexpr int64_t Min(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t Max(int64_t a, int64_t b) { return a > b ? a : b; }
constexpr int64_t RoundUp(int64_t value, int64_t to) { return (value + to - 1) / to * to; }
constexpr int64_t CeilDiv(int64_t value, int64_t by) { return (value + by - 1) / by; }

/** Vectors of outputs that are computed together: two, or one where there are no more outputs than that. */
static int VectorsFor(int64_t outputs) { return outputs <= kLanes ? 1 : 2; }

/** How x lies in memory while a tile is computed: rows of blocks of `block` words, each block a padded row of places. */
struct Layout {
  int block;
  int64_t blocks, padded_width;
  int64_t row() const { return blocks * padded_width * block; }
};

static Layout LayoutFor(const ConvolutionShape &s) {
  const int64_t words = CeilDiv(s.cin, kInWord);
  const int block = words >= 12 ? 16 : words > 1 ? 4 : 1;
  return {block, CeilDiv(words, block), s.w + s.kw - 1};
}

/** Copies `rows` rows of an image, of which the first is `first` (negative above the image), into the layout. */
static void CopyRows(const float *image, const ConvolutionShape &s, const Layout &layout, int64_t first, int64_t rows,
                     float *to) {
  const int64_t side = s.kw / 2 * layout.block, inside = s.w * layout.block;
  for (int64_t r = 0; r < rows; r++, to += layout.row()) {
    const int64_t h = first + r;
    if (h < 0 || h >= s.h) {
      memset(to, 0, sizeof(float) * layout.row());
      continue;
    }
    const int64_t block = layout.padded_width * layout.block;
    for (int64_t b = 0; b < layout.blocks; b++) {
      memset(to + b * block, 0, sizeof(float) * side);
      memset(to + b * block + side + inside, 0, sizeof(float) * side);
    }
    // Place by place, as they lie in memory, from where they come.
    const float *from = image + h * s.w * s.cin;
    float *out = to + side;
    for (int64_t p = 0; p < s.w; p++, from += s.cin, out += layout.block)
      for (int64_t b = 0; b < layout.blocks; b++) {
        const int64_t channel = b * layout.block * kInWord, have = Min(layout.block * kInWord, s.cin - channel);
        if (kInWord == 1 && have == layout.block) PutWords(out + b * block, from + channel, nullptr, have);
        else PutRow(out + b * block, from + channel, layout.block, have);
      }
  }
}

/** Where the weight of (row, column, input, output) lies: `first` and a step for each. Inputs or outputs are in a row. */
struct WeightsView {
  const float *first;
  int64_t row, column, input, output;
};

/** Weights in the order in which the loop reads them, `outputs` of a group side by side. */
static void PackWeights(const ConvolutionShape &s, const Layout &layout, int64_t outputs, const WeightsView &view, float *to) {
  const int64_t size = s.kh * layout.blocks * s.kw * layout.block * outputs;
  const int64_t numbers = layout.block * kInWord;
  Parallel(CeilDiv(s.cout, outputs) * s.kh, [&](int64_t task) {
    const int64_t group = task / s.kh, i = task % s.kh;
    float *out = to + group * size + i * (size / s.kh);
    const int64_t have_outputs = Min(outputs, s.cout - group * outputs);
    for (int64_t b = 0; b < layout.blocks; b++)
      for (int64_t j = 0; j < s.kw; j++, out += layout.block * outputs) {
        const float *from = view.first + i * view.row + j * view.column + b * numbers * view.input + group * outputs * view.output;
        const int64_t have = Min(numbers, s.cin - b * numbers);
        if (view.output == 1) {
          for (int64_t c = 0; c < layout.block; c++) {
            const auto input = [&](int64_t of) { return of < have ? from + of * view.input : nullptr; };
            PutWords(out + c * outputs, input(c * kInWord), input(c * kInWord + 1), have_outputs);
            memset(out + c * outputs + have_outputs, 0, sizeof(float) * (outputs - have_outputs));
          }
          continue;
        }
        if (have_outputs < outputs) memset(out, 0, sizeof(float) * layout.block * outputs);
        for (int64_t k = 0; k < have_outputs; k++) {
          float words[16];
          PutRow(words, from + k * view.output, layout.block, have);
          for (int c = 0; c < layout.block; c++) out[c * outputs + k] = words[c];
        }
      }
  });
}

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
  /** Where the first place of each row begins. */
  const float *x[kMostRows];
  float *y[kMostRows];
  const float *weights, *bias;
  int64_t outputs;
};

/** kPlaces neighbouring places in each of kRows rows of y, kVectors vectors of outputs each. */
template <int kRows, int kPlaces, int kVectors, int kBlock>
static void ForwardPlaces(const ForwardBlock &block, const ConvolutionShape &s, const Layout &layout) {
  Vector sums[kRows][kPlaces][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; r++)
#pragma GCC unroll 16
    for (int p = 0; p < kPlaces; p++)
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
          for (int p = 0; p < kPlaces; p++) {
            const Vector all = Vector::All(x[r] + p * kBlock + word);
#pragma GCC unroll 2
            for (int v = 0; v < kVectors; v++) sums[r][p][v] = sums[r][p][v].Plus(w[v], all);
          }
      }
    }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; r++)
#pragma GCC unroll 16
    for (int p = 0; p < kPlaces; p++)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; v++)
        StoreOutputs(sums[r][p][v], block.y[r] + p * s.cout + v * kLanes, block.outputs - v * kLanes);
}

using ForwardLoop = void (*)(const ForwardBlock &, const ConvolutionShape &, const Layout &);

/** Rows that are computed together where a row has so few places that the accumulators would not be used. */
constexpr int RowsFor(int places) { return places > 7 ? 1 : static_cast<int>(Min(kMostRows, Vector::kPlaces / places)); }

template <bool kSeveralRows, int kVectors, int kBlock, int... kPlaces>
static ForwardLoop ForwardLoopFor(int64_t places, std::integer_sequence<int, kPlaces...>) {
  static constexpr ForwardLoop loops[] = {
      ForwardPlaces<kSeveralRows ? RowsFor(kPlaces + 1) : 1, kPlaces + 1, kVectors, kBlock>...};
  return loops[places - 1];
}

template <int kVectors>
static ForwardLoop ForwardLoopFor(bool several_rows, int block, int64_t places) {
  constexpr auto all = std::make_integer_sequence<int, Vector::kPlaces>();
  if (several_rows) return ForwardLoopFor<true, kVectors, 16>(places, all);
  if (block == 16) return ForwardLoopFor<false, kVectors, 16>(places, all);
  return block == 4 ? ForwardLoopFor<false, kVectors, 4>(places, all) : ForwardLoopFor<false, kVectors, 1>(places, all);
}

/** A share of the rows of all images: some rows of one image, or all rows of several. */
struct Tiles {
  int64_t rows, images, per_image, count;
};

/** As large as fits into `words`, but enough of them for every thread. */
static Tiles TilesFor(const ConvolutionShape &s, int64_t row_words, int64_t words) {
  const int64_t for_all = Max(1, CeilDiv(s.n * s.h, 4 * Threads())), fitting = Max(1, Min(words / row_words, for_all));
  if (fitting < s.h) {
    const int64_t per_image = CeilDiv(s.h, fitting);
    return {CeilDiv(s.h, per_image), 1, per_image, s.n * per_image};
  }
  // Rows between the images take room as well.
  const int64_t images = Max(1, fitting / (s.h + s.kh - 1));
  return {s.h, images, 1, CeilDiv(s.n, images)};
}

/** A quarter of a small second-level cache of today: the weights take their part, and the last tile keeps no thread waiting. */
constexpr int64_t kForwardWords = 32768;

static void Convolve(const ConvolutionShape &s, const float *x, const WeightsView &view, const float *bias, float *y) {
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
  const int64_t pieces = CeilDiv(s.w, Vector::kPlaces);
  const int64_t together = layout.block == 16 && pieces == 1 ? RowsFor(static_cast<int>(s.w)) : 1;
  Parallel(tiles.count, [&](int64_t task) {
    const int64_t n = task / tiles.per_image * tiles.images, first = task % tiles.per_image * tiles.rows;
    const int64_t images = Min(tiles.images, s.n - n), rows = Min(tiles.rows, s.h - first);
    const int64_t stored_rows = rows + s.kh - 1;
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
        int64_t place = 0;
        for (int64_t left = pieces; left > 0; left--) {
          for (int64_t r = 0; r < count; r++) {
            const int64_t image = (row + r) / rows, inside = (row + r) % rows;
            block.x[r] = tile + (image * stored_rows + inside) * layout.row() + place * layout.block;
            block.y[r] = y + (((n + image) * s.h + first + inside) * s.w + place) * s.cout + g * outputs;
          }
          const int64_t places = CeilDiv(s.w - place, left);
          const ForwardLoop loop = vectors == 1 ? ForwardLoopFor<1>(count > 1, layout.block, places)
                                                : ForwardLoopFor<2>(count > 1, layout.block, places);
          loop(block, s, layout);
          place += places;
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
  const int64_t place = s.cin * s.cout;
  Convolve(flipped, dy, {weights + (s.kh * s.kw - 1) * place, -s.kw * place, -place, 1, s.cout}, nullptr, dx);
}

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

/** Places ahead that are asked for while one is copied. */
constexpr int64_t kPrefetchDistance = 4;

/** x with every place's word holding its neighbour too, where a word holds two. */
static void CopyForWeights(const ConvolutionShape &s, const float *image, int64_t first, int64_t rows, int64_t x_row,
                           float *to) {
  const int64_t places = x_row / s.cin;
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
    const auto place = [&](int64_t p) { return p >= 0 && p < s.w ? from + p * s.cin : nullptr; };
    for (int64_t p = 0; p < places; p++) {
      Prefetch(from + (p + kPrefetchDistance) * s.cin, s.cin);
      PutWords(to + p * s.cin, place(p - s.kw / 2), place(p - s.kw / 2 + 1), s.cin);
    }
  }
}

/** `count` outputs of dy, padded to `outputs`, two neighbouring places in a word where it holds two. */
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
