// SPDX-License-Identifier: BSD-3-Clause
/// Rounding to bfloat16 against its definition.
#include "normals.hpp"

#include <doctest/doctest.h>
#include <numeric/bfloat16.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

using namespace reverie::numeric;

namespace {

float widened(std::uint16_t upper) { return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16); }

std::uint16_t rounded(float value) {
  std::uint16_t result = 0;
  round_to_bfloat16(1, 1, 1, &value, &result);
  return result;
}

}  // namespace

TEST_CASE("rounding takes the nearest bfloat16, of two equally near ones the even one") {
  // Every exponent, and fractions on both sides of every kind of tie.
  for (std::uint32_t upper = 0; upper < 0x7F80; ++upper)
    for (const std::uint32_t lower : {0x0000U, 0x0001U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU})
      for (const std::uint32_t sign : {0U, 0x80000000U}) {
        const auto got = rounded(std::bit_cast<float>(sign | upper << 16 | lower));
        const bool up = lower > 0x8000 || (lower == 0x8000 && upper % 2 == 1);
        REQUIRE(got == (sign >> 16 | (upper + (up ? 1 : 0))));
      }
}

TEST_CASE("infinities and NaN stay what they are, and what is above the largest bfloat16 becomes infinite") {
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(widened(rounded(infinity)) == infinity);
  CHECK(widened(rounded(-infinity)) == -infinity);
  CHECK(widened(rounded(std::numeric_limits<float>::max())) == infinity);
  for (const std::uint32_t nan : {0x7FC00000U, 0xFFC00000U, 0x7F800001U, 0x7FFFFFFFU, 0xFFFFFFFFU})
    CHECK(std::isnan(widened(rounded(std::bit_cast<float>(nan)))));
}

TEST_CASE("rows are rounded out of their stride into a dense array, any number of them") {
  for (const std::int64_t n : {1, 15, 16, 17, 70}) {
    const auto from = normals(3 * 80, 0);
    std::vector<std::uint16_t> to(static_cast<std::size_t>(3 * n));
    std::vector<float> as_float(to.size());
    round_to_bfloat16(3, n, 80, from.data(), to.data());
    round_to_bfloat16(3, n, 80, from.data(), as_float.data());
    for (std::int64_t row = 0; row < 3; ++row)
      for (std::int64_t k = 0; k < n; ++k) {
        const auto at = static_cast<std::size_t>(row * n + k);
        REQUIRE(to[at] == rounded(from[static_cast<std::size_t>(row * 80 + k)]));
        REQUIRE(as_float[at] == widened(to[at]));
      }
  }
}
