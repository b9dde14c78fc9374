// The convolutions for one instruction set: include it after a `Vector`, inside of a namespace of its own.
//
// All three are one loop: a block of accumulators in registers, to which products of a vector and a broadcast word are
// added. Forward (and, with the weights turned round, backward to the input) the accumulators are places × outputs and
// the loop runs over the kernel's window; for the weights they are inputs × outputs and the loop runs over places.
// Pictures are first copied, padded with noughts, into memory that stays in the cache, which is what makes the loops
// free of edges.
#include "words.h"

constexpr int kLanes = Vector::kLanes;
constexpr int kInWord = Vector::kInWord;

// Not the standard library's: one copy of those would serve every instruction set, and might be this one's.
constexpr int64_t Min(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t Max(int64_t a, int64_t b) { return a > b ? a : b; }
constexpr int64_t RoundUp(int64_t value, int64_t to) { return (value + to - 1) / to * to; }
constexpr int64_t Divided(int64_t value, int64_t by) { return (value + by - 1) / by; }

/** Vectors of outputs that are computed together: two, or one where there are no more outputs than that. */
static int VectorsFor(int64_t outputs) { return outputs <= kLanes ? 1 : 2; }

/** How x lies in memory while a tile is computed: rows of blocks of `block` words, each block a padded row of places. */
struct Layout {
  int block;
  int64_t blocks, padded_width;
  int64_t row() const { return blocks * padded_width * block; }
};

static Layout LayoutFor(const ConvolutionShape &s) {
  const int64_t words = Divided(s.cin, kInWord);
  const int block = words >= 12 ? 16 : words > 1 ? 4 : 1;
  return {block, Divided(words, block), s.w + s.kw - 1};
}

/** Copies `rows` rows of a picture, of which the first is `first` (negative above the picture), into the layout. */
static void CopyRows(const float *picture, const ConvolutionShape &s, const Layout &layout, int64_t first, int64_t rows,
                     float *to) {
  const int64_t side = s.kw / 2 * layout.block, inside = s.w * layout.block;
  for (int64_t r = 0; r < rows; r++, to += layout.row()) {
    const int64_t h = first + r;
    if (h < 0 || h >= s.h) {
      memset(to, 0, sizeof(float) * layout.row());
      continue;
    }
    for (int64_t b = 0; b < layout.blocks; b++) {
      float *out = to + b * layout.padded_width * layout.block;
      memset(out, 0, sizeof(float) * side);
      memset(out + side + inside, 0, sizeof(float) * side);
      out += side;
      const int64_t channel = b * layout.block * kInWord;
      const int64_t have = Min(layout.block * kInWord, s.cin - channel);
      const float *from = picture + h * s.w * s.cin + channel;
      for (int64_t p = 0; p < s.w; p++, from += s.cin, out += layout.block) {
        if (kInWord == 1 && have == layout.block) memcpy(out, from, sizeof(float) * have);
#ifdef FLOWERBED_BF16
        else if (have == 32)
          _mm512_storeu_ps(out, reinterpret_cast<__m512>(_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + 16), _mm512_loadu_ps(from))));
#endif
        else
          for (int c = 0; c < layout.block; c++) {
            const int64_t at = c * kInWord;
            PutWord(out + c, at < have ? from[at] : 0, at + 1 < have ? from[at + 1] : 0);
          }
      }
    }
  }
}

/** Weights in the order in which the loop reads them; `at(i, j, input, output)` answers one. */
template <typename At>
static void PackWeights(const ConvolutionShape &s, const Layout &layout, int64_t outputs, float *to, const At &at) {
  const int64_t size = s.kh * layout.blocks * s.kw * layout.block * outputs;
  Parallel(Divided(s.cout, outputs), [&](int64_t group) {
    float *out = to + group * size;
    for (int64_t i = 0; i < s.kh; i++)
      for (int64_t b = 0; b < layout.blocks; b++)
        for (int64_t j = 0; j < s.kw; j++)
          for (int c = 0; c < layout.block; c++) {
            const int64_t input = (b * layout.block + c) * kInWord;
            for (int64_t k = 0; k < outputs; k++) {
              const int64_t output = group * outputs + k;
              const auto weight = [&](int64_t of) { return of < s.cin && output < s.cout ? at(i, j, of, output) : 0.f; };
              PutWord(out++, weight(input), kInWord == 2 ? weight(input + 1) : 0);
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

struct ForwardBlock {
  const float *x, *weights, *bias;
  float *y;
  int64_t y_place, outputs;
};

/** kPlaces neighbouring places of y, kVectors vectors of outputs each. */
template <int kPlaces, int kVectors, int kBlock>
static void ForwardPlaces(const ForwardBlock &block, const ConvolutionShape &s, const Layout &layout) {
  Vector sums[kPlaces][kVectors];
#pragma GCC unroll 16
  for (int p = 0; p < kPlaces; p++)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; v++) sums[p][v] = block.bias ? Vector::Load(block.bias + v * kLanes) : Vector::Zero();
  const float *weights = block.weights;
  for (int64_t i = 0; i < s.kh; i++)
    for (int64_t b = 0; b < layout.blocks; b++) {
      const float *x = block.x + i * layout.row() + b * layout.padded_width * kBlock;
      for (int64_t word = 0; word < s.kw * kBlock; word++, weights += kVectors * kLanes) {
        Vector w[kVectors];
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; v++) w[v] = Vector::Load(weights + v * kLanes);
#pragma GCC unroll 16
        for (int p = 0; p < kPlaces; p++) {
          const Vector all = Vector::All(x + p * kBlock + word);
#pragma GCC unroll 2
          for (int v = 0; v < kVectors; v++) sums[p][v] = sums[p][v].Plus(w[v], all);
        }
      }
    }
#pragma GCC unroll 16
  for (int p = 0; p < kPlaces; p++)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; v++)
      StoreOutputs(sums[p][v], block.y + p * block.y_place + v * kLanes, block.outputs - v * kLanes);
}

using ForwardLoop = void (*)(const ForwardBlock &, const ConvolutionShape &, const Layout &);

template <int kVectors, int kBlock, int... kPlaces>
static ForwardLoop ForwardLoopFor(int64_t places, std::integer_sequence<int, kPlaces...>) {
  static constexpr ForwardLoop loops[] = {ForwardPlaces<kPlaces + 1, kVectors, kBlock>...};
  return loops[places - 1];
}

static ForwardLoop ForwardLoopFor(int vectors, int block, int64_t places) {
  constexpr auto all = std::make_integer_sequence<int, Vector::kPlaces>();
  if (vectors == 1)
    return block == 16 ? ForwardLoopFor<1, 16>(places, all) : block == 4 ? ForwardLoopFor<1, 4>(places, all) : ForwardLoopFor<1, 1>(places, all);
  return block == 16 ? ForwardLoopFor<2, 16>(places, all) : block == 4 ? ForwardLoopFor<2, 4>(places, all) : ForwardLoopFor<2, 1>(places, all);
}

/** Rows of y that are computed from one copy of x: as many as fit into `words`, but enough parts for every thread. */
static int64_t TileRows(const ConvolutionShape &s, int64_t row_words, int64_t words) {
  const int64_t fitting = words / row_words;
  const int64_t for_all = Divided(s.n * s.h, 4 * Threads());
  return Max(1, Min(s.h, Min(fitting, for_all)));
}

/** About half of a second-level cache of today, the other half being for the weights. */
constexpr int64_t kForwardWords = 65536;

template <typename At>
static void Convolve(const ConvolutionShape &s, const float *x, const float *bias, float *y, const At &at) {
  const Layout layout = LayoutFor(s);
  const int vectors = VectorsFor(s.cout);
  const int64_t outputs = vectors * kLanes, groups = Divided(s.cout, outputs);
  const int64_t group_size = s.kh * layout.blocks * s.kw * layout.block * outputs;
  float *weights = Scratch(Purpose::kWeights, groups * (group_size + outputs));
  float *padded_bias = weights + groups * group_size;
  PackWeights(s, layout, outputs, weights, at);
  if (bias) PutPadded(padded_bias, bias, s.cout, groups * outputs);
  const int64_t rows = TileRows(s, layout.row(), kForwardWords), tiles = Divided(s.h, rows);
  const int64_t pieces = Divided(s.w, Vector::kPlaces);
  Parallel(s.n * tiles, [&](int64_t task) {
    const int64_t n = task / tiles, first = task % tiles * rows, count = Min(rows, s.h - first);
    float *tile = Scratch(Purpose::kPicture, (count + s.kh - 1) * layout.row());
    CopyRows(x + n * s.h * s.w * s.cin, s, layout, first - s.kh / 2, count + s.kh - 1, tile);
    for (int64_t g = 0; g < groups; g++)
      for (int64_t r = 0; r < count; r++) {
        int64_t place = 0;
        for (int64_t left = pieces; left > 0; left--) {
          const int64_t places = Divided(s.w - place, left);
          ForwardLoopFor(vectors, layout.block, places)(
              {tile + r * layout.row() + place * layout.block, weights + g * group_size, bias ? padded_bias + g * outputs : nullptr,
               y + ((n * s.h + first + r) * s.w + place) * s.cout + g * outputs, s.cout, s.cout - g * outputs},
              s, layout);
          place += places;
        }
      }
  });
}

static void Forward(const ConvolutionShape &s, const float *x, const float *weights, const float *bias, float *y) {
  Convolve(s, x, bias, y, [&](int64_t i, int64_t j, int64_t input, int64_t output) {
    return weights[((i * s.kw + j) * s.cin + input) * s.cout + output];
  });
}

/** The same as a convolution of dy with the weights turned round. */
static void GradientOfInput(const ConvolutionShape &s, const float *weights, const float *dy, float *dx) {
  const ConvolutionShape turned = {s.n, s.h, s.w, s.cout, s.cin, s.kh, s.kw};
  Convolve(turned, dy, nullptr, dx, [&](int64_t i, int64_t j, int64_t input, int64_t output) {
    return weights[(((s.kh - 1 - i) * s.kw + s.kw - 1 - j) * s.cin + output) * s.cout + input];
  });
}

struct WeightsBlock {
  const float *x;
  int64_t x_row, x_step;
  const float *dy;
  int64_t dy_row, dy_step;
  int64_t rows, steps;
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
  for (int64_t h = 0; h < block.rows; h++) {
    const float *x = block.x + h * block.x_row, *dy = block.dy + h * block.dy_row;
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

/** What of x and dy is worked on together: about the first-level cache. */
constexpr int64_t kWeightsWords = 16384;

/**
 * Neighbouring places share a word where it holds two, so that every place of x starts one, and every second place of dy.
 * Each of a fixed number of parts sums over its share of the pictures; the sums of the parts are added in their order.
 */
static void GradientOfWeights(const ConvolutionShape &s, const float *x, const float *dy, float *dweights, float *dbias) {
  const int vectors = VectorsFor(s.cout);
  const int64_t outputs = vectors * kLanes, padded = RoundUp(s.cout, outputs);
  const int64_t inputs = s.kw * s.cin, sum_size = s.kh * inputs * padded + padded;
  const int64_t steps = Divided(s.w, kInWord), x_places = s.w + s.kw - 1 + kInWord - 1;
  const int64_t x_row = x_places * s.cin, dy_row = steps * padded;
  const int64_t rows = TileRows(s, x_row + dy_row, kWeightsWords), tiles = Divided(s.h, rows), tasks = s.n * tiles;
  const int64_t parts = Min(Threads(), tasks), pieces = Divided(inputs, Vector::kRows);
  // As dy lies, where it needs neither pairs nor padding.
  const bool as_it_is = kInWord == 1 && padded == s.cout;
  float *all_sums = Scratch(Purpose::kSums, parts * sum_size);
  Parallel(parts, [&](int64_t part) {
    float *sums = all_sums + part * sum_size, *bias_sums = sums + s.kh * inputs * padded;
    memset(sums, 0, sizeof(float) * sum_size);
    float *x_tile = Scratch(Purpose::kGradient, (rows + s.kh - 1) * x_row + rows * dy_row);
    float *dy_tile = x_tile + (rows + s.kh - 1) * x_row;
    for (int64_t task = tasks * part / parts; task < tasks * (part + 1) / parts; task++) {
      const int64_t n = task / tiles, first = task % tiles * rows, count = Min(rows, s.h - first);
      for (int64_t r = 0; r < count + s.kh - 1; r++) {
        const int64_t h = first + r - s.kh / 2;
        if (h < 0 || h >= s.h) {
          memset(x_tile + r * x_row, 0, sizeof(float) * x_row);
          continue;
        }
        const float *from = x + (n * s.h + h) * s.w * s.cin;
        const auto place = [&](int64_t p) { return p >= 0 && p < s.w ? from + p * s.cin : nullptr; };
        for (int64_t p = 0; p < x_places; p++)
          PutWords(x_tile + r * x_row + p * s.cin, place(p - s.kw / 2), place(p - s.kw / 2 + 1), s.cin);
      }
      const float *given = dy + (n * s.h + first) * s.w * s.cout;
      for (int64_t p = 0; p < count * s.w; p++)
        for (int64_t k = 0; k < s.cout; k++) bias_sums[k] += given[p * s.cout + k];
      if (!as_it_is)
        for (int64_t r = 0; r < count; r++)
          for (int64_t step = 0; step < steps; step++) {
            const int64_t p = step * kInWord;
            const float *one = given + (r * s.w + p) * s.cout;
            float *to = dy_tile + r * dy_row + step * padded;
            PutWords(to, one, p + 1 < s.w ? one + s.cout : nullptr, s.cout);
            PutWords(to + s.cout, nullptr, nullptr, padded - s.cout);
          }
      for (int64_t k = 0; k < padded; k += outputs)
        for (int64_t i = 0; i < s.kh; i++) {
          int64_t input = 0;
          for (int64_t left = pieces; left > 0; left--) {
            const int64_t here = Divided(inputs - input, left);
            WeightsLoopFor(vectors, here)({x_tile + i * x_row + input, x_row, s.cin * kInWord, (as_it_is ? given : dy_tile) + k,
                                           as_it_is ? s.w * s.cout : dy_row, padded, count, steps,
                                           sums + (i * inputs + input) * padded + k, padded});
            input += here;
          }
        }
    }
  });
  const int64_t all_rows = s.kh * inputs + 1, shares = Min(Threads(), all_rows);
  Parallel(shares, [&](int64_t share) {
    for (int64_t r = all_rows * share / shares; r < all_rows * (share + 1) / shares; r++) {
      float *to = r == all_rows - 1 ? dbias : dweights + r * s.cout;
      for (int64_t k = 0; k < s.cout; k++) {
        float sum = 0;
        for (int64_t part = 0; part < parts; part++) sum += all_sums[part * sum_size + r * padded + k];
        to[k] = sum;
      }
    }
  });
}
