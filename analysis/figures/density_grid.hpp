// SPDX-License-Identifier: BSD-3-Clause
/// Densities of points in the plane, per unit of area, at the centres of the cells of a grid.
#pragma once

#include <analysis/figures/positions.hpp>

#include <span>

namespace reverie::analysis {

/// `cells` x `cells` cells; values are row-major with y slow: value of cell (i, j) in x and y at [j * cells + i].
struct Grid {
  PlaneLimits limits;
  std::int64_t cells = 100;
  double x(std::int64_t i) const;  ///< centre of column i
  double y(std::int64_t j) const;
  double cell_area() const;
};

/// Share of all points in each cell, divided by its area. Points outside count in the total, so the sum times the area
/// of a cell is the share of points inside.
std::vector<double> histogram_density(std::span<const float> x, std::span<const float> y, const Grid& grid);

/// Kernel density p(c) = 1/n sum_i N(c; p_i, H) with H = C n^(-1/3), C the covariance of the points (divisor n - 1):
/// Gaussian kernels with Scott's factor n^(-1/(d+4)) on the standard deviations, d = 2, as scipy.stats.gaussian_kde.
/// Kernels are cut at 6 standard deviations, where they have fallen to 1.5e-8 of their peak. Empty when C is singular
/// (fewer than three points, or all on a line).
std::vector<double> kernel_density(std::span<const float> x, std::span<const float> y, const Grid& grid);

}  // namespace reverie::analysis
