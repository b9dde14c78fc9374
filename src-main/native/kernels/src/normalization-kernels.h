// Group normalisation for one instruction set, which the compiler finds by itself in these loops: include it inside of a
// namespace of its own. An image is read several times while it is in the cache; images go to all threads.

constexpr float kEpsilon = 1e-5f;
/** Places that are summed before they are added to the rest, so that long sums stay exact. */
constexpr int64_t kRun = 64;

/** Adds term(place, channel) of all places to sums[channel], which begin at zero; `run` has room for as many. */
template <typename Term>
static void SumOverPlaces(const NormalizationShape &s, float *__restrict sums, float *__restrict run, const Term &term) {
  memset(sums, 0, sizeof(float) * s.channels);
  for (int64_t begin = 0; begin < s.places; begin += kRun) {
    const int64_t end = begin + kRun < s.places ? begin + kRun : s.places;
    memset(run, 0, sizeof(float) * s.channels);
    for (int64_t p = begin; p < end; p++)
      for (int64_t c = 0; c < s.channels; c++) run[c] += term(p, c);
    for (int64_t c = 0; c < s.channels; c++) sums[c] += run[c];
  }
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

static void Normalize(const NormalizationShape &s, const NormalizationInputs &in, float *y, float *mean, float *reciprocal) {
  const float places = static_cast<float>(s.places);
  Parallel(s.n, [&](int64_t n) {
    const int64_t image = n * s.places * s.channels, row = n * s.channels;
    const float *__restrict from = in.x + image, *__restrict offset = in.offset + row;
    float *__restrict to = y + image, *__restrict mu = mean + row, *__restrict rsd = reciprocal + row;
    float *scratch = Scratch(ScratchSlot::kImage, 2 * s.channels);
    if (!scratch) return;
    float *__restrict a = scratch, *__restrict b = scratch + s.channels;
    SumOverPlaces(s, mu, a, [&](int64_t p, int64_t c) { return from[p * s.channels + c]; });
    for (int64_t c = 0; c < s.channels; c++) mu[c] += places * offset[c];
    MeanOfGroups(s, mu, places);
    SumOverPlaces(s, rsd, a, [&](int64_t p, int64_t c) {
      const float off = from[p * s.channels + c] + (offset[c] - mu[c]);
      return off * off;
    });
    MeanOfGroups(s, rsd, places);
    for (int64_t c = 0; c < s.channels; c++) {
      rsd[c] = 1 / __builtin_sqrtf(rsd[c] + kEpsilon);
      a[c] = rsd[c] * in.scale[row + c];
      b[c] = in.shift[row + c] + (offset[c] - mu[c]) * a[c];
    }
    const float least = s.relu ? 0 : -__builtin_inff();
    for (int64_t p = 0; p < s.places; p++)
      for (int64_t c = 0; c < s.channels; c++) {
        const float value = from[p * s.channels + c] * a[c] + b[c];
        to[p * s.channels + c] = value < least ? least : value;
      }
  });
}

/** dx = dy·a + (x + offset)·p + q, all factors by image and channel; dy counts where y is above zero, with relu. */
static void GradientOfNormalized(const NormalizationShape &s, const NormalizationInputs &in, const float *mean,
                                 const float *reciprocal, const float *dy, const NormalizationGradients &out) {
  const float places = static_cast<float>(s.places);
  Parallel(s.n, [&](int64_t n) {
    const int64_t image = n * s.places * s.channels, row = n * s.channels;
    const float *__restrict from = in.x + image, *__restrict given = dy + image;
    const float *__restrict offset = in.offset + row, *__restrict stretch = in.scale + row;
    const float *__restrict mu = mean + row, *__restrict rsd = reciprocal + row;
    float *__restrict to = out.dx + image, *__restrict dy_xhat = out.dscale + row, *__restrict dy_sum = out.dshift + row;
    float *scratch = Scratch(ScratchSlot::kImage, 5 * s.channels);
    if (!scratch) return;
    float *__restrict a = scratch, *__restrict b = a + s.channels, *__restrict p = b + s.channels, *__restrict q = p + s.channels,
          *__restrict run = q + s.channels;
    for (int64_t c = 0; c < s.channels; c++) {
      a[c] = rsd[c] * stretch[c];
      b[c] = in.shift[row + c] + (offset[c] - mu[c]) * a[c];
    }
    const auto passed = [&](int64_t i, int64_t c) {
      return !s.relu || from[i] * a[c] + b[c] > 0 ? given[i] : 0.f;
    };
    SumOverPlaces(s, dy_sum, run, [&](int64_t place, int64_t c) { return passed(place * s.channels + c, c); });
    SumOverPlaces(s, dy_xhat, run, [&](int64_t place, int64_t c) {
      const int64_t i = place * s.channels + c;
      return passed(i, c) * (from[i] + (offset[c] - mu[c]));
    });
    for (int64_t c = 0; c < s.channels; c++) {
      dy_xhat[c] *= rsd[c];
      p[c] = dy_xhat[c] * stretch[c];
      q[c] = dy_sum[c] * stretch[c];
    }
    MeanOfGroups(s, p, places);
    MeanOfGroups(s, q, places);
    for (int64_t c = 0; c < s.channels; c++) {
      p[c] *= -rsd[c] * rsd[c];
      q[c] = -q[c] * rsd[c] + p[c] * (offset[c] - mu[c]);
    }
    for (int64_t place = 0; place < s.places; place++)
      for (int64_t c = 0; c < s.channels; c++) {
        const int64_t i = place * s.channels + c;
        to[i] = passed(i, c) * a[c] + from[i] * p[c] + q[c];
      }
    // Apart from the loop above, which the compiler else leaves scalar.
    if (s.moved) SumOverPlaces(s, out.doffset + row, run, [&](int64_t place, int64_t c) { return to[place * s.channels + c]; });
    else memset(out.doffset + row, 0, sizeof(float) * s.channels);
  });
}
