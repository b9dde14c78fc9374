// The convolution of 3 × 3 by fewer products (Winograd 1980; Lavin and Gray 2016, “Fast Algorithms for Convolutional Neural
// Networks”): tiles of the image and the kernel are transformed, so that a tile of the result is one product a number of the
// transformed tile. Rounding errors are larger than those of the sums in convolution-forward.h.
#pragma once
#include "convolution-layout.h"

using Value = decltype(Vector::value);

/** F(2 × 2, 3 × 3): tiles of 4 × 4 give 2 × 2 pixels of the result by 16 products instead of 36. */
struct TileOf4 {
  static constexpr int kSide = 4, kOut = 2;
  template <typename T>
  static void Input(T (&d)[kSide]) {
    const T first = d[0] - d[2], second = d[1] + d[2], third = d[2] - d[1], fourth = d[1] - d[3];
    d[0] = first, d[1] = second, d[2] = third, d[3] = fourth;
  }
  template <typename T>
  static void Kernel(const T (&g)[3], T (&u)[kSide]) {
    const T outer = (g[0] + g[2]) * .5f, inner = g[1] * .5f;
    u[0] = g[0], u[1] = outer + inner, u[2] = outer - inner, u[3] = g[2];
  }
  template <typename T>
  static void Output(const T (&m)[kSide], T (&y)[kOut]) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
  }
};

/** F(4 × 4, 3 × 3), at the points 0, ±1, ±2 and infinity: tiles of 6 × 6 give 4 × 4 pixels by 36 products instead of 144. */
struct TileOf6 {
  static constexpr int kSide = 6, kOut = 4;
  template <typename T>
  static void Input(T (&d)[kSide]) {
    const T even1 = d[4] - d[2] * 4.f, odd1 = d[3] - d[1] * 4.f, even2 = d[4] - d[2], odd2 = (d[3] - d[1]) * 2.f;
    const T first = d[0] * 4.f - d[2] * 5.f + d[4], last = d[1] * 4.f - d[3] * 5.f + d[5];
    d[0] = first, d[1] = even1 + odd1, d[2] = even1 - odd1, d[3] = even2 + odd2, d[4] = even2 - odd2, d[5] = last;
  }
  template <typename T>
  static void Kernel(const T (&g)[3], T (&u)[kSide]) {
    const T outer1 = (g[0] + g[2]) * (-1.f / 6), inner1 = g[1] * (-1.f / 6);
    const T outer2 = g[0] * (1.f / 24) + g[2] * (1.f / 6), inner2 = g[1] * (1.f / 12);
    u[0] = g[0] * .25f, u[1] = outer1 + inner1, u[2] = outer1 - inner1;
    u[3] = outer2 + inner2, u[4] = outer2 - inner2, u[5] = g[2];
  }
  template <typename T>
  static void Output(const T (&m)[kSide], T (&y)[kOut]) {
    const T sum1 = m[1] + m[2], difference1 = m[1] - m[2], sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    y[0] = m[0] + sum1 + sum2;
    y[1] = difference1 + difference2 * 2.f;
    y[2] = sum1 + sum2 * 4.f;
    y[3] = difference1 + difference2 * 8.f + m[5];
  }
};

/** Vectors of outputs that are computed together. */
constexpr int kMostVectors = 2;

/** A convolution by tiles. */
template <typename Tile>
struct Winograd {
  static constexpr int kSide = Tile::kSide, kOut = Tile::kOut, kNumbers = kSide * kSide;

  /** Stores a vector of transformed inputs as words. */
  static void PutInputs(float *to, Value value) {
#ifdef FLOWERBED_BF16
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(value)));
#else
    Vector{value}.Store(to);
#endif
  }

  /** The pixels of a tile of inputs, null outside of the image, and the factors and terms of that image. */
  struct InputTile {
    const float *pixels[kSide][kSide];
    const float *factor, *term;
    float least;
  };

  template <bool kFused>
  static Value LoadInput(const InputTile &tile, const float *pixel, int64_t c) {
    if (!pixel) return Vector::Zero().value;
    const Value value = Vector::Load(pixel + c).value;
    if (!kFused) return value;
    const Value moved = value * Vector::Load(tile.factor + c).value + Vector::Load(tile.term + c).value;
    const Value least = Vector::All(&tile.least).value;
    return moved < least ? least : moved;
  }

  /** The numbers of a tile of inputs, each `step` words behind the one before. */
  template <bool kFused>
  static void TransformInputs(const InputTile &tile, int64_t cin, float *to, int64_t step) {
    for (int64_t c = 0; c < cin; c += kLanes) {
      Value d[kSide][kSide];
#pragma GCC unroll 6
      for (int j = 0; j < kSide; j++) {
        Value column[kSide];
#pragma GCC unroll 6
        for (int i = 0; i < kSide; i++) column[i] = LoadInput<kFused>(tile, tile.pixels[i][j], c);
        Tile::Input(column);
#pragma GCC unroll 6
        for (int i = 0; i < kSide; i++) d[i][j] = column[i];
      }
#pragma GCC unroll 6
      for (int i = 0; i < kSide; i++) {
        Tile::Input(d[i]);
#pragma GCC unroll 6
        for (int j = 0; j < kSide; j++) PutInputs(to + (i * kSide + j) * step + c / kInWord, d[i][j]);
      }
    }
  }

  /** The numbers of the kernel of an input for a vector of outputs, from weights `[3, 3, cin, cout]`. */
  static void TransformKernel(const float *from, int64_t step, float (&to)[kNumbers][kLanes]) {
    Value rows[kSide][3];
    for (int j = 0; j < 3; j++) {
      Value g[3], u[kSide];
      for (int i = 0; i < 3; i++) g[i] = Vector::Load(from + (i * 3 + j) * step).value;
      Tile::Kernel(g, u);
      for (int i = 0; i < kSide; i++) rows[i][j] = u[i];
    }
    for (int i = 0; i < kSide; i++) {
      Value u[kSide];
      Tile::Kernel(rows[i], u);
      for (int j = 0; j < kSide; j++) Vector{u[j]}.Store(to[i * kSide + j]);
    }
  }

  /** By group of outputs, number of the tile and word of inputs: the outputs of a group side by side. */
  static void PackKernels(const ConvolutionShape &s, const float *weights, float *to) {
    const int64_t words = s.cin / kInWord, outputs = kMostVectors * kLanes;
    Parallel(CeilDiv(s.cout, outputs), [&](int64_t group) {
      const int64_t width = Min(outputs, s.cout - group * outputs);
      float *out = to + group * kNumbers * words * outputs;
      float numbers[kInWord][kNumbers][kLanes];
      for (int64_t word = 0; word < words; word++)
        for (int64_t v = 0; v < width; v += kLanes) {
          for (int k = 0; k < kInWord; k++)
            TransformKernel(weights + (word * kInWord + k) * s.cout + group * outputs + v, s.cin * s.cout, numbers[k]);
          for (int number = 0; number < kNumbers; number++)
            PutWords(out + (number * words + word) * width + v, numbers[0][number], numbers[kInWord - 1][number], kLanes);
        }
    });
  }

  /** Products of kTiles tiles with a group of outputs: `x` one number of each tile, `y` the sums by tile. */
  template <int kTiles, int kVectors>
  static void Products(const float *x, int64_t words, const float *weights, float *y) {
    Vector sums[kTiles][kVectors];
#pragma GCC unroll 16
    for (int t = 0; t < kTiles; t++)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; v++) sums[t][v] = Vector::Zero();
    for (int64_t word = 0; word < words; word++, weights += kVectors * kLanes) {
      Vector w[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; v++) w[v] = Vector::Load(weights + v * kLanes);
#pragma GCC unroll 16
      for (int t = 0; t < kTiles; t++) {
        const Vector all = Vector::All(x + t * words + word);
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; v++) sums[t][v] = sums[t][v].Plus(w[v], all);
      }
    }
#pragma GCC unroll 16
    for (int t = 0; t < kTiles; t++)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; v++) sums[t][v].Store(y + (t * kVectors + v) * kLanes);
  }

  using ProductLoop = void (*)(const float *, int64_t, const float *, float *);

  template <int kVectors, int... kTiles>
  static ProductLoop ProductsFor(int64_t tiles, std::integer_sequence<int, kTiles...>) {
    static constexpr ProductLoop loops[] = {Products<kTiles + 1, kVectors>...};
    assert(tiles >= 1 && tiles <= static_cast<int64_t>(sizeof...(kTiles)));
    return loops[tiles - 1];
  }

  /**
   * The pixels of a tile of the result for a vector of outputs; `step` lies between the numbers of the tile in `from`.
   * `added` is null or what the pixels get besides, in the order of `y`.
   */
  static void TransformOutputs(const float *from, int64_t step, Value bias, float *const (&to)[kOut][kOut], const float *added,
                               const float *y) {
    Value rows[kOut][kSide];
#pragma GCC unroll 6
    for (int j = 0; j < kSide; j++) {
      Value m[kSide], column[kOut];
#pragma GCC unroll 6
      for (int i = 0; i < kSide; i++) m[i] = Vector::Load(from + (i * kSide + j) * step).value;
      Tile::Output(m, column);
#pragma GCC unroll 4
      for (int i = 0; i < kOut; i++) rows[i][j] = column[i];
    }
#pragma GCC unroll 4
    for (int i = 0; i < kOut; i++) {
      Value pixels[kOut];
      Tile::Output(rows[i], pixels);
#pragma GCC unroll 4
      for (int j = 0; j < kOut; j++)
        if (to[i][j]) Vector{added ? pixels[j] + bias + Vector::Load(added + (to[i][j] - y)).value : pixels[j] + bias}.Store(to[i][j]);
    }
  }

  template <bool kFused>
  static void Convolve(const ConvolutionShape &s, const Fusion &fusion, const float *x, const float *weights, const float *bias,
                       float *y) {
    const int64_t words = s.cin / kInWord, outputs = kMostVectors * kLanes, groups = CeilDiv(s.cout, outputs);
    const int64_t across = CeilDiv(s.w, kOut), down = CeilDiv(s.h, kOut), tiles = s.n * down * across;
    float *kernels = Scratch(ScratchSlot::kWeights, groups * kNumbers * words * outputs);
    if (!kernels) return;
    PackKernels(s, weights, kernels);
    // As many as the cache holds transformed, but enough of them for every thread.
    const int64_t fitting = kForwardWords / (kNumbers * words), for_all = CeilDiv(tiles, 4 * Threads());
    const int64_t together = Max(1, Min(Min(fitting, for_all), kMostTiles) / Vector::kPixels) * Vector::kPixels;
    Parallel(CeilDiv(tiles, together), [&](int64_t task) {
      const int64_t first = task * together, count = Min(together, tiles - first);
      float *inputs = Scratch(ScratchSlot::kImage, kNumbers * together * words);
      float *sums = Scratch(ScratchSlot::kSums, kNumbers * together * outputs);
      if (!inputs || !sums) return;
      for (int64_t t = 0; t < count; t++) {
        const Place at = PlaceOf(s, first + t, across, down);
        InputTile tile = {{}, kFused ? fusion.factor + at.image * s.cin : nullptr, kFused ? fusion.term + at.image * s.cin : nullptr,
                          fusion.least};
        for (int64_t i = 0; i < kSide; i++)
          for (int64_t j = 0; j < kSide; j++) {
            const int64_t row = at.row + i - 1, column = at.column + j - 1;
            const bool inside = row >= 0 && row < s.h && column >= 0 && column < s.w;
            tile.pixels[i][j] = inside ? x + ((at.image * s.h + row) * s.w + column) * s.cin : nullptr;
          }
        TransformInputs<kFused>(tile, s.cin, inputs + t * words, together * words);
      }
      constexpr auto all = std::make_integer_sequence<int, Vector::kPixels>();
      for (int64_t group = 0; group < groups; group++) {
        const int64_t width = Min(outputs, s.cout - group * outputs);
        const float *kernel = kernels + group * kNumbers * words * outputs;
        for (int64_t number = 0; number < kNumbers; number++)
          for (int64_t t = 0; t < count; t += Vector::kPixels) {
            const int64_t some = Min(Vector::kPixels, count - t);
            const ProductLoop loop = width == kLanes ? ProductsFor<1>(some, all) : ProductsFor<2>(some, all);
            loop(inputs + (number * together + t) * words, words, kernel + number * words * width,
                 sums + number * together * width + t * width);
          }
        for (int64_t t = 0; t < count; t++) {
          const Place at = PlaceOf(s, first + t, across, down);
          for (int64_t v = 0; v < width; v += kLanes) {
            const int64_t output = group * outputs + v;
            float *to[kOut][kOut];
            for (int64_t i = 0; i < kOut; i++)
              for (int64_t j = 0; j < kOut; j++) {
                const int64_t row = at.row + i, column = at.column + j;
                const bool inside = row < s.h && column < s.w;
                to[i][j] = inside ? y + ((at.image * s.h + row) * s.w + column) * s.cout + output : nullptr;
              }
            TransformOutputs(sums + t * width + v, together * width, Vector::Load(bias + output).value, to, fusion.added, y);
          }
        }
      }
    });
  }

 private:
  /** Most tiles whose sums are kept. */
  static constexpr int64_t kMostTiles = 4 * Vector::kPixels;

  /** The image of a tile, and its first pixel of the result. */
  struct Place {
    int64_t image, row, column;
  };
  static Place PlaceOf(const ConvolutionShape &, int64_t tile, int64_t across, int64_t down) {
    return {tile / (across * down), tile / across % down * kOut, tile % across * kOut};
  }
};

/** Whether tiles are of use: 3 × 3, and whole vectors of channels. */
static bool FitsWinograd(const ConvolutionShape &s) {
  return s.kh == 3 && s.kw == 3 && s.cin % kLanes == 0 && s.cin % (2 * kInWord) == 0 && s.cout % kLanes == 0;
}

#ifdef FLOWERBED_BF16
/** Larger tiles lose too much in 8 bits of mantissa. */
using WinogradTile = TileOf4;
#else
using WinogradTile = TileOf6;
#endif

/** As Forward, by fewer products where the shape allows. */
static void FastForward(const ConvolutionShape &s, const float *x, const float *weights, const float *bias, float *y) {
  assert(IsValid(s) && x && weights && bias && y);
  if (FitsWinograd(s)) Winograd<WinogradTile>::Convolve<false>(s, {}, x, weights, bias, y);
  else Forward(s, x, weights, bias, y);
}

/** FastForward of normalised images, which are not stored, and the sum with others. */
static void FusedForward(const ConvolutionShape &s, const Fusion &fusion, const float *x, const float *weights, const float *bias,
                         float *y) {
  assert(IsValid(s) && FitsWinograd(s) && fusion.factor && fusion.term && x && weights && bias && y);
  Winograd<WinogradTile>::Convolve<true>(s, fusion, x, weights, bias, y);
}
