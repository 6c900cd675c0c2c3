// SPDX-License-Identifier: BSD-3-Clause
/// The numbers behind a figure of kind "tradeoff": panels of points with their Pareto fronts.
#pragma once

#include <analysis/figures/results.hpp>

namespace reverie::analysis {

/// What an option names: a number of a source, or a number itself.
struct Number {
  std::string label, variable;
  std::optional<double> fixed;
};

/// One of the two coordinates: of the points, of the reference, and how the figure writes it.
struct Coordinate {
  Number number, reference;
  std::string unit, name;
  bool higher = true;  ///< is better
};

struct Point {
  std::size_t colour = 0, shape = 0;  ///< which value of these axes
  Moments x, y;
  bool marked = false, front = false;
};

struct Panel {
  std::string title;
  std::vector<Point> points;
  double reference_x = 0, reference_y = 0;
};

struct Tradeoff {
  Coordinate x, y;
  std::optional<Number> mark;
  bool has_reference = false;
  std::string colour_axis, shape_axis, bars;
  std::vector<plugin::json> colours, shapes;  ///< values of the axes; one null without an axis
  std::vector<Panel> panels;
  std::size_t results = 0, left_out = 0;
};

/// So many values of an axis have a shape each.
inline constexpr std::size_t most_shapes = 12;

/// One panel per place on the axes of `each` that has a point; one point per value of both axes that has a result with
/// both numbers. DataError or Error (pipeline invalid) when a source lacks a number, x and y are not at the same axes,
/// or there is no point at all.
Tradeoff read_tradeoff(const plugin::json& options, const std::vector<FigureSource>& sources);

}  // namespace reverie::analysis
