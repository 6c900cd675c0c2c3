// SPDX-License-Identifier: BSD-3-Clause
/// Philox4x32-10 and Box-Muller over many counters side by side.
///
/// Counters are worked on in tiles that stay in the first-level cache: words (one row per word of a counter), then
/// normals in place, then interleaved into the output. Every stage is a plain loop that compilers vectorise; the
/// arithmetic is float32 and integer only, without fused operations, so all instruction sets give the same bits.
///
/// Normals, from the words w and v of a pair:
///   u = (w >> 1) 2^-31 + 2^-32            in [2^-32, 1], so log(u) is finite
///   z = sqrt(-2 ln u) (cos a, sin a)      a = (v >> 30) pi/2 + (int32)(v << 2) 2^-31 pi/4
/// The largest |z| is sqrt(64 ln 2) = 6.66; a normal exceeds it with probability 2.7e-11.
#include <numeric/random.hpp>

#include <reverie/vectorise.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>

namespace reverie::numeric {
namespace {

constexpr int rounds = 10;
constexpr std::int64_t tile = 64;  // counters

/// The four words of `tile` counters, one row per word.
struct Words {
  alignas(64) std::uint32_t row[4][tile];
};
struct Normals {
  alignas(64) float row[4][tile];
};

/// One row of counters: units 4 (first + i) ... of a trial and step.
struct Counters {
  std::uint32_t key[2], step, trial, stream;
};

std::uint32_t high(std::uint64_t product) { return static_cast<std::uint32_t>(product >> 32); }
std::uint32_t low(std::uint64_t product) { return static_cast<std::uint32_t>(product); }

void philox(const Counters& c, std::uint32_t first, std::int64_t count, Words& words) {
  REVERIE_NO_LOOP_DEPENDENCE
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint32_t a = first + static_cast<std::uint32_t>(i), b = c.step, d = c.trial, e = c.stream;
    std::uint32_t k0 = c.key[0], k1 = c.key[1];
    for (int r = 0; r < rounds; ++r) {
      const std::uint64_t p = std::uint64_t{0xD2511F53U} * a, q = std::uint64_t{0xCD9E8D57U} * d;
      a = high(q) ^ b ^ k0;
      b = low(q);
      d = high(p) ^ e ^ k1;
      e = low(p);
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
    words.row[0][i] = a;
    words.row[1][i] = b;
    words.row[2][i] = d;
    words.row[3][i] = e;
  }
}

/// ln u for u in [2^-32, 1]: u = 2^e m, m in [sqrt(1/2), sqrt(2)), and a polynomial in m - 1 (Cephes' logf).
float log_of_unit(float u) {
  constexpr std::uint32_t sqrt_half = 0x3F3504F3U;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(u) - sqrt_half;
  const auto e = static_cast<float>(static_cast<std::int32_t>(bits) >> 23);
  const float x = std::bit_cast<float>((bits & 0x007FFFFFU) + sqrt_half) - 1.0F;
  const float s = x * x;
  float p = 7.0376836292e-2F;
  p = p * x - 1.1514610310e-1F;
  p = p * x + 1.1676998740e-1F;
  p = p * x - 1.2420140846e-1F;
  p = p * x + 1.4249322787e-1F;
  p = p * x - 1.6668057665e-1F;
  p = p * x + 2.0000714765e-1F;
  p = p * x - 2.4999993993e-1F;
  p = p * x + 3.3333331174e-1F;
  const float tail = p * x * s + e * -2.12194440e-4F - 0.5F * s;
  return (x + tail) + e * 0.693359375F;
}

void box_muller(const std::uint32_t* radius_words, const std::uint32_t* angle_words, std::int64_t count, float* first,
                float* second) {
  REVERIE_NO_LOOP_DEPENDENCE
  for (std::int64_t i = 0; i < count; ++i) {
    const auto w = static_cast<std::int32_t>(radius_words[i] >> 1);
    const float u = static_cast<float>(w) * 0x1p-31F + 0x1p-32F;
    const float radius = std::sqrt(-2.0F * log_of_unit(u));

    const std::uint32_t v = angle_words[i];
    const float a = static_cast<float>(static_cast<std::int32_t>(v << 2)) * (0.785398163397448309F * 0x1p-31F);
    const float s = a * a;
    // Cephes' sinf and cosf on [-pi/4, pi/4].
    const float sine = ((-1.9515295891e-4F * s + 8.3321608736e-3F) * s - 1.6666654611e-1F) * s * a + a;
    const float cosine =
        ((2.443315711809948e-5F * s - 1.388731625493765e-3F) * s + 4.166664568298827e-2F) * s * s - 0.5F * s + 1.0F;
    // The quadrant q = v >> 30 turns (cos, sin) by q pi/2: swap for odd q, sign by bits.
    const std::uint32_t swap = 0U - ((v >> 30) & 1U);
    const auto c = std::bit_cast<std::uint32_t>(cosine), n = std::bit_cast<std::uint32_t>(sine);
    const std::uint32_t x = ((c & ~swap) | (n & swap)) ^ ((v ^ (v << 1)) & 0x80000000U);
    const std::uint32_t y = ((n & ~swap) | (c & swap)) ^ (v & 0x80000000U);
    first[i] = radius * std::bit_cast<float>(x);
    second[i] = radius * std::bit_cast<float>(y);
  }
}

/// Calls emit(first unit, number of counters, words) for tiles of counters that cover `units`; whole counters only.
template <class Emit>
void for_each_tile(const Counters& counters, std::int64_t units, Emit&& emit) {
  Words words;
  const std::int64_t count = (units + 3) / 4;
  for (std::int64_t first = 0; first < count; first += tile) {
    const std::int64_t here = std::min(tile, count - first);
    philox(counters, static_cast<std::uint32_t>(first), here, words);
    emit(4 * first, here, words);
  }
}

/// out[4 i + k] = value(row k, counter i), as far as `units` reach.
template <class T, class Value>
void interleave(std::int64_t counters, std::int64_t units, T* out, Value&& value) {
  const std::int64_t whole = std::min(counters, units / 4);
  REVERIE_NO_LOOP_DEPENDENCE
  for (std::int64_t i = 0; i < whole; ++i) {
    out[4 * i] = value(0, i);
    out[4 * i + 1] = value(1, i);
    out[4 * i + 2] = value(2, i);
    out[4 * i + 3] = value(3, i);
  }
  for (std::int64_t k = 4 * whole; k < std::min(4 * counters, units); ++k) out[k] = value(k % 4, k / 4);
}

Counters counters_of(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step) {
  return {{static_cast<std::uint32_t>(stream.seed), static_cast<std::uint32_t>(stream.seed >> 32)},
          step,
          trial,
          stream.stream};
}

template <class T>
void normals(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units, T scale,
             T* out) {
  const Counters counters = counters_of(stream, trial, step);
  run_vectorised([&] {
    for_each_tile(counters, units, [&](std::int64_t first, std::int64_t count, const Words& words) {
      Normals z;
      box_muller(words.row[0], words.row[1], count, z.row[0], z.row[1]);
      box_muller(words.row[2], words.row[3], count, z.row[2], z.row[3]);
      interleave(count, units - first, out + first,
                 [&](std::int64_t k, std::int64_t i) { return scale * static_cast<T>(z.row[k][i]); });
    });
  });
}

float unit_interval(std::uint32_t word, float) {
  return static_cast<float>(static_cast<std::int32_t>(word >> 8)) * 0x1p-24F;
}
double unit_interval(std::uint32_t word, double) { return static_cast<double>(word) * 0x1p-32; }

template <class T>
void uniforms(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units, T scale,
              T* out) {
  const Counters counters = counters_of(stream, trial, step);
  run_vectorised([&] {
    for_each_tile(counters, units, [&](std::int64_t first, std::int64_t count, const Words& words) {
      interleave(count, units - first, out + first,
                 [&](std::int64_t k, std::int64_t i) { return scale * unit_interval(words.row[k][i], scale); });
    });
  });
}

}  // namespace

reverie_stream make_stream(std::uint64_t seed, Role role, Purpose purpose, std::uint32_t draw) {
  if (draw >= 1U << 24)
    throw std::out_of_range("draw " + std::to_string(draw) + " of a random stream is above 2^24 - 1");
  // Bits of the stream: 29 purpose from 8 on, 27 and 28 role, 24 to 26 purpose, below it the draw.
  const auto what = static_cast<std::uint32_t>(purpose);
  return {seed, (what >> 3) << 29 | static_cast<std::uint32_t>(role) << 27 | (what & 7U) << 24 | draw, 0};
}

void fill_normal(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units, float scale,
                 float* out) {
  normals(stream, trial, step, units, scale, out);
}
void fill_normal(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units,
                 double scale, double* out) {
  normals(stream, trial, step, units, scale, out);
}
void fill_uniform(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units,
                  float scale, float* out) {
  uniforms(stream, trial, step, units, scale, out);
}
void fill_uniform(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step, std::int64_t units,
                  double scale, double* out) {
  uniforms(stream, trial, step, units, scale, out);
}

}  // namespace reverie::numeric
