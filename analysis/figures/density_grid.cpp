// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/density_grid.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reverie::analysis {
namespace {

struct Covariance {
  double xx = 0, xy = 0, yy = 0;
};

Covariance covariance(std::span<const float> x, std::span<const float> y) {
  const auto n = static_cast<double>(x.size());
  // Relative to the first point: a coordinate that is constant varies by nothing, and not by rounding.
  const double x_first = x[0], y_first = y[0];
  double x_mean = 0, y_mean = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x_mean += (x[i] - x_first) / n;
    y_mean += (y[i] - y_first) / n;
  }
  Covariance c;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - x_first - x_mean, dy = y[i] - y_first - y_mean;
    c.xx += dx * dx / (n - 1);
    c.xy += dx * dy / (n - 1);
    c.yy += dy * dy / (n - 1);
  }
  return c;
}

/// Indices of the cells whose centres lie within `reach` of `centre`, along one axis.
struct CellRange {
  std::int64_t first, last;
};
CellRange cells_within(double centre, double reach, double low, double width, std::int64_t cells) {
  const double most = static_cast<double>(cells);
  const double first = std::ceil((centre - reach - low) / width - 0.5),
               last = std::floor((centre + reach - low) / width - 0.5);
  return {static_cast<std::int64_t>(std::clamp(first, 0.0, most)),
          static_cast<std::int64_t>(std::clamp(last, -1.0, most - 1))};
}

}  // namespace

double Grid::x(std::int64_t i) const {
  return limits.x_min + (limits.x_max - limits.x_min) * (static_cast<double>(i) + 0.5) / static_cast<double>(cells);
}
double Grid::y(std::int64_t j) const {
  return limits.y_min + (limits.y_max - limits.y_min) * (static_cast<double>(j) + 0.5) / static_cast<double>(cells);
}
double Grid::cell_area() const {
  const auto n = static_cast<double>(cells);
  return (limits.x_max - limits.x_min) / n * (limits.y_max - limits.y_min) / n;
}

std::vector<double> histogram_density(std::span<const float> x, std::span<const float> y, const Grid& grid) {
  std::vector<double> density(static_cast<std::size_t>(grid.cells * grid.cells));
  const PlaneLimits& limits = grid.limits;
  const auto n = static_cast<double>(grid.cells);
  const double weight = 1 / (static_cast<double>(x.size()) * grid.cell_area());
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double i = std::floor((x[k] - limits.x_min) / (limits.x_max - limits.x_min) * n);
    const double j = std::floor((y[k] - limits.y_min) / (limits.y_max - limits.y_min) * n);
    if (i >= 0 && i < n && j >= 0 && j < n) density[static_cast<std::size_t>(j * n + i)] += weight;
  }
  return density;
}

std::vector<double> kernel_density(std::span<const float> x, std::span<const float> y, const Grid& grid) {
  if (x.size() < 3) return {};
  const auto n = static_cast<double>(x.size());
  Covariance h = covariance(x, y);
  const double scott = std::pow(n, -1.0 / 3.0);
  h = {h.xx * scott, h.xy * scott, h.yy * scott};
  const double determinant = h.xx * h.yy - h.xy * h.xy;
  if (!(determinant > 1e-12 * h.xx * h.yy)) return {};
  // -1/2 d' H^-1 d, with its factors folded in
  const double xx = -0.5 * h.yy / determinant, xy = h.xy / determinant, yy = -0.5 * h.xx / determinant;
  const double peak = 1 / (n * 2 * std::numbers::pi * std::sqrt(determinant));
  const PlaneLimits& limits = grid.limits;
  const double x_width = (limits.x_max - limits.x_min) / static_cast<double>(grid.cells);
  const double y_width = (limits.y_max - limits.y_min) / static_cast<double>(grid.cells);
  constexpr double reach = 6;
  constexpr double smallest = -0.5 * reach * reach;

  std::vector<double> density(static_cast<std::size_t>(grid.cells * grid.cells));
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto columns = cells_within(x[k], reach * std::sqrt(h.xx), limits.x_min, x_width, grid.cells);
    const auto rows = cells_within(y[k], reach * std::sqrt(h.yy), limits.y_min, y_width, grid.cells);
    for (std::int64_t j = rows.first; j <= rows.last; ++j) {
      const double dy = grid.y(j) - y[k];
      for (std::int64_t i = columns.first; i <= columns.last; ++i) {
        const double dx = grid.x(i) - x[k];
        const double exponent = (xx * dx + xy * dy) * dx + yy * dy * dy;
        if (exponent >= smallest) density[static_cast<std::size_t>(j * grid.cells + i)] += peak * std::exp(exponent);
      }
    }
  }
  return density;
}

}  // namespace reverie::analysis
