// SPDX-License-Identifier: BSD-3-Clause
/// The numbers behind a figure of kind "curve": panels of lines with bands.
#pragma once

#include <analysis/figures/results.hpp>

namespace reverie::analysis {

struct Line {
  std::string label, colour;
  std::string value;              ///< the name of what it shows
  std::vector<double> x, y;       ///< y: the value, or the mean over the members of a group
  std::vector<double> low, high;  ///< the band; empty without one, NaN where it has no width
  std::vector<double> mean;       ///< running mean; empty without smoothing
  std::size_t members = 1, stride = 1;
};

struct CurvePanel {
  std::string title, name, unit, x_name, x_unit;
  std::vector<Line> lines;
};

struct CurveOptions {
  std::vector<std::string> values, spreads;
  std::string band, panels;
  std::size_t component = 0, window = 1;
  bool together = false, log = false, log_x = false;
};

/// One panel per value (one for all with `together`) and value of the axis `panels`; one line per group.
/// Columns of the history of a training; variables of a result along their first dimension. DataError or Error
/// (pipeline invalid) when a source lacks a value or lines do not share their x axis.
std::vector<CurvePanel> read_curves(const plugin::json& options, const CurveOptions& curve,
                                    const std::vector<FigureSource>& sources);

/// One line of each label, in the order in which they appear.
std::vector<const Line*> lines_of_legend(const std::vector<CurvePanel>& panels);

/// Centred, fewer values at both ends: m_i = mean(y[i - (w-1)/2 ... i + w/2]).
std::vector<double> running_mean(const std::vector<double>& values, std::size_t window);

}  // namespace reverie::analysis
