// The convolutions for one instruction set: include it after a `Vector`, inside of a namespace of its own.
//
// All three are one loop: a block of accumulators in registers, to which products of a vector and a broadcast word are
// added. Forward (and, with the weights flipped, backward to the input) the accumulators are pixels × outputs and
// the loop runs over the kernel's window; for the weights they are inputs × outputs and the loop runs over pixels.
// Images are first copied, padded with zeros, into memory that stays in the cache, which is what makes the loops
// free of edges.
#pragma once
#include "convolution-forward.h"
#include "convolution-weights.h"
#include "convolution-winograd.h"
