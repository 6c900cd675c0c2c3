// SPDX-License-Identifier: BSD-3-Clause
/// Kind "density": where recordings dwell. One square panel per source, all on one colour scale from white to the
/// phase's colour.
#include <analysis/figures/density_grid.hpp>
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>
#include <store/dataset.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace reverie::analysis {
namespace {

constexpr std::int64_t most_positions = 200000;  // a few seconds of kernel sums; more change nothing one could see

/// Per unit of area.
std::string density_unit(const std::string& unit) { return unit.empty() || unit == "1" ? "" : unit + "⁻²"; }

std::vector<double> estimate(const PositionSample& sample, const std::string& how, const Grid& grid) {
  const Positions& positions = sample.positions;
  if (how == "histogram") return histogram_density(positions.x, positions.y, grid);
  auto density = kernel_density(positions.x, positions.y, grid);
  if (density.empty()) {
    throw store::DataError(
        fmt::format("the positions of '{}' lie on a line or in a point and have no kernel density", positions.label),
        "draw them with estimate = \"histogram\"");
  }
  return density;
}

void add_rows(std::string& csv, int panel, const std::string& label, const Grid& grid,
              const std::vector<double>& density) {
  for (std::int64_t j = 0; j < grid.cells; ++j) {
    for (std::int64_t i = 0; i < grid.cells; ++i) {
      fmt::format_to(std::back_inserter(csv), "{},{:.6g},{:.6g},{:.6g},{}\n", panel, grid.x(i), grid.y(j),
                     density[static_cast<std::size_t>(j * grid.cells + i)], csv_cell(plain_text(label)));
    }
  }
}

struct Peak {
  double density, x, y;
};
Peak peak_of(const std::vector<double>& density, const Grid& grid) {
  const auto at = std::max_element(density.begin(), density.end()) - density.begin();
  return {density[static_cast<std::size_t>(at)], grid.x(at % grid.cells), grid.y(at / grid.cells)};
}

}  // namespace

plugin::ParameterSchema density_options() {
  plugin::ParameterSpec estimate;
  estimate.name = "estimate";
  estimate.type = REVERIE_CHOICE;
  estimate.doc = "kernel density (Gaussian kernels, Scott's rule) or histogram";
  estimate.default_value = "kde";
  estimate.choices = {"kde", "histogram"};
  plugin::ParameterSpec cells;
  cells.name = "cells";
  cells.type = REVERIE_INTEGER;
  cells.unit = "1";
  cells.doc = "cells of the grid along each axis";
  cells.default_value = 100;
  cells.minimum = 2;
  cells.maximum = 400;
  return {variable_parameter(), estimate, cells,
          limits_parameter("extent of the grid, [x_min, x_max, y_min, y_max]; empty: a square around all positions")};
}

Drawing draw_density(const plugin::json& options, const std::vector<FigureSource>& sources) {
  const std::string how = options.at("estimate").get<std::string>();
  const std::string variable = options.at("variable").get<std::string>();
  const auto limits = limits_option(options);
  std::vector<PositionSample> samples;
  std::vector<PlaneLimits> extents;
  for (const FigureSource& source : sources) {
    samples.push_back(sample_positions(source, variable, most_positions));
    extents.push_back(extent_of(samples.back().positions));
  }
  const Grid grid{limits.empty() ? enclosing_square(extents) : limits[0], options.at("cells").get<std::int64_t>()};
  std::vector<std::vector<double>> densities;
  double highest = 0;
  for (const PositionSample& sample : samples) {
    densities.push_back(estimate(sample, how, grid));
    highest = std::max(highest, peak_of(densities.back(), grid).density);
  }
  if (highest == 0) {
    throw store::DataError(fmt::format("no position of '{}' lies within the limits", samples[0].positions.label),
                           "leave limits out, or widen them");
  }

  PanelLayout layout;
  layout.count = static_cast<int>(samples.size());
  layout.columns = 3;
  layout.right = 62;
  const std::string unit = samples[0].positions.unit;
  Drawing drawing;
  drawing.csv = fmt::format("panel,{},{},{},source\n", csv_cell(with_unit("x", unit)), csv_cell(with_unit("y", unit)),
                            csv_cell(with_unit("density", density_unit(unit))));
  drawing.script = begin_figure(layout);
  // 64 colours: the scale beside each panel is drawn as that many polygons.
  drawing.script += fmt::format("set palette maxcolors 64\nset cbrange [0:{:.6g}]\n", highest);
  drawing.script += fmt::format("set cbtics {:.6g} scale 0.3 offset -0.8,0\n", tic_step(2 * highest));
  std::string recordings, peaks;
  for (int panel = 0; panel < layout.count; ++panel) {
    const PositionSample& sample = samples[static_cast<std::size_t>(panel)];
    const auto& density = densities[static_cast<std::size_t>(panel)];
    const std::string& label = sample.positions.label;
    add_rows(drawing.csv, panel, label, grid, density);
    drawing.script += begin_panel(layout, panel, label);
    drawing.script += plane_axes(grid.limits, {}, unit, first_of_row(layout, panel));
    drawing.script += colour_scale(layout, panel, with_unit("density", density_unit(unit)));
    drawing.script += fmt::format("set palette defined (0 'white', 1 '{}')\n", phase_colour(sample.positions.phase));
    const std::int64_t cells = grid.cells * grid.cells;
    drawing.script += fmt::format("plot 'figure.csv' skip 1 every ::{}::{} using 2:3:4 with image\n", panel * cells,
                                  (panel + 1) * cells - 1);
    const auto taken = static_cast<std::int64_t>(sample.positions.x.size());
    recordings +=
        fmt::format("{}{}: {} ({})", panel == 0 ? "" : "; ", label, counted(sample.positions.recorded_trials, "trial"),
                    describe_recording(sample.positions, sample.recorded_steps));
    if (sample.stride > 1) recordings += fmt::format(", {} of {} positions, taken evenly", taken, sample.total);
    if (sample.not_finite > 0) recordings += fmt::format(", {} that are not finite left out", sample.not_finite);
    const Peak peak = peak_of(density, grid);
    peaks += fmt::format("{}{}: highest, {:.3g}{}, near ({:.2f}, {:.2f})", panel == 0 ? "" : "; ", label, peak.density,
                         density_unit(unit).empty() ? "" : " " + density_unit(unit), peak.x, peak.y);
  }
  drawing.script += end_figure();
  const std::string what = variable == "latent" ? "true" : "decoded";
  const std::string method = how == "kde" ? "Kernel density (Gaussian, Scott's rule)" : "Histogram";
  drawing.caption = fmt::format("{} of {} positions on {} by {} cells, on one scale. {}.", method, what, grid.cells,
                                grid.cells, plain_text(recordings));
  drawing.alternative_text =
      fmt::format("Density of {} positions in {}. {}.", what, counted(layout.count, "square panel"), plain_text(peaks));
  return drawing;
}

}  // namespace reverie::analysis
