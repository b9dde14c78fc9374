// Whole numbers. Include it inside of a namespace of its own: the standard library's functions have one copy for every
// instruction set, and that might be one of another.
#pragma once

constexpr int64_t Min(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t Max(int64_t a, int64_t b) { return a > b ? a : b; }
constexpr int64_t RoundUp(int64_t value, int64_t to) { return (value + to - 1) / to * to; }
constexpr int64_t CeilDiv(int64_t value, int64_t by) { return (value + by - 1) / by; }
