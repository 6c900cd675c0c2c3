// SPDX-License-Identifier: BSD-3-Clause
/// The kinds of figure. Each kind turns its sources into data (tidy CSV), a gnuplot script that reads that data as
/// figure.csv and writes figure.svg, figure.pdf and figure.png, and two texts; it touches no file. A new kind is one
/// file that defines these three, and a row in figure.cpp.
#pragma once

#include <analysis/figures/figure.hpp>

namespace reverie::analysis {

/// What a kind makes; figure.cpp writes it and runs gnuplot.
struct Drawing {
  std::string script, csv;
  std::string caption, alternative_text;
};

Drawing draw_paths(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_density(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_curve(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_heatmap(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_matrix(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_box(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_states(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_polar(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_mean_paths(const plugin::json& options, const std::vector<FigureSource>& sources);
Drawing draw_tradeoff(const plugin::json& options, const std::vector<FigureSource>& sources);

plugin::ParameterSchema paths_options();
plugin::ParameterSchema density_options();
plugin::ParameterSchema curve_options();
plugin::ParameterSchema heatmap_options();
plugin::ParameterSchema matrix_options();
plugin::ParameterSchema box_options();
plugin::ParameterSchema states_options();
plugin::ParameterSchema polar_options();
plugin::ParameterSchema mean_paths_options();
plugin::ParameterSchema tradeoff_options();

/// What check_figure finds.
using Problems = std::vector<OptionProblem>;
Problems check_density(const plugin::json& options, const std::vector<FigureSource>& sources);
Problems check_mean_paths(const plugin::json& options, const std::vector<FigureSource>& sources);
Problems check_plane(const plugin::json& options, const std::vector<FigureSource>& sources);  ///< `limits` of positions
Problems check_curve(const plugin::json& options, const std::vector<FigureSource>& sources);
Problems check_map(const plugin::json& options, const std::vector<FigureSource>& sources);
Problems check_states(const plugin::json& options, const std::vector<FigureSource>& sources);
Problems check_tradeoff(const plugin::json& options, const std::vector<FigureSource>& sources);
std::vector<FigureNumber> tradeoff_numbers(const plugin::json& options);

using Needs = std::vector<FigureNeed>;
Needs paths_needs(const plugin::json& options, bool measured);
Needs density_needs(const plugin::json& options, bool measured);
Needs states_needs(const plugin::json& options, bool measured);
Needs polar_needs(const plugin::json& options, bool measured);
Needs mean_paths_needs(const plugin::json& options, bool measured);

}  // namespace reverie::analysis
