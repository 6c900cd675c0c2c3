// SPDX-License-Identifier: BSD-3-Clause
/// Matrix products in float32 and of operands rounded to bfloat16, against the definition evaluated in float64.
#include "../support/errors.hpp"
#include "../support/precisions.hpp"
#include "normals.hpp"

#include <doctest/doctest.h>
#include <numeric/bfloat16.hpp>
#include <numeric/product.hpp>

#include <bit>
#include <cmath>
#include <vector>

using namespace reverie::numeric;

namespace {

/// A number as a product of this precision sees it.
double seen(float value, Precision precision) {
  if (precision == Precision::full) return value;
  std::uint16_t upper = 0;
  round_to_bfloat16(1, 1, 1, &value, &upper);
  return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16);
}

void check_product(std::int64_t rows, std::int64_t inputs, std::int64_t outputs, bool transposed, bool accumulate,
                   Precision precision) {
  CAPTURE(rows);
  CAPTURE(inputs);
  CAPTURE(outputs);
  const std::int64_t stride_a = 80, stride_c = 72;
  const auto a = normals(rows * stride_a, 1), weights = normals(inputs * outputs, 2);
  auto c = normals(rows * stride_c, 3);
  const auto before = c;
  Product<float> product({rows, inputs, outputs, stride_a, stride_c, accumulate}, precision);
  product.pack(weights.data(), transposed);
  product.run(a.data(), c.data());
  double worst = 0;
  std::int64_t touched = 0;  // of what lies beside the rows
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t o = 0; o < stride_c; ++o) {
      const auto at = static_cast<std::size_t>(row * stride_c + o);
      if (o >= outputs) {
        touched += c[at] != before[at];
        continue;
      }
      double expected = accumulate ? before[at] : 0;
      for (std::int64_t k = 0; k < inputs; ++k)
        expected += seen(a[static_cast<std::size_t>(row * stride_a + k)], precision) *
                    seen(weights[static_cast<std::size_t>(transposed ? o * inputs + k : k * outputs + o)], precision);
      worst = reverie::worse(worst, std::abs(c[at] - expected));
    }
  // Sums of 64 products of normal numbers in float32: each addition rounds a number below 64 by 2^-24 of it.
  CHECK(worst < 64 * 64 * 0x1p-24);
  CHECK(touched == 0);
}

void check_weight_gradient(std::int64_t rows, std::int64_t outputs, std::int64_t inputs, Precision precision) {
  CAPTURE(rows);
  CAPTURE(outputs);
  CAPTURE(inputs);
  const std::int64_t stride_cotangents = outputs + 15, stride_sources = inputs + 15;
  const auto cotangents = normals(rows * stride_cotangents, 1), sources = normals(rows * stride_sources, 2);
  auto gradient = normals(outputs * inputs, 3);
  const auto before = gradient;
  const WeightGradient<float> kernel({rows, outputs, inputs, stride_cotangents, stride_sources}, precision);
  kernel.add(cotangents.data(), sources.data(), gradient.data());
  double worst = 0;
  for (std::int64_t o = 0; o < outputs; ++o)
    for (std::int64_t i = 0; i < inputs; ++i) {
      const auto at = static_cast<std::size_t>(o * inputs + i);
      double expected = before[at];
      for (std::int64_t row = 0; row < rows; ++row)
        expected += seen(cotangents[static_cast<std::size_t>(row * stride_cotangents + o)], precision) *
                    seen(sources[static_cast<std::size_t>(row * stride_sources + i)], precision);
      worst = reverie::worse(worst, std::abs(gradient[at] - expected));
    }
  CHECK(worst < 250 * 64 * 0x1p-24);
}

}  // namespace

// Sizes around those of blocks: tiles of 32 rows in bfloat16, blocks of 128 rows and panels of 32 columns with AVX2.
TEST_CASE("products round their operands as asked and nothing else") {
  for (const auto precision : all_precisions())
    for (const std::int64_t rows : {1, 25, 64, 77, 128, 150})
      for (const std::int64_t outputs : {2, 33, 64})
        for (const std::int64_t inputs : {2, 37, 64})
          for (const bool transposed : {false, true})
            for (const bool accumulate : {false, true})
              check_product(rows, inputs, outputs, transposed, accumulate, precision);
}

TEST_CASE("weight gradients round their operands as asked and nothing else") {
  for (const auto precision : all_precisions())
    for (const std::int64_t rows : {25, 250})
      for (const std::int64_t outputs : {2, 33, 128, 150})
        for (const std::int64_t inputs : {2, 17, 64}) check_weight_gradient(rows, outputs, inputs, precision);
}

TEST_CASE("float64 products have no bfloat16 form") {
  CHECK_THROWS_AS(Product<double>({1, 1, 1, 1, 1, false}, Precision::bfloat16), std::logic_error);
  CHECK_THROWS_AS(WeightGradient<double>({1, 1, 1, 1, 1}, Precision::bfloat16), std::logic_error);
}
