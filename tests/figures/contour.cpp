// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <analysis/figures/contour.hpp>

#include <cmath>
#include <set>

using namespace reverie::analysis;

namespace {

std::vector<double> evenly(double low, double high, std::size_t n) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i)
    values.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(n - 1));
  return values;
}

}  // namespace

TEST_CASE("the contour of a cone is one closed circle") {
  const auto x = evenly(-1, 1, 81), y = evenly(-1, 1, 61);
  std::vector<double> height;
  for (const double b : y)
    for (const double a : x) height.push_back(1 - std::hypot(a, b));
  const auto lines = contour_lines(x, y, height, 0.5);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].front() == lines[0].back());
  CHECK(lines[0].size() > 40);
  for (const auto& [a, b] : lines[0]) CHECK(std::hypot(a, b) == doctest::Approx(0.5).epsilon(0.002));
  CHECK(contour_lines(x, y, height, 1.5).empty());
}

TEST_CASE("the contour of a plane runs from edge to edge and is exact") {
  const auto x = evenly(0, 2, 5), y = evenly(0, 3, 7);
  std::vector<double> height;
  for (const double b : y)
    for (const double a : x) height.push_back(a + 2 * b);
  const auto lines = contour_lines(x, y, height, 3.1);
  REQUIRE(lines.size() == 1);
  for (const auto& [a, b] : lines[0]) CHECK(a + 2 * b == doctest::Approx(3.1));
  CHECK(std::abs(lines[0].front().first - lines[0].back().first) == doctest::Approx(2));
}

TEST_CASE("a saddle gives two lines that do not cross, around the corners that the centre is not like") {
  const std::vector<double> sides = {0, 1}, height = {1, 0, 0, 1};  // 0.5 in the centre
  using Lines = std::set<std::set<std::pair<double, double>>>;
  const auto ends = [&](double level) {
    Lines all;
    for (const auto& line : contour_lines(sides, sides, height, level)) {
      std::set<std::pair<double, double>> points;
      for (const auto& [x, y] : line) points.emplace(std::round(x * 1e9) / 1e9, std::round(y * 1e9) / 1e9);
      all.insert(points);
    }
    return all;
  };
  CHECK(ends(0.4) == Lines{{{0.6, 0}, {1, 0.4}}, {{0, 0.6}, {0.4, 1}}});
  CHECK(ends(0.6) == Lines{{{0.4, 0}, {0, 0.4}}, {{0.6, 1}, {1, 0.6}}});
}
