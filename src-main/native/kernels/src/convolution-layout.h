// How the convolutions arrange what they read: images copied into tiles that stay in the cache, padded with zeros, and
// weights in the order of the loops.
#pragma once
#include "arithmetic.h"
#include "words.h"

constexpr int kLanes = Vector::kLanes;
constexpr int kInWord = Vector::kInWord;

/** Vectors of outputs that are computed together: two, or one where there are no more outputs than that. */
static int VectorsFor(int64_t outputs) { return outputs <= kLanes ? 1 : 2; }

/** How x lies in memory while a tile is computed: rows of blocks of `block` words, each block a padded row of pixels. */
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
    // Pixel by pixel, as they lie in memory, from where they come.
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

/** A share of the rows of all images: some rows of one image, or all rows of several. */
struct Tiles {
  int64_t rows, images, per_image, count;
};

/** As large as fits into `words`, but enough of them for every thread. */
static Tiles TilesFor(const ConvolutionShape &s, int64_t row_words, int64_t words) {
  assert(row_words > 0);
  const int64_t for_all = Max(1, CeilDiv(s.n * s.h, 4 * Threads())), fitting = Max(1, Min(words / row_words, for_all));
  if (fitting < s.h) {
    const int64_t per_image = CeilDiv(s.h, fitting);
    return {CeilDiv(s.h, per_image), 1, per_image, s.n * per_image};
  }
  // Rows between the images take room as well.
  const int64_t images = Max(1, fitting / (s.h + s.kh - 1));
  return {s.h, images, 1, CeilDiv(s.n, images)};
}
