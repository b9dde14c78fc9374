// What the checks against a reference need: random numbers, guarded buffers, sums in double precision, a comparison.
#pragma once
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

uint64_t state = 1;
uint64_t Next() {
  // xorshift64* (Vigna 2016).
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 2685821657736338717ull;
}
int64_t Between(int64_t low, int64_t high) { return low + static_cast<int64_t>(Next() % static_cast<uint64_t>(high - low + 1)); }
float Real() { return static_cast<float>(static_cast<double>(Next() >> 11) / 9007199254740992.0 * 2 - 1); }

/** Floats whose last byte is followed by a page without access. */
class Buffer {
 public:
  explicit Buffer(int64_t count, bool random = true) : count_(count) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE)), bytes = static_cast<size_t>(count) * sizeof(float);
    size_ = (bytes + page - 1) / page * page + page;
    base_ = static_cast<char *>(mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED || mprotect(base_ + size_ - page, page, PROT_NONE) != 0) abort();
    data_ = reinterpret_cast<float *>(base_ + size_ - page - bytes);
    for (int64_t i = 0; i < count; i++) data_[i] = random ? Real() : NAN;
  }
  ~Buffer() { munmap(base_, size_); }
  Buffer(const Buffer &) = delete;
  float *data() { return data_; }
  const float &operator[](int64_t i) const { return data_[i]; }
  float &operator[](int64_t i) { return data_[i]; }
  int64_t size() const { return count_; }

 private:
  int64_t count_;
  size_t size_;
  char *base_;
  float *data_;
};

/** Doubles; std::vector would need the C++ library, which takes longer to build than this test. */
class Doubles {
 public:
  explicit Doubles(size_t count, double value = 0) : count_(count), data_(static_cast<double *>(malloc(count * sizeof(double) + 8))) {
    for (double &each : *this) each = value;
  }
  Doubles(const Doubles &other) : Doubles(other.count_) { memcpy(data_, other.data_, count_ * sizeof(double)); }
  ~Doubles() { free(data_); }
  Doubles &operator=(const Doubles &) = delete;
  double &operator[](size_t i) { return data_[i]; }
  double operator[](size_t i) const { return data_[i]; }
  double *begin() { return data_; }
  double *end() { return data_ + count_; }
  size_t size() const { return count_; }

 private:
  size_t count_;
  double *data_;
};

int failures = 0;

/** `allowed` is the largest difference of each value. */
void Expect(const char *what, const Buffer &found, const Doubles &expected, const Doubles &allowed) {
  for (int64_t i = 0; i < found.size(); i++) {
    const size_t at = static_cast<size_t>(i);
    if (fabs(found[i] - expected[at]) <= allowed[at]) continue;
    printf("%s: element %lld is %.9g, not %.9g\n", what, static_cast<long long>(i), static_cast<double>(found[i]), expected[at]);
    failures++;
    return;
  }
}

}  // namespace
