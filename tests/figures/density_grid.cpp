// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/figures/density_grid.hpp>

#include "sources.hpp"

#include <numbers>
#include <numeric>

using namespace reverie;
using analysis::Grid;

TEST_CASE("kernel density of a cross of four points is the closed form, however it is turned") {
  // Points (+-a, 0), (0, +-b): covariance diag(2a^2/3, 2b^2/3), times Scott's 4^(-1/3); a turn of everything changes
  // nothing.
  const double a = 0.8, b = 0.3, scott = std::pow(4.0, -1.0 / 3.0);
  const double xx = 2 * a * a / 3 * scott, yy = 2 * b * b / 3 * scott;
  const auto expected = [&](double x, double y) {
    double sum = 0;
    for (const auto& [px, py] : {std::pair{a, 0.0}, {-a, 0.0}, {0.0, b}, {0.0, -b}}) {
      sum += std::exp(-0.5 * ((x - px) * (x - px) / xx + (y - py) * (y - py) / yy));
    }
    return sum / (4 * 2 * std::numbers::pi * std::sqrt(xx * yy));
  };
  for (const double turn : {0.0, 0.4, 2.0}) {
    const double c = std::cos(turn), s = std::sin(turn);
    std::vector<float> x, y;
    for (const auto& [px, py] : {std::pair{a, 0.0}, {-a, 0.0}, {0.0, b}, {0.0, -b}}) {
      x.push_back(static_cast<float>(c * px - s * py));
      y.push_back(static_cast<float>(s * px + c * py));
    }
    const Grid grid{{-1, 1.2, -0.9, 1}, 7};
    const auto density = analysis::kernel_density(x, y, grid);
    REQUIRE(density.size() == 49);
    for (std::int64_t j = 0; j < 7; ++j) {
      for (std::int64_t i = 0; i < 7; ++i) {
        const double gx = -1 + 2.2 * (static_cast<double>(i) + 0.5) / 7,
                     gy = -0.9 + 1.9 * (static_cast<double>(j) + 0.5) / 7;
        const double value = density[static_cast<std::size_t>(j * 7 + i)];
        CHECK(value == doctest::Approx(expected(c * gx + s * gy, -s * gx + c * gy)).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("densities integrate to the share of points within the grid") {
  const auto positions = test::walks(50, 40, 3, 0.03);
  std::vector<float> x, y;
  for (std::size_t i = 0; i < positions.size(); i += 2) {
    x.push_back(positions[i]);
    y.push_back(positions[i + 1]);
  }
  const auto integral = [](const std::vector<double>& density, const Grid& grid) {
    return std::accumulate(density.begin(), density.end(), 0.0) * grid.cell_area();
  };
  const Grid wide{{-3, 3, -3, 3}, 120};
  CHECK(integral(analysis::kernel_density(x, y, wide), wide) == doctest::Approx(1).epsilon(1e-4));
  CHECK(integral(analysis::histogram_density(x, y, wide), wide) == doctest::Approx(1).epsilon(1e-12));

  const Grid right{{0, 3, -3, 3}, 60};
  const auto inside = std::count_if(x.begin(), x.end(), [](float value) { return value >= 0; });
  const double share = static_cast<double>(inside) / static_cast<double>(x.size());
  CHECK(integral(analysis::histogram_density(x, y, right), right) == doctest::Approx(share).epsilon(1e-12));
}

TEST_CASE("a histogram counts points in the cell they lie in, x fast and y slow") {
  const std::vector<float> x = {0.5F, 2.5F, 2.5F, 9}, y = {0.5F, 1.5F, 1.9F, 9};
  const Grid grid{{0, 3, 0, 3}, 3};  // cells of area 1
  const auto density = analysis::histogram_density(x, y, grid);
  CHECK(density == std::vector<double>{0.25, 0, 0, 0, 0, 0.5, 0, 0, 0});
}

TEST_CASE("points on a line have no kernel density") {
  const std::vector<float> x = {0, 1, 2, 3}, y = {0, 2, 4, 6};
  CHECK(analysis::kernel_density(x, y, Grid{}).empty());
}

TEST_CASE("a constant coordinate has no kernel density, however many points there are") {
  for (const std::size_t n : {10U, 1000U, 100000U}) {
    CAPTURE(n);
    std::vector<float> varying;
    for (std::size_t k = 0; k < n; ++k) varying.push_back(static_cast<float>(k % 7));
    const std::vector<float> constant(n, 0.1F);
    CHECK(analysis::kernel_density(varying, constant, Grid{{0, 6, 0, 1}, 4}).empty());
    CHECK(analysis::kernel_density(constant, varying, Grid{{0, 1, 0, 6}, 4}).empty());
  }
}
