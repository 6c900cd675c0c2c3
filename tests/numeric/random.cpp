// SPDX-License-Identifier: BSD-3-Clause
/// The generator against Random123 and the formulas of numeric/random.cpp evaluated in double precision.
#include "../support/errors.hpp"

#include <numeric/random.hpp>

#include <Random123/philox.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

using namespace reverie::numeric;

namespace {

constexpr double pi = 3.14159265358979323846;

/// The words of one counter as our uniforms reveal them.
std::array<std::uint32_t, 4> words(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step,
                                   std::int64_t block) {
  std::vector<double> u(static_cast<std::size_t>(4 * block + 4));
  fill_uniform(stream, trial, step, 4 * block + 4, 1.0, u.data());
  std::array<std::uint32_t, 4> w{};
  for (std::size_t k = 0; k < 4; ++k)
    w[k] = static_cast<std::uint32_t>(u[static_cast<std::size_t>(4 * block) + k] * 0x1p32);
  return w;
}

std::array<std::uint32_t, 4> random123(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step,
                                       std::uint32_t block) {
  const r123::Philox4x32::ctr_type counter{{block, step, trial, stream.stream}};
  const r123::Philox4x32::key_type key{
      {static_cast<std::uint32_t>(stream.seed), static_cast<std::uint32_t>(stream.seed >> 32)}};
  const auto r = r123::Philox4x32()(counter, key);
  return {r[0], r[1], r[2], r[3]};
}

}  // namespace

TEST_CASE("words are the published known answer of Philox4x32-10") {
  // kat_vectors of Random123: counter and key zero.
  CHECK(words({0, 0, 0}, 0, 0, 0) == std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
}

TEST_CASE("words are Random123's for every counter position") {
  for (const std::uint64_t seed : {0ULL, 1ULL, 0xdeadbeefcafef00dULL, ~0ULL})
    for (const std::uint32_t trial : {0U, 3U, 0xffffffffU})
      for (const std::uint32_t step : {0U, 99U, 0x80000001U})
        for (const std::uint32_t stream : {0U, 0x1234567U, ~0U}) {
          const reverie_stream s{seed, stream, 0};
          for (const std::uint32_t block : {0U, 1U, 15U, 16U, 63U, 64U, 65U, 200U})
            REQUIRE(words(s, trial, step, block) == random123(s, trial, step, block));
        }
}

TEST_CASE("normals are the Box-Muller transform of Random123's words") {
  const auto stream = make_stream(42, Role::train, Purpose::awake_noise);
  constexpr std::int64_t units = 4096;
  std::vector<float> z(units);
  double largest = 0;
  for (std::uint32_t step = 0; step < 50; ++step) {
    fill_normal(stream, 7, step, units, 1.0F, z.data());
    for (std::uint32_t block = 0; block < units / 4; ++block) {
      const auto w = random123(stream, 7, step, block);
      for (std::size_t pair = 0; pair < 2; ++pair) {
        const double u = std::ldexp(static_cast<double>(w[2 * pair] >> 1), -31) + std::ldexp(1.0, -32);
        const double angle =
            static_cast<double>(w[2 * pair + 1] >> 30) * pi / 2 +
            std::ldexp(static_cast<double>(static_cast<std::int32_t>(w[2 * pair + 1] << 2)), -31) * pi / 4;
        const double radius = std::sqrt(-2 * std::log(u));
        const std::size_t at = 4 * block + 2 * pair;
        // Near u = 1 the rounding of u to float32 (2^-25) moves the radius by 2^-25 / radius.
        const double tolerance = 3e-7 * radius + 3.1e-8 / std::max(radius, 1e-4);
        largest = reverie::worse(largest, std::abs(z[at] - radius * std::cos(angle)) / tolerance);
        largest = reverie::worse(largest, std::abs(z[at + 1] - radius * std::sin(angle)) / tolerance);
      }
    }
  }
  CHECK(largest <= 1.0);
}

TEST_CASE("a unit's value does not depend on how many units are drawn") {
  const auto stream = make_stream(9, Role::simulate, Purpose::quiescent_noise, 5);
  std::vector<float> all(1000);
  fill_normal(stream, 3, 4, 1000, 0.5F, all.data());
  for (const std::int64_t units : {1, 2, 3, 4, 5, 63, 64, 65, 128, 255, 256, 257, 260, 511, 999}) {
    std::vector<float> some(static_cast<std::size_t>(units) + 1, -77.0F);
    fill_normal(stream, 3, 4, units, 0.5F, some.data());
    for (std::size_t k = 0; k < static_cast<std::size_t>(units); ++k) REQUIRE(some[k] == all[k]);
    REQUIRE(some.back() == -77.0F);  // nothing is written behind the last unit
  }
}

TEST_CASE("doubles are the widened floats") {
  const auto stream = make_stream(9, Role::measure, Purpose::resampling);
  std::vector<float> narrow(333);
  std::vector<double> wide(333);
  fill_normal(stream, 1, 2, 333, 1.0F, narrow.data());
  fill_normal(stream, 1, 2, 333, 1.0, wide.data());
  for (std::size_t k = 0; k < narrow.size(); ++k) REQUIRE(wide[k] == static_cast<double>(narrow[k]));
  fill_normal(stream, 1, 2, 333, 0.01, wide.data());
  for (std::size_t k = 0; k < narrow.size(); ++k) REQUIRE(wide[k] == 0.01 * static_cast<double>(narrow[k]));
}

TEST_CASE("uniforms stay inside [0, scale) and float and double agree to 24 bits") {
  const auto stream = make_stream(5, Role::train, Purpose::task);
  std::vector<float> narrow(4096);
  std::vector<double> wide(4096);
  for (std::uint32_t step = 0; step < 500; ++step) {
    fill_uniform(stream, 0, step, 4096, 1.1F, narrow.data());
    fill_uniform(stream, 0, step, 4096, 1.0, wide.data());
    for (std::size_t k = 0; k < narrow.size(); ++k) {
      REQUIRE(wide[k] >= 0.0);
      REQUIRE(wide[k] < 1.0);
      REQUIRE(narrow[k] >= 0.0F);
      REQUIRE(narrow[k] < 1.1F);
      REQUIRE(std::abs(static_cast<double>(narrow[k]) - 1.1 * wide[k]) < 2e-7);
    }
  }
}

TEST_CASE("roles, purposes and draws have streams of their own") {
  std::vector<std::uint32_t> seen;
  for (std::uint32_t role = 0; role < 4; ++role)
    for (std::uint32_t purpose = 0; purpose < 8; ++purpose)
      for (const std::uint32_t draw : {0U, 1U, (1U << 24) - 1})
        seen.push_back(make_stream(1, static_cast<Role>(role), static_cast<Purpose>(purpose), draw).stream);
  std::sort(seen.begin(), seen.end());
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  CHECK_THROWS_AS(make_stream(1, Role::train, Purpose::task, 1U << 24), std::out_of_range);
}
