// Checks the kernels against a plain reference in double precision, on random shapes. Every buffer ends at a page that may
// not be touched, so that an access beyond it ends the program. Usage: kernels-test SET CASES SEED, where SET is avx2, avx512
// or bf16; or `memory` or `preconditions`, which check what happens without memory and when a caller errs.
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../src/convolution.h"
#include "../src/normalization.h"
#include "../src/resize.h"
#include "../src/threads.h"
#include "reference.h"

#ifdef __SANITIZE_ADDRESS__
#define ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER
#endif
#endif

using namespace flowerbed;

namespace {

/** Whether allocations of scratch memory fail. */
bool no_memory = false;

/** Rounded to bfloat16, to the nearest and half to even. */
double Rounded(float value, bool bf16) {
  if (!bf16) return value;
  uint32_t bits;
  memcpy(&bits, &value, 4);
  bits = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000u;
  memcpy(&value, &bits, 4);
  return value;
}

void TestConvolution(const Convolutions &kernels, bool bf16) {
  const int64_t sides[] = {1, 3, 5};
  const ConvolutionShape s = {Between(1, 4), Between(1, 17), Between(1, 17), Between(1, 40), Between(1, 70), sides[Between(0, 2)], sides[Between(0, 2)]};
  Buffer x(s.n * s.h * s.w * s.cin), weights(s.kh * s.kw * s.cin * s.cout), bias(s.cout), dy(s.n * s.h * s.w * s.cout);
  Buffer y(dy.size(), false), dx(x.size(), false), dweights(weights.size(), false), dbias(s.cout, false);
  kernels.forward(s, x.data(), weights.data(), bias.data(), y.data());
  kernels.gradient_of_input(s, weights.data(), dy.data(), dx.data());
  kernels.gradient_of_weights(s, x.data(), dy.data(), dweights.data(), dbias.data());

  const auto zeros = [](const Buffer &like) { return Doubles(static_cast<size_t>(like.size())); };
  // Values, and sums of absolute terms, by which rounding errors are bounded.
  Doubles y2 = zeros(y), dx2 = zeros(dx), dw2 = zeros(dweights), db2 = zeros(dbias);
  Doubles ya = zeros(y), dxa = zeros(dx), dwa = zeros(dweights), dba = zeros(dbias);
  for (int64_t n = 0; n < s.n; n++)
    for (int64_t h = 0; h < s.h; h++)
      for (int64_t w = 0; w < s.w; w++)
        for (int64_t o = 0; o < s.cout; o++) {
          const size_t out = static_cast<size_t>(((n * s.h + h) * s.w + w) * s.cout + o);
          const double g = Rounded(dy[static_cast<int64_t>(out)], bf16);
          y2[out] += bias[o];
          ya[out] += fabs(bias[o]);
          db2[static_cast<size_t>(o)] += dy[static_cast<int64_t>(out)];
          dba[static_cast<size_t>(o)] += fabs(g);
          for (int64_t i = 0; i < s.kh; i++)
            for (int64_t j = 0; j < s.kw; j++) {
              const int64_t row = h + i - s.kh / 2, column = w + j - s.kw / 2;
              if (row < 0 || row >= s.h || column < 0 || column >= s.w) continue;
              for (int64_t c = 0; c < s.cin; c++) {
                const int64_t at = ((n * s.h + row) * s.w + column) * s.cin + c, of = ((i * s.kw + j) * s.cin + c) * s.cout + o;
                const double value = Rounded(x[at], bf16), weight = Rounded(weights[of], bf16);
                y2[out] += value * weight;
                ya[out] += fabs(value * weight);
                dx2[static_cast<size_t>(at)] += g * weight;
                dxa[static_cast<size_t>(at)] += fabs(g * weight);
                dw2[static_cast<size_t>(of)] += value * g;
                dwa[static_cast<size_t>(of)] += fabs(value * g);
              }
            }
        }
  const auto allowed = [](Doubles sums, double share) {
    for (double &sum : sums) sum = 1e-6 + share * sum;
    return sums;
  };
  Expect("convolution", y, y2, allowed(ya, 1e-5));
  Expect("gradient of the input", dx, dx2, allowed(dxa, 1e-5));
  Expect("gradient of the weights", dweights, dw2, allowed(dwa, 1e-5));
  Expect("gradient of the bias", dbias, db2, allowed(dba, bf16 ? 1e-2 : 1e-5));
}

/** By fewer products where the shape allows, else as the other. */
void TestFastConvolution(const Convolutions &kernels, bool bf16) {
  const int64_t side = Between(0, 4) == 0 ? 1 : 3;
  const ConvolutionShape s = {Between(1, 3), Between(1, 15), Between(1, 15), 8 * Between(1, 6), 8 * Between(1, 6), side, side};
  Buffer x(s.n * s.h * s.w * s.cin), weights(side * side * s.cin * s.cout), bias(s.cout), y(s.n * s.h * s.w * s.cout, false);
  kernels.fast_forward(s, x.data(), weights.data(), bias.data(), y.data());
  Doubles y2(static_cast<size_t>(y.size())), allowed(static_cast<size_t>(y.size()));
  for (int64_t at = 0; at < y.size(); at++) {
    const int64_t o = at % s.cout, w = at / s.cout % s.w, h = at / s.cout / s.w % s.h, n = at / s.cout / s.w / s.h;
    double sum = bias[o], terms = fabs(bias[o]);
    for (int64_t tap = 0; tap < side * side; tap++) {
      const int64_t row = h + tap / side - side / 2, column = w + tap % side - side / 2;
      if (row < 0 || row >= s.h || column < 0 || column >= s.w) continue;
      for (int64_t c = 0; c < s.cin; c++) {
        const double term = static_cast<double>(x[((n * s.h + row) * s.w + column) * s.cin + c]) * weights[(tap * s.cin + c) * s.cout + o];
        sum += term;
        terms += fabs(term);
      }
    }
    y2[static_cast<size_t>(at)] = sum;
    allowed[static_cast<size_t>(at)] = (bf16 ? 1e-2 : 1e-5) * (1 + terms);
  }
  Expect("fast convolution", y, y2, allowed);
}

/** As with the normalised images stored and the sum taken afterwards; bf16 may round a number to its other neighbour. */
void TestFusedConvolution(const Convolutions &kernels, bool bf16) {
  const ConvolutionShape s = {Between(1, 3), Between(1, 15), Between(1, 15), 32 * Between(1, 3), 32 * Between(1, 3), 3, 3};
  Buffer x(s.n * s.h * s.w * s.cin), weights(9 * s.cin * s.cout), bias(s.cout), factor(s.n * s.cin), term(s.n * s.cin);
  Buffer added(s.n * s.h * s.w * s.cout), y(added.size(), false), plain(added.size(), false), normalized(x.size(), false);
  const bool adds = Between(0, 1) == 1;
  const float least = Between(0, 1) == 1 ? 0 : -HUGE_VALF;
  for (int64_t at = 0; at < x.size(); at++) {
    const int64_t row = at / (s.h * s.w * s.cin) * s.cin + at % s.cin;
    normalized[at] = fmaxf(x[at] * factor[row] + term[row], least);
  }
  kernels.fast_forward(s, normalized.data(), weights.data(), bias.data(), plain.data());
  kernels.fused_forward(s, {factor.data(), term.data(), least, adds ? added.data() : nullptr}, x.data(), weights.data(),
                        bias.data(), y.data());
  Doubles y2(static_cast<size_t>(y.size())), allowed(y2.size(), bf16 ? 0.3 : 1e-3);
  for (int64_t at = 0; at < y.size(); at++) y2[static_cast<size_t>(at)] = static_cast<double>(plain[at]) + (adds ? added[at] : 0);
  Expect("fused convolution", y, y2, allowed);
}

void TestNormalization(const Normalizations &kernels) {
  const int64_t groups = Between(1, 8), channels = groups * Between(1, 9);
  const NormalizationShape s = {Between(1, 4), Between(2, 200), channels, groups, Between(0, 1) == 1, Between(0, 1) == 1};
  const int64_t rows = s.n * channels;
  Buffer x(s.n * s.pixels * channels), offset(rows), scale(rows), shift(rows), dy(x.size());
  Buffer y(x.size(), false), mean(rows, false), reciprocal(rows, false);
  Buffer dx(x.size(), false), doffset(rows, false), dscale(rows, false), dshift(rows, false);
  const NormalizationInputs in = {x.data(), offset.data(), scale.data(), shift.data()};
  kernels.forward(s, in, y.data(), mean.data(), reciprocal.data());

  const size_t size = static_cast<size_t>(x.size()), of_rows = static_cast<size_t>(rows);
  Doubles y2(size), dx2(size), mean2(of_rows), reciprocal2(of_rows), doffset2(of_rows), dscale2(of_rows), dshift2(of_rows), xhat(size), g(size);
  const int64_t width = channels / groups;
  const double count = static_cast<double>(s.pixels * width);
  for (int64_t n = 0; n < s.n; n++)
    for (int64_t group = 0; group < groups; group++) {
      double sum = 0, squares = 0, sum_g = 0, sum_gx = 0;
      const auto each = [&](const auto &work) {
        for (int64_t p = 0; p < s.pixels; p++)
          for (int64_t c = group * width; c < (group + 1) * width; c++)
            work(static_cast<size_t>((n * s.pixels + p) * channels + c), static_cast<size_t>(n * channels + c));
      };
      const auto moved = [&](size_t i, size_t r) { return static_cast<double>(x[static_cast<int64_t>(i)]) + offset[static_cast<int64_t>(r)]; };
      each([&](size_t i, size_t r) { sum += moved(i, r); });
      each([&](size_t i, size_t r) { squares += pow(moved(i, r) - sum / count, 2); });
      const double inverse = 1 / sqrt(squares / count + 1e-5);
      each([&](size_t i, size_t r) {
        const int64_t row = static_cast<int64_t>(r);
        mean2[r] = sum / count;
        reciprocal2[r] = inverse;
        xhat[i] = (moved(i, r) - sum / count) * inverse;
        const double value = xhat[i] * scale[row] + shift[row];
        // Where a rounding error decides on which side of zero a value is, nothing is asked.
        if (fabs(value) < 1e-3) dy[static_cast<int64_t>(i)] = 0;
        y2[i] = s.relu && value < 0 ? 0 : value;
        g[i] = s.relu && value < 0 ? 0 : dy[static_cast<int64_t>(i)];
        dshift2[r] += g[i];
        dscale2[r] += g[i] * xhat[i];
        sum_g += g[i] * scale[row];
        sum_gx += g[i] * scale[row] * xhat[i];
      });
      each([&](size_t i, size_t r) {
        dx2[i] = inverse * (g[i] * scale[static_cast<int64_t>(r)] - sum_g / count - xhat[i] * sum_gx / count);
        if (s.moved) doffset2[r] += dx2[i];
      });
    }
  kernels.gradient(s, in, mean.data(), reciprocal.data(), dy.data(), {dx.data(), doffset.data(), dscale.data(), dshift.data()});
  const auto within = [](size_t many, double most) { return Doubles(many, most); };
  const double pixels = static_cast<double>(s.pixels);
  Expect("normalisation", y, y2, within(size, 1e-3));
  Expect("mean", mean, mean2, within(of_rows, 1e-5));
  Expect("gradient by x", dx, dx2, within(size, 2e-3));
  Expect("gradient by the offset", doffset, doffset2, within(of_rows, 1e-3 * pixels));
  Expect("gradient by the scale", dscale, dscale2, within(of_rows, 1e-4 * pixels));
  Expect("gradient by the shift", dshift, dshift2, within(of_rows, 1e-4 * pixels));
}

void TestResize(const Resizes &kernels) {
  const ResizeShape s = {Between(1, 3), Between(1, 12), Between(1, 12), Between(1, 20), Between(1, 24), Between(1, 24), Between(0, 9), Between(0, 1) == 1};
  const int64_t both = s.c + s.beside;
  Buffer x(s.n * s.h * s.w * s.c), beside(s.n * s.to_h * s.to_w * s.beside), dy(s.n * s.to_h * s.to_w * both);
  Buffer y(dy.size(), false), dx(x.size(), false), dbeside(beside.size(), false);
  kernels.forward(s, x.data(), beside.data(), y.data());
  kernels.gradient(s, dy.data(), dx.data(), dbeside.data());
  Doubles y2(static_cast<size_t>(y.size())), dx2(static_cast<size_t>(dx.size())), dbeside2(static_cast<size_t>(beside.size()));
  struct Coords {
    int64_t low, high;
    double share;
  };
  const auto coords = [&](int64_t at, int64_t from, int64_t to) -> Coords {
    // In float32, as the operation is defined: which pixel is nearest must not depend on the precision.
    if (!s.bilinear) {
      const float nearest = static_cast<float>(at) * (static_cast<float>(from) / static_cast<float>(to));
      const int64_t low = static_cast<int64_t>(nearest) < from - 1 ? static_cast<int64_t>(nearest) : from - 1;
      return {low, low, 0};
    }
    const double exact = to > 1 ? static_cast<double>(at * (from - 1)) / static_cast<double>(to - 1) : 0;
    const int64_t low = static_cast<int64_t>(exact);
    return {low, low + 1 < from ? low + 1 : from - 1, exact - static_cast<double>(low)};
  };
  for (int64_t n = 0; n < s.n; n++)
    for (int64_t r = 0; r < s.to_h; r++)
      for (int64_t p = 0; p < s.to_w; p++) {
        const Coords down = coords(r, s.h, s.to_h), along = coords(p, s.w, s.to_w);
        const int64_t pixel = (n * s.to_h + r) * s.to_w + p;
        for (int64_t c = 0; c < s.c; c++)
          for (int corner = 0; corner < 4; corner++) {
            const int64_t row = corner < 2 ? down.low : down.high, column = corner % 2 ? along.high : along.low;
            const double weight = (corner < 2 ? 1 - down.share : down.share) * (corner % 2 ? along.share : 1 - along.share);
            const int64_t at = ((n * s.h + row) * s.w + column) * s.c + c;
            y2[static_cast<size_t>(pixel * both + c)] += weight * x[at];
            dx2[static_cast<size_t>(at)] += weight * dy[pixel * both + c];
          }
        for (int64_t c = 0; c < s.beside; c++) {
          y2[static_cast<size_t>(pixel * both + s.c + c)] = beside[pixel * s.beside + c];
          dbeside2[static_cast<size_t>(pixel * s.beside + c)] = dy[pixel * both + s.c + c];
        }
      }
  Expect("resizing", y, y2, Doubles(y2.size(), 1e-4));
  Expect("gradient of resizing", dx, dx2, Doubles(dx2.size(), 1e-4 * static_cast<double>(s.to_h * s.to_w)));
  Expect("gradient of the skip", dbeside, dbeside2, Doubles(dbeside2.size(), 0));
}

/** Without memory a kernel returns and the failure is counted; it neither ends the process nor writes anywhere. */
void TestOutOfMemory() {
  const ConvolutionShape s = {1, 4, 4, 512, 512, 3, 3};
  Buffer x(s.h * s.w * s.cin), weights(9 * s.cin * s.cout), bias(s.cout), y(s.h * s.w * s.cout, false);
  Buffer dweights(weights.size(), false), dbias(s.cout, false);
  const int64_t before = ScratchFailures();
#ifndef ADDRESS_SANITIZER
  // AddressSanitizer itself ends a process that reaches this limit.
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_AS, &none) != 0) abort();
#endif
  no_memory = true;
  kAvx2.forward(s, x.data(), weights.data(), bias.data(), y.data());
  kAvx2.fast_forward(s, x.data(), weights.data(), bias.data(), y.data());
  kAvx2.gradient_of_weights(s, x.data(), y.data(), dweights.data(), dbias.data());
  no_memory = false;
  if (ScratchFailures() < before + 3) {
    printf("%lld failures were counted, not 3\n", static_cast<long long>(ScratchFailures() - before));
    failures++;
  }
}

/** Expects that `call` ends a process by a failed assertion. */
template <typename Call>
void ExpectAbort(const char *what, const Call &call) {
  fflush(stdout);
  const pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    // What the assertion says is not for this test's reader.
    fclose(stderr);
    call();
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) return;
  printf("%s: no assertion failed\n", what);
  failures++;
}

void TestPreconditions() {
  Buffer memory(4096);
  float *some = memory.data();
  const auto convolution = [&](const char *what, const ConvolutionShape &s) {
    ExpectAbort(what, [&] { kAvx2.forward(s, some, some, some, some); });
    ExpectAbort(what, [&] { kAvx2.fast_forward(s, some, some, some, some); });
    ExpectAbort(what, [&] { kAvx2.gradient_of_input(s, some, some, some); });
    ExpectAbort(what, [&] { kAvx2.gradient_of_weights(s, some, some, some, some); });
  };
  convolution("no images", {0, 2, 2, 2, 2, 1, 1});
  convolution("no rows", {1, 0, 2, 2, 2, 1, 1});
  convolution("no channels", {1, 2, 2, 0, 2, 1, 1});
  convolution("an even kernel", {1, 2, 2, 2, 2, 3, 2});
  ExpectAbort("channels that are not fused", [&] { kAvx2.fused_forward({1, 2, 2, 12, 32, 3, 3}, {some, some}, some, some, some, some); });
  ExpectAbort("no factors", [&] { kAvx2.fused_forward({1, 2, 2, 32, 32, 3, 3}, {}, some, some, some, some); });
  ExpectAbort("no memory of images", [&] { kAvx2.forward({1, 2, 2, 2, 2, 1, 1}, nullptr, some, some, some); });

  const NormalizationInputs in = {some, some, some, some};
  const auto normalization = [&](const char *what, const NormalizationShape &s) {
    ExpectAbort(what, [&] { kNormalizationsAvx2.forward(s, in, some, some, some); });
    ExpectAbort(what, [&] { kNormalizationsAvx2.gradient(s, in, some, some, some, {some, some, some, some}); });
  };
  normalization("groups that do not divide the channels", {1, 4, 6, 4, false, false});
  normalization("no groups", {1, 4, 6, 0, false, false});
  normalization("no pixels", {1, 0, 6, 2, false, false});

  ExpectAbort("a new size of zero", [&] { kResizesAvx2.forward({1, 2, 2, 2, 0, 2, 2, true}, some, some, some); });
  ExpectAbort("channels below zero", [&] { kResizesAvx2.gradient({1, 2, 2, 2, 2, 2, -1, true}, some, some, some); });
  ExpectAbort("scratch memory of no size", [&] { Scratch(ScratchSlot::kImage, 0); });
}

}  // namespace

/** Replaces that of the C library or of a sanitizer. */
extern "C" void *aligned_alloc(size_t alignment, size_t bytes) {
  void *memory = nullptr;
  return no_memory || posix_memalign(&memory, alignment, bytes) != 0 ? nullptr : memory;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const bool bf16 = strcmp(arguments[1], "bf16") == 0, avx512 = strcmp(arguments[1], "avx512") == 0;
  const Convolutions &convolutions = bf16 ? kAvx512Bf16 : avx512 ? kAvx512 : kAvx2;
  state = strtoull(arguments[3], nullptr, 10) * 2 + 1;
  const int cases = atoi(arguments[2]);
  if (strcmp(arguments[1], "memory") == 0) TestOutOfMemory();
  else if (strcmp(arguments[1], "preconditions") == 0) TestPreconditions();
  else for (int i = 0; i < cases; i++) {
    SetThreads(static_cast<int>(Between(1, 3)));
    TestConvolution(convolutions, bf16);
    TestFastConvolution(convolutions, bf16);
    TestFusedConvolution(convolutions, bf16);
    if (bf16) continue;
    TestNormalization(avx512 ? kNormalizationsAvx512 : kNormalizationsAvx2);
    TestResize(avx512 ? kResizesAvx512 : kResizesAvx2);
  }
  printf("%d cases, %d failures\n", cases, failures);
  return failures == 0 ? 0 : 1;
}
