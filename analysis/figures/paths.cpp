// SPDX-License-Identifier: BSD-3-Clause
/// Kind "paths": decoded paths of recordings in the plane, one square panel per source or value of an axis. Circle:
/// start; triangle: end. Awake paths of tasks with directions have a colour per direction. Angles are drawn around the
/// circle, outwards from the start of the trial (P1, Figure C.5).
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/positions.hpp>
#include <analysis/figures/results.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace reverie::analysis {
namespace {

/// Four shades around a colour, so that paths that cross can be told apart.
std::string shades(const std::string& colour) {
  return fmt::format("{} {} {} {}", colour, mixed(colour, "#ffffff", 0.35), mixed(colour, "#000000", 0.3),
                     mixed(colour, "#ffffff", 0.6));
}

/// The colour of each drawn trial, as words of a gnuplot string: per direction where the recording knows it.
std::string colours_of(const Positions& positions, bool by_direction) {
  static const std::array<const char*, 6> directions = {"#1f86a0", "#e59a1a", "#7a5aa6",
                                                        "#4c9f50", "#a0522d", "#666666"};
  if (!by_direction || positions.direction.empty()) return shades(phase_colour(positions.phase));
  std::string colours;
  for (std::int64_t trial = 0; trial < positions.trials; ++trial) {
    const auto direction = static_cast<std::size_t>(positions.direction[static_cast<std::size_t>(trial)]);
    colours +=
        (trial == 0 ? "" : " ") + mixed(directions[direction % directions.size()], "#ffffff", trial % 2 == 0 ? 0 : 0.3);
  }
  return colours;
}

/// Distance between drawn steps that keeps a panel within most_points.
std::int64_t stride_of(const Positions& positions) {
  constexpr auto most = static_cast<std::int64_t>(most_points);
  return (positions.trials * positions.steps + most - 1) / most;
}

/// Returns the number of rows, as many for each trial.
std::int64_t add_rows(std::string& csv, int panel, const Positions& positions) {
  std::int64_t rows = 0;
  const std::int64_t stride = stride_of(positions);
  for (std::int64_t trial = 0; trial < positions.trials; ++trial) {
    for (std::int64_t step = 0; step < positions.steps; ++step) {
      if (step % stride != 0 && step != positions.steps - 1) continue;
      const auto at = static_cast<std::size_t>(trial * positions.steps + step);
      fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{},{}\n", panel, trial, step,
                     positions.time[static_cast<std::size_t>(step)], positions.x[at], positions.y[at],
                     csv_field(plain_text(positions.label)), csv_field(plain_text(positions.phase)));
      ++rows;
    }
  }
  return rows;
}

/// Columns of the CSV: 5 x, 6 y. The panel's rows are `first` ... `first + rows - 1`; gnuplot reads no others.
std::string panel_plot(std::int64_t first, std::int64_t rows, const Positions& positions, bool by_direction,
                       bool with_legend) {
  const std::int64_t per_trial = rows / positions.trials;
  const auto points_from = [&](std::int64_t row) {
    return fmt::format("'figure.csv' skip 1 every {}::{}::{} using 5:6", per_trial, row, first + rows - 1);
  };
  std::string script = fmt::format("shades = '{}'\n", colours_of(positions, by_direction));
  script += fmt::format(
      "plot for [trial=0:{}] 'figure.csv' skip 1 every ::{} + trial * {}::{} + trial * {} using 5:6 with lines "
      "linewidth 0.9 linecolor rgb word(shades, trial % words(shades) + 1), \\\n",
      positions.trials - 1, first, per_trial, first + per_trial - 1, per_trial);
  script += fmt::format("  {} with points pointtype 7 pointsize 0.7 linecolor rgb '#222222', \\\n", points_from(first));
  script += fmt::format("  {} with points pointtype 9 pointsize 0.85 linecolor rgb '#222222'",
                        points_from(first + per_trial - 1));
  if (with_legend) {
    script +=
        ", \\\n  keyentry with points pointtype 7 pointsize 0.7 linecolor rgb '#222222' title 'start', \\\n"
        "  keyentry with points pointtype 9 pointsize 0.85 linecolor rgb '#222222' title 'end'";
  }
  return script + "\n";
}

std::string describe_extent(const Positions& positions) {
  const PlaneLimits extent = extent_of(positions);
  return fmt::format("{}: {} from {:.2f} to {:.2f} in x, from {:.2f} to {:.2f} in y{}", positions.label,
                     counted(positions.trials, "path"), extent.x_min, extent.x_max, extent.y_min, extent.y_max,
                     positions.unit.empty() || positions.unit == "1" ? "" : ", in " + positions.unit);
}

}  // namespace

plugin::ParameterSchema paths_options() {
  return {variable_parameter(), count_option("trials", 12, 1, 500, "how many trials are drawn, from the first"),
          limits_parameter("outline of the box, [x_min, x_max, y_min, y_max]; empty: none"),
          choice_option("colour", {"direction", "trial"},
                        "awake paths: a colour per direction where the recording has directions, or shades of one")};
}

Needs paths_needs(const plugin::json& options, bool) {
  return {{"simulate", {options.at("variable").get<std::string>()}, 2, true}};
}

Drawing draw_paths(const plugin::json& options, const std::vector<FigureSource>& sources) {
  const std::string variable = options.at("variable").get<std::string>();
  const bool by_direction = options.at("colour").get<std::string>() == "direction";
  const auto box = limits_option(options);
  std::vector<Positions> all;
  std::vector<PlaneLimits> extents = box;
  PanelLayout layout;
  for (const Group& group : grouped(sources, options)) {
    all.push_back(read_positions(*group.members[0], variable, options.at("trials").get<std::int64_t>()));
    all.back().label = group.label;
    extents.push_back(extent_of(all.back()));
    layout.titles.push_back(group.label);
  }
  const PlaneLimits range = enclosing_square(extents);

  take_options(layout, options);
  layout.legend = {"start", "end"};
  layout = arrange(layout);
  Drawing drawing;
  drawing.csv = fmt::format("panel,trial,step,{},{},{},source,phase\n", csv_field(with_unit("time", all[0].time_unit)),
                            csv_field(with_unit("x", all[0].unit)), csv_field(with_unit("y", all[0].unit)));
  drawing.script = begin_figure(layout);
  std::string recordings, in_words;
  std::int64_t coarsest = 1;
  bool coloured = false, bearings = false;
  std::int64_t row = 0;
  for (int panel = 0; panel < count_of(layout); ++panel) {
    const Positions& positions = all[static_cast<std::size_t>(panel)];
    const std::int64_t rows = add_rows(drawing.csv, panel, positions);
    drawing.script += begin_panel(layout, panel);
    drawing.script +=
        plane_axes(range, box, with_unit("x", printed_unit(positions.unit)),
                   first_of_row(layout, panel) ? with_unit("y", printed_unit(positions.unit)) : "", layout.side);
    const bool with_legend = carries_legend(layout, panel);
    drawing.script += with_legend ? place_legend(layout) : "unset key\n";
    drawing.script += panel_plot(row, rows, positions, by_direction, with_legend);
    row += rows;
    recordings +=
        fmt::format("{}{}: {} of {} ({})", panel == 0 ? "" : "; ", positions.label, positions.trials,
                    counted(positions.recorded_trials, "trial"), describe_recording(positions, positions.steps));
    in_words += (panel == 0 ? "" : "; ") + describe_extent(positions);
    coarsest = std::max(coarsest, stride_of(positions));
    bearings = bearings || positions.bearings;
    coloured = coloured || (by_direction && !positions.direction.empty());
  }
  drawing.script += end_figure();
  const std::string what = variable == "latent" ? "True paths" : "Decoded paths";
  drawing.caption = fmt::format("{}. {}. Circle: start; triangle: end.", what, plain_text(recordings));
  if (bearings) drawing.caption += " Angles, outwards: the radius is the share of the trial that has passed.";
  if (coloured) drawing.caption += " Colours of awake paths: directions.";
  if (coarsest > 1) drawing.caption += fmt::format(" At least one step in {} is drawn, and the last.", coarsest);
  drawing.alternative_text =
      fmt::format("{} in {}. {}.", what, counted(count_of(layout), "square panel"), plain_text(in_words));
  return drawing;
}

}  // namespace reverie::analysis
