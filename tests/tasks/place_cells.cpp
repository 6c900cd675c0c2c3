// SPDX-License-Identifier: BSD-3-Clause
/// Tuning and decoding of spatial_navigation against NumPy and the formulas of its place_cells.hpp.
#include "../support/npy.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

using namespace reverie;
using plugin::json;
using test::decode;
using test::draw_constants;
using test::encode;
using test::largest_difference;
using test::make_task;

namespace {

plugin::Array reference(const std::string& name) {
  return reverie::npy::read_npy(std::filesystem::path(REVERIE_TEST_DATA) / "reference" / "place_cells" /
                                (name + ".npy"));
}

/// Squared distances of one position to all centres.
std::vector<double> squared_distances(const plugin::Array& centers, double x, double y) {
  std::vector<double> d;
  for (std::size_t k = 0; k < centers.values.size(); k += 2)
    d.push_back(std::pow(x - centers.values[k], 2) + std::pow(y - centers.values[k + 1], 2));
  return d;
}

std::vector<double> positions_in_the_box() {
  std::vector<double> s(400);
  numeric::fill_uniform(test::task_stream(77), 0, 0, 400, 2.2, s.data());
  for (double& x : s) x -= 1.1;
  return s;
}

}  // namespace

TEST_CASE("softmax tuning and decoding agree with the reference") {
  const auto centers = reference("centers");
  const auto task =
      make_task("spatial_navigation", {{"place_cells", centers.shape[0]}, {"width", reference("sigma").values[0]}});
  const std::vector<plugin::TaskConstant> constants = {{"centers", centers}};
  const auto positions = reference("positions").values, expected = reference("activations").values,
             decoded = reference("decoded_top3").values;
  const auto wide = encode<double>(task, constants, positions);
  const auto narrow = encode<float>(task, constants, positions);
  CHECK(largest_difference(wide, expected) < 1e-12);
  CHECK(largest_difference(narrow, expected) < 1e-5);
  CHECK(largest_difference(decode(task, constants, expected), decoded) < 1e-12);
  CHECK(largest_difference(decode(task, constants, narrow), decoded) < 1e-12);
  CHECK(encode<double>(task, constants, positions, REVERIE_ENCODE_START) == wide);
}

TEST_CASE("gaussian and difference tuning are their formulas") {
  const auto gaussian = make_task("spatial_navigation", {{"tuning", "gaussian"}, {"place_cells", 37}, {"width", 0.3}});
  const auto difference =
      make_task("spatial_navigation", {{"tuning", "difference"}, {"place_cells", 37}, {"width", 0.3}});
  const auto constants = draw_constants(gaussian);
  const auto positions = positions_in_the_box();
  std::vector<double> bell, contrast;
  for (std::size_t row = 0; row < positions.size(); row += 2) {
    const auto d = squared_distances(constants[0].value, positions[row], positions[row + 1]);
    double narrow = 0, wide = 0, lowest = 0, sum = 0;
    for (const double x : d) {
      bell.push_back(std::exp(-x / 0.18));
      narrow += std::exp(-x / 0.18);
      wide += std::exp(-x / 0.36);
    }
    std::vector<double> p;
    for (const double x : d) p.push_back(std::exp(-x / 0.18) / narrow - std::exp(-x / 0.36) / wide);
    lowest = std::abs(*std::min_element(p.begin(), p.end()));
    for (const double x : p) sum += x + lowest;
    for (const double x : p) contrast.push_back((x + lowest) / sum);
  }
  CHECK(largest_difference(encode<double>(gaussian, constants, positions), bell) < 1e-12);
  CHECK(largest_difference(encode<float>(gaussian, constants, positions), bell) < 1e-5);
  CHECK(largest_difference(encode<double>(difference, constants, positions), contrast) < 1e-12);
  CHECK(largest_difference(encode<float>(difference, constants, positions), contrast) < 1e-5);
}

TEST_CASE("a decoded position is as near as the third nearest cell") {
  for (const char* tuning : {"softmax", "gaussian", "difference"}) {
    const auto task = make_task("spatial_navigation", {{"tuning", tuning}});
    const auto constants = draw_constants(task);
    const auto positions = positions_in_the_box();
    const auto decoded = decode(task, constants, encode<double>(task, constants, positions));
    double mean_error = 0;
    for (std::size_t row = 0; row < positions.size(); row += 2) {
      auto d = squared_distances(constants[0].value, positions[row], positions[row + 1]);
      std::sort(d.begin(), d.end());
      const double error = std::hypot(decoded[row] - positions[row], decoded[row + 1] - positions[row + 1]);
      mean_error += error / static_cast<double>(positions.size() / 2);
      if (std::string(tuning) != "difference") REQUIRE(error <= std::sqrt(d[2]) + 1e-12);
    }
    CHECK(mean_error < 0.1);  // 512 cells are 0.097 m apart
  }
}

TEST_CASE("a softmax far outside the box is still a distribution") {
  const auto task = make_task("spatial_navigation");
  const auto constants = draw_constants(task);
  for (const double far : {3.0, 50.0, 1e4}) {
    const auto a = encode<float>(task, constants, {far, -far});
    double sum = 0;
    for (const float x : a) sum += static_cast<double>(x);
    CHECK(sum == doctest::Approx(1.0).epsilon(1e-5));
  }
}

TEST_CASE("of equally active cells the first count, and activity that is not a number decodes to none") {
  const auto task = make_task("spatial_navigation", {{"place_cells", 9}});
  const auto constants = draw_constants(task);
  const auto& c = constants[0].value.values;
  const auto mean = [&](std::size_t a, std::size_t b, std::size_t d, std::size_t axis) {
    return doctest::Approx((c[2 * a + axis] + c[2 * b + axis] + c[2 * d + axis]) / 3);
  };
  auto decoded = decode<float>(task, constants, {1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(decoded[0] == mean(0, 1, 2, 0));
  CHECK(decoded[1] == mean(0, 1, 2, 1));
  decoded = decode<float>(task, constants, {0, 0, 5, 0, 7, 5, 0, 5, 0});
  CHECK(decoded[0] == mean(4, 2, 5, 0));
  decoded = decode<double>(task, constants, {-9, -8, -7, -6, -5, -4, -3, -2, -1});
  CHECK(decoded[0] == mean(8, 7, 6, 0));
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  decoded = decode<float>(task, constants, {nan, 1, nan, 2, 3, nan, 0, 0, 0});
  CHECK(decoded[0] == mean(4, 3, 1, 0));
  decoded = decode<float>(task, constants, {nan, nan, nan, nan, nan, nan, nan, 1, 2});
  CHECK(std::isnan(decoded[0]));
}

TEST_CASE("centres are uniform in the box and belong to the seed") {
  const auto task = make_task("spatial_navigation", {{"place_cells", 4000}});
  const auto c = draw_constants(task, 1)[0].value;
  CHECK(c.shape == std::vector<std::int64_t>{4000, 2});
  double mean = 0, squares = 0;
  for (const double x : c.values) {
    REQUIRE(std::abs(x) <= 1.1);
    mean += x / 8000;
    squares += x * x / 8000;
  }
  const double variance = 2.2 * 2.2 / 12;
  CHECK(std::abs(mean) < 5 * std::sqrt(variance / 8000));
  // The fourth moment of the uniform gives Var(x^2) = 0.8 variance^2.
  CHECK(std::abs(squares - variance) < 5 * variance * std::sqrt(0.8 / 8000));
  CHECK(draw_constants(task, 1)[0].value.values == c.values);
  CHECK(draw_constants(task, 2)[0].value.values != c.values);
}

TEST_CASE("populations too small for their decoding are refused by name") {
  const auto refused = [](const json& parameters, const char* name) {
    try {
      make_task("spatial_navigation", parameters);
    } catch (const plugin::PluginError& error) {
      return std::string(error.what()).find(name) != std::string::npos;
    }
    return false;
  };
  CHECK(refused({{"place_cells", 2}}, "decode_cells"));
  CHECK(refused({{"place_cells", 1}, {"decode_cells", 1}, {"tuning", "difference"}}, "difference"));
  CHECK(refused({{"anchor", {0.0, 0.0, 0.0}}}, "anchor"));

  const auto single = make_task("spatial_navigation", {{"place_cells", 1}, {"decode_cells", 1}});
  const auto constants = draw_constants(single);
  CHECK(encode<double>(single, constants, {0.3, 0.4}) == std::vector<double>{1.0});
  CHECK(decode<double>(single, constants, {0.2}) == constants[0].value.values);
}
