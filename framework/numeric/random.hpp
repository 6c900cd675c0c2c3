// SPDX-License-Identifier: BSD-3-Clause
/// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011), tested against Random123.
///
/// key = 64-bit seed; counter = {unit / 4, step, trial, stream}; the four words of one counter are units 4k ... 4k + 3.
/// So a value depends on (seed, stream, trial, step, unit) only: not on threads, shards, or the order of calls.
/// Normals: Box-Muller on pairs of words in float32, widened where float64 is asked for; the largest |normal| is 6.66.
/// Uniforms: the word times 2^-32; in float32 its upper 24 bits times 2^-24.
/// A normal and a uniform of the same counter are not independent: they come from the same words.
#pragma once

#include <reverie/abi.h>

#include <cstdint>

namespace reverie::numeric {

/// Who draws.
enum class Role : std::uint32_t { train = 0, evaluate = 1, simulate = 2, measure = 3 };
/// What for.
enum class Purpose : std::uint32_t {
  awake_noise = 0,
  quiescent_noise = 1,
  input = 2,
  output = 3,
  task = 4,
  weights = 5,
  constants = 6,
  resampling = 7,
  quiescent_output = 8
};

/// The stream of a role, a purpose and a draw (0 to 2^24 - 1; different draws are independent).
reverie_stream make_stream(std::uint64_t seed, Role role, Purpose purpose, std::uint32_t draw = 0);

/// out[k] = scale * normal(unit k), k < units.
void fill_normal(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units, float scale,
                 float* out);
void fill_normal(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units,
                 double scale, double* out);
/// out[k] = scale * uniform(unit k) in [0, 1).
void fill_uniform(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units,
                  float scale, float* out);
void fill_uniform(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units,
                  double scale, double* out);

}  // namespace reverie::numeric
