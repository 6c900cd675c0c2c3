// SPDX-License-Identifier: BSD-3-Clause
/// bfloat16: the upper 16 bits of a float32, 1 sign, 8 exponent and 7 fraction bits. Rounding is off by at most 2^-8
/// of the number.
#pragma once

#include <cstdint>
#include <string>

namespace reverie::numeric {

/// to[rows][n], dense, from rows of `stride` elements; to nearest, ties to even. NaN stays NaN.
void round_to_bfloat16(std::int64_t rows, std::int64_t n, std::int64_t stride, const float* from, std::uint16_t* to);
/// The same numbers as float32.
void round_to_bfloat16(std::int64_t rows, std::int64_t n, std::int64_t stride, const float* from, float* to);

/// What this machine lacks for products of bfloat16 matrices, as a sentence; empty: nothing.
std::string missing_for_bfloat16();

}  // namespace reverie::numeric
