// Group normalisation for one instruction set: include it after a `Vector`, inside of a namespace of its own. An image is read
// several times while it is in the cache; images go to all threads. Sums and factors of a few vectors of channels stay in
// registers over a run of pixels, by the vector types of the compiler: its own vector loops go through memory.
#pragma once

constexpr float kEpsilon = 1e-5f;
/** Pixels that are summed before they are added to the rest, so that long sums stay exact. */
constexpr int64_t kRun = 64;

template <int kLanes>
struct Floats {
  typedef float Type __attribute__((vector_size(kLanes * sizeof(float))));
};
template <>
struct Floats<1> {
  using Type = float;
};

/** kCount vectors of neighbouring channels that are worked on together. */
template <int kLanesOfBlock, int kCountOfBlock>
struct ChannelBlock {
  using Vectors = typename Floats<kLanesOfBlock>::Type;
  static constexpr int kLanes = kLanesOfBlock, kCount = kCountOfBlock, kChannels = kLanes * kCount;
  static Vectors Load(const float *from) {
    Vectors value;
    memcpy(&value, from, sizeof value);
    return value;
  }
  static void Store(Vectors value, float *to) { memcpy(to, &value, sizeof value); }
};

/** Calls work(block, channel) for blocks of one kind until fewer channels are left than one has. */
template <typename Block, typename Work>
static inline int64_t ForBlocks(int64_t channel, int64_t channels, const Work &work) {
  for (; channel + Block::kChannels <= channels; channel += Block::kChannels) work(Block(), channel);
  return channel;
}

/** Calls work(block, channel, begin, end) for every run of pixels and, within it, for all channels. */
template <typename Work>
static void ForRuns(const NormalizationShape &s, const Work &work) {
  constexpr int lanes = Vector::kLanes;
  for (int64_t begin = 0; begin < s.pixels; begin += kRun) {
    const int64_t end = begin + kRun < s.pixels ? begin + kRun : s.pixels;
    const auto run = [&](auto block, int64_t channel) { work(block, channel, begin, end); };
    int64_t channel = ForBlocks<ChannelBlock<lanes, 4>>(0, s.channels, run);
    channel = ForBlocks<ChannelBlock<lanes, 2>>(channel, s.channels, run);
    channel = ForBlocks<ChannelBlock<lanes, 1>>(channel, s.channels, run);
    if (lanes > 8) channel = ForBlocks<ChannelBlock<8, 1>>(channel, s.channels, run);
    channel = ForBlocks<ChannelBlock<4, 1>>(channel, s.channels, run);
    ForBlocks<ChannelBlock<1, 1>>(channel, s.channels, run);
  }
}

/** Adds what was summed in a run to the sums of its channels. */
template <typename Block>
static inline void AddRun(Block block, const typename Block::Vectors *run, float *sums) {
#pragma GCC unroll 4
  for (int v = 0; v < Block::kCount; v++) {
    float *to = sums + v * Block::kLanes;
    block.Store(block.Load(to) + run[v], to);
  }
}

/** Adds term(block, image, channel) of all pixels to sums[channel], which begin at zero; `image` is that pixel's number of x. */
template <typename Term>
static void SumOverPixels(const NormalizationShape &s, float *sums, const Term &term) {
  memset(sums, 0, sizeof(float) * s.channels);
  ForRuns(s, [&](auto block, int64_t channel, int64_t begin, int64_t end) {
    using Block = decltype(block);
    typename Block::Vectors run[Block::kCount] = {};
    for (int64_t p = begin; p < end; p++)
#pragma GCC unroll 4
      for (int v = 0; v < Block::kCount; v++) {
        const int64_t c = channel + v * Block::kLanes;
        run[v] += term(block, p * s.channels + c, c);
      }
    AddRun(block, run, sums + channel);
  });
}

/** Each channel's value becomes the mean of its group, divided by `by`. */
static void MeanOfGroups(const NormalizationShape &s, float *values, float by) {
  const int64_t width = s.channels / s.groups;
  for (int64_t g = 0; g < s.groups; g++) {
    float sum = 0;
    for (int64_t c = 0; c < width; c++) sum += values[g * width + c];
    const float mean = sum / (by * static_cast<float>(width));
    for (int64_t c = 0; c < width; c++) values[g * width + c] = mean;
  }
}

/** Of an image: y = x·a + b, and with offset the mean and the reciprocal of the standard deviation of each channel's group. */
static void FactorsOfImage(const NormalizationShape &s, const NormalizationInputs &in, int64_t n, float *__restrict mu,
                           float *__restrict rsd, float *__restrict a, float *__restrict b) {
  const float pixels = static_cast<float>(s.pixels);
  const int64_t row = n * s.channels;
  const float *__restrict from = in.x + row * s.pixels, *__restrict offset = in.offset + row;
  SumOverPixels(s, mu, [&](auto block, int64_t i, int64_t) { return block.Load(from + i); });
  for (int64_t c = 0; c < s.channels; c++) mu[c] += pixels * offset[c];
  MeanOfGroups(s, mu, pixels);
  for (int64_t c = 0; c < s.channels; c++) b[c] = offset[c] - mu[c];
  SumOverPixels(s, rsd, [&](auto block, int64_t i, int64_t c) {
    const auto off = block.Load(from + i) + block.Load(b + c);
    return off * off;
  });
  MeanOfGroups(s, rsd, pixels);
  for (int64_t c = 0; c < s.channels; c++) {
    rsd[c] = 1 / __builtin_sqrtf(rsd[c] + kEpsilon);
    a[c] = rsd[c] * in.scale[row + c];
    b[c] = in.shift[row + c] + b[c] * a[c];
  }
}

static void Factors(const NormalizationShape &s, const NormalizationInputs &in, float *factor, float *term) {
  assert(IsValid(s) && in.x && in.offset && in.scale && in.shift && factor && term);
  Parallel(s.n, [&](int64_t n) {
    float *scratch = Scratch(ScratchSlot::kImage, 2 * s.channels);
    if (scratch) FactorsOfImage(s, in, n, scratch, scratch + s.channels, factor + n * s.channels, term + n * s.channels);
  });
}

static void Normalize(const NormalizationShape &s, const NormalizationInputs &in, float *y, float *mean, float *reciprocal) {
  assert(IsValid(s) && in.x && in.offset && in.scale && in.shift && y && mean && reciprocal);
  Parallel(s.n, [&](int64_t n) {
    const int64_t image = n * s.pixels * s.channels, row = n * s.channels;
    const float *__restrict from = in.x + image;
    float *__restrict to = y + image;
    float *scratch = Scratch(ScratchSlot::kImage, 2 * s.channels);
    if (!scratch) return;
    float *__restrict a = scratch, *__restrict b = scratch + s.channels;
    FactorsOfImage(s, in, n, mean + row, reciprocal + row, a, b);
    const float least = s.relu ? 0 : -__builtin_inff();
    ForRuns(s, [&](auto block, int64_t channel, int64_t begin, int64_t end) {
      using Block = decltype(block);
      const typename Block::Vectors floor = typename Block::Vectors{} + least;
      for (int64_t p = begin; p < end; p++)
#pragma GCC unroll 4
        for (int v = 0; v < Block::kCount; v++) {
          const int64_t c = channel + v * Block::kLanes, i = p * s.channels + c;
          const auto value = block.Load(from + i) * block.Load(a + c) + block.Load(b + c);
          block.Store(value < floor ? floor : value, to + i);
        }
    });
  });
}

/** dx = dy·a + (x + offset)·p + q, all factors by image and channel; dy counts where y is above zero, with relu. */
template <bool kRelu>
static void GradientOfImages(const NormalizationShape &s, const NormalizationInputs &in, const float *mean,
                             const float *reciprocal, const float *dy, const NormalizationGradients &out) {
  const float pixels = static_cast<float>(s.pixels);
  Parallel(s.n, [&](int64_t n) {
    const int64_t image = n * s.pixels * s.channels, row = n * s.channels;
    const float *__restrict from = in.x + image, *__restrict given = dy + image;
    const float *__restrict offset = in.offset + row, *__restrict stretch = in.scale + row;
    const float *__restrict mu = mean + row, *__restrict rsd = reciprocal + row;
    float *__restrict to = out.dx + image, *__restrict dy_xhat = out.dscale + row, *__restrict dy_sum = out.dshift + row;
    float *__restrict dx_sum = out.doffset + row;
    float *scratch = Scratch(ScratchSlot::kImage, 5 * s.channels);
    if (!scratch) return;
    float *__restrict a = scratch, *__restrict b = a + s.channels, *__restrict p = b + s.channels, *__restrict q = p + s.channels,
          *__restrict off = q + s.channels;
    for (int64_t c = 0; c < s.channels; c++) {
      a[c] = rsd[c] * stretch[c];
      off[c] = offset[c] - mu[c];
      b[c] = in.shift[row + c] + off[c] * a[c];
    }
    const auto passed = [&](auto block, int64_t i, int64_t c) {
      const auto all = block.Load(given + i);
      if (!kRelu) return all;
      return block.Load(from + i) * block.Load(a + c) + block.Load(b + c) > 0 ? all : all * 0;
    };
    memset(dy_sum, 0, sizeof(float) * s.channels);
    memset(dy_xhat, 0, sizeof(float) * s.channels);
    ForRuns(s, [&](auto block, int64_t channel, int64_t begin, int64_t end) {
      using Block = decltype(block);
      typename Block::Vectors plain[Block::kCount] = {}, times_x[Block::kCount] = {};
      for (int64_t pixel = begin; pixel < end; pixel++)
#pragma GCC unroll 4
        for (int v = 0; v < Block::kCount; v++) {
          const int64_t c = channel + v * Block::kLanes, i = pixel * s.channels + c;
          const auto g = passed(block, i, c);
          plain[v] += g;
          times_x[v] += g * (block.Load(from + i) + block.Load(off + c));
        }
      AddRun(block, plain, dy_sum + channel);
      AddRun(block, times_x, dy_xhat + channel);
    });
    for (int64_t c = 0; c < s.channels; c++) {
      dy_xhat[c] *= rsd[c];
      p[c] = dy_xhat[c] * stretch[c];
      q[c] = dy_sum[c] * stretch[c];
    }
    MeanOfGroups(s, p, pixels);
    MeanOfGroups(s, q, pixels);
    for (int64_t c = 0; c < s.channels; c++) {
      p[c] *= -rsd[c] * rsd[c];
      q[c] = -q[c] * rsd[c] + p[c] * off[c];
    }
    memset(dx_sum, 0, sizeof(float) * s.channels);
    ForRuns(s, [&](auto block, int64_t channel, int64_t begin, int64_t end) {
      using Block = decltype(block);
      typename Block::Vectors run[Block::kCount] = {};
      for (int64_t pixel = begin; pixel < end; pixel++)
#pragma GCC unroll 4
        for (int v = 0; v < Block::kCount; v++) {
          const int64_t c = channel + v * Block::kLanes, i = pixel * s.channels + c;
          const auto dx = passed(block, i, c) * block.Load(a + c) + block.Load(from + i) * block.Load(p + c) + block.Load(q + c);
          block.Store(dx, to + i);
          run[v] += dx;
        }
      if (s.moved) AddRun(block, run, dx_sum + channel);
    });
  });
}

static void GradientOfNormalized(const NormalizationShape &s, const NormalizationInputs &in, const float *mean,
                                 const float *reciprocal, const float *dy, const NormalizationGradients &out) {
  assert(IsValid(s) && in.x && in.offset && in.scale && in.shift && mean && reciprocal && dy);
  assert(out.dx && out.doffset && out.dscale && out.dshift);
  if (s.relu) GradientOfImages<true>(s, in, mean, reciprocal, dy, out);
  else GradientOfImages<false>(s, in, mean, reciprocal, dy, out);
}
