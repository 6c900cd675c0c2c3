// SPDX-License-Identifier: BSD-3-Clause
/// Lines of equal height of a function given on a grid (marching squares, linear between grid points).
#pragma once

#include <span>
#include <utility>
#include <vector>

namespace reverie::analysis {

using Polyline = std::vector<std::pair<double, double>>;

/// `values` are row-major with y slow: at (x[i], y[j]) the value [j * x.size() + i]. Lines end at the edge of the grid
/// or close upon themselves (first point = last). Saddles are resolved by the mean of the four corners.
std::vector<Polyline> contour_lines(std::span<const double> x, std::span<const double> y,
                                    std::span<const double> values, double level);

}  // namespace reverie::analysis
