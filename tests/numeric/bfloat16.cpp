// SPDX-License-Identifier: BSD-3-Clause
/// Rounding to bfloat16, and products of rounded matrices, against the definition evaluated in float64.
#include "../support/errors.hpp"
#include "../support/precisions.hpp"

#include <doctest/doctest.h>
#include <numeric/bfloat16.hpp>
#include <numeric/product.hpp>
#include <numeric/random.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

using namespace reverie::numeric;

namespace {

float widened(std::uint16_t upper) { return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16); }

std::uint16_t rounded(float value) {
  std::uint16_t result = 0;
  round_to_bfloat16(1, 1, 1, &value, &result);
  return result;
}

std::vector<float> normals(std::int64_t n, std::uint32_t trial) {
  std::vector<float> values(static_cast<std::size_t>(n));
  fill_normal(make_stream(4, Role::measure, Purpose::resampling), trial, 0, n, 1.0F, values.data());
  return values;
}

/// Values of [rows][width] in rows of `stride`, as a bfloat16 product sees them.
double seen(const std::vector<float>& values, std::int64_t stride, std::int64_t row, std::int64_t k) {
  return widened(rounded(values[static_cast<std::size_t>(row * stride + k)]));
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

TEST_CASE("products round their operands and nothing else") {
  for (const auto precision : rounding_precisions())
    for (const std::int64_t inputs : {2, 37, 64})
      for (const bool transposed : {false, true})
        for (const auto& size : std::vector<std::pair<std::int64_t, bool>>{
                 {25, false}, {25, true}, {64, false}, {77, false}, {77, true}}) {  // 77: whole tiles, and a rest
          const std::int64_t rows = size.first;
          const bool accumulate = size.second;
          CAPTURE(inputs);
          CAPTURE(rows);
          const std::int64_t outputs = 33, stride_a = 80, stride_c = 48;
          const auto a = normals(rows * stride_a, 1), weights = normals(inputs * outputs, 2);
          auto c = normals(rows * stride_c, 3);
          const auto before = c;
          Product<float> product({rows, inputs, outputs, stride_a, stride_c, accumulate}, precision);
          product.pack(weights.data(), transposed);
          product.run(a.data(), c.data());
          double worst = 0;
          for (std::int64_t row = 0; row < rows; ++row)
            for (std::int64_t o = 0; o < outputs; ++o) {
              const auto at = static_cast<std::size_t>(row * stride_c + o);
              double expected = accumulate ? before[at] : 0;
              for (std::int64_t k = 0; k < inputs; ++k)
                expected +=
                    seen(a, stride_a, row, k) * seen(weights, 1, transposed ? o * inputs + k : k * outputs + o, 0);
              worst = reverie::worse(worst, std::abs(c[at] - expected));
            }
          // Sums of 64 products of normal numbers in float32: each addition rounds a number below 64 by 2^-24 of it.
          CHECK(worst < 64 * 64 * 0x1p-24);
        }
}

TEST_CASE("weight gradients round their operands and nothing else") {
  for (const auto precision : all_precisions()) {
    const std::int64_t rows = 250, outputs = 33, inputs = 17, stride_cotangents = 48, stride_sources = 32;
    const auto cotangents = normals(rows * stride_cotangents, 1), sources = normals(rows * stride_sources, 2);
    auto gradient = normals(outputs * inputs, 3);
    const auto before = gradient;
    const WeightGradient<float> kernel({rows, outputs, inputs, stride_cotangents, stride_sources}, precision);
    kernel.add(cotangents.data(), sources.data(), gradient.data());
    const auto operand = [&](const std::vector<float>& values, std::int64_t at) -> double {
      const float value = values[static_cast<std::size_t>(at)];
      return precision == Precision::full ? value : widened(rounded(value));
    };
    double worst = 0;
    for (std::int64_t o = 0; o < outputs; ++o)
      for (std::int64_t i = 0; i < inputs; ++i) {
        const auto at = static_cast<std::size_t>(o * inputs + i);
        double expected = before[at];
        for (std::int64_t row = 0; row < rows; ++row)
          expected += operand(cotangents, row * stride_cotangents + o) * operand(sources, row * stride_sources + i);
        worst = reverie::worse(worst, std::abs(gradient[at] - expected));
      }
    CHECK(worst < 250 * 64 * 0x1p-24);
  }
}

TEST_CASE("float64 products have no bfloat16 form") {
  CHECK_THROWS_AS(Product<double>({1, 1, 1, 1, 1, false}, Precision::bfloat16), std::logic_error);
  CHECK_THROWS_AS(WeightGradient<double>({1, 1, 1, 1, 1}, Precision::bfloat16), std::logic_error);
}
