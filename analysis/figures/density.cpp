// SPDX-License-Identifier: BSD-3-Clause
/// Kind "density": where recordings dwell, estimated here or by the metric density. One square panel per source or
/// value of an axis, from white to the phase's colour.
#include <analysis/figures/contour.hpp>
#include <analysis/figures/density_grid.hpp>
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/results.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>
#include <store/dataset.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace reverie::analysis {
namespace {

constexpr std::int64_t most_positions = 200000;  // a few seconds of kernel sums; more change nothing one could see

/// What one panel shows.
struct Surface {
  std::string label, colour, unit, x_label, y_label, words;
  std::vector<double> x, y, density;  ///< density row-major, y slow
};

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

/// What a caption says of one recording.
std::string words_of(const PositionSample& sample) {
  std::string words = fmt::format("{} ({})", counted(sample.positions.recorded_trials, "trial"),
                                  describe_recording(sample.positions, sample.recorded_steps));
  if (sample.stride > 1)
    words += fmt::format(", {} of {} positions, taken evenly", sample.positions.x.size(), sample.total);
  if (sample.not_finite > 0) words += fmt::format(", {} that are not finite left out", sample.not_finite);
  return words;
}

/// Densities of recordings on one grid; of a group, the mean of its members' densities.
std::vector<Surface> surfaces_of_recordings(const plugin::json& options, const std::vector<Group>& groups) {
  const std::string variable = options.at("variable").get<std::string>();
  const auto limits = limits_option(options);
  std::vector<std::vector<PositionSample>> samples;
  std::vector<PlaneLimits> extents;
  for (const Group& group : groups) {
    samples.emplace_back();
    const auto share = most_positions / static_cast<std::int64_t>(group.members.size());
    for (const FigureSource* source : group.members) {
      samples.back().push_back(sample_positions(*source, variable, share));
      extents.push_back(extent_of(samples.back().back().positions));
    }
  }
  const Grid grid{limits.empty() ? enclosing_square(extents) : limits[0], options.at("cells").get<std::int64_t>()};
  std::vector<Surface> surfaces;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const Positions& first = samples[k][0].positions;
    Surface surface{groups[k].label,
                    phase_colour(first.phase),
                    first.unit,
                    with_unit("x", printed_unit(first.unit)),
                    with_unit("y", printed_unit(first.unit)),
                    words_of(samples[k][0]),
                    {},
                    {},
                    {}};
    if (samples[k].size() > 1)
      surface.words = fmt::format("mean of {} recordings, each {}", samples[k].size(), surface.words);
    surface.density.assign(static_cast<std::size_t>(grid.cells * grid.cells), 0);
    for (const PositionSample& sample : samples[k]) {
      const auto density = estimate(sample, options.at("estimate").get<std::string>(), grid);
      for (std::size_t i = 0; i < density.size(); ++i)
        surface.density[i] += density[i] / static_cast<double>(samples[k].size());
    }
    for (std::int64_t i = 0; i < grid.cells; ++i) {
      surface.x.push_back(grid.x(i));
      surface.y.push_back(grid.y(i));
    }
    surfaces.push_back(std::move(surface));
  }
  return surfaces;
}

/// One density of a result, (y, x); of a group, the mean of its members'.
Surface surface_of_result(const Group& group, const std::string& name) {
  Surface surface;
  for (const FigureSource* source : group.members) {
    const store::Variable density = read_variable(*source, name);
    if (density.dims != std::vector<std::string>{"y", "x"})
      throw store::DataError(fmt::format("'{}' of '{}' has dimensions ({}), not (y, x)", name, source->label,
                                         fmt::join(density.dims, ", ")),
                             "name the density of a metric density: value = \"awake\"");
    const store::Variable x = read_variable(*source, "x"), y = read_variable(*source, "y");
    if (surface.density.empty()) {
      surface.unit = x.unit;
      surface.x = x.values;
      surface.y = y.values;
      surface.density.assign(density.values.size(), 0);
    } else if (x.values != surface.x || y.values != surface.y) {
      throw store::DataError(fmt::format("the grids of '{}' differ over the axes that are averaged", group.label),
                             "give the metric a fixed range, or draw one panel each: each = [...]");
    }
    for (std::size_t i = 0; i < density.values.size(); ++i)
      surface.density[i] += density.values[i] / static_cast<double>(group.members.size());
  }
  const auto samples = find_variable(*group.members[0], name + "_samples");
  surface.words = samples ? fmt::format("{:g} samples", samples->values.at(0)) : "";
  if (group.members.size() > 1)
    surface.words =
        fmt::format("mean of {}{}", group.members.size(), surface.words.empty() ? "" : ", each of " + surface.words);
  surface.colour = phase_colour_of_words(name);
  if (surface.colour.empty()) surface.colour = phase_colour_of_words(group.label);
  if (surface.colour.empty()) surface.colour = "#555555";
  return surface;
}

std::vector<Surface> surfaces_of_results(const plugin::json& options, const std::vector<Group>& groups) {
  std::vector<Surface> surfaces;
  for (const Group& group : groups) {
    std::vector<std::string> names;
    if (options.at("value").get<std::string>().empty()) {
      for (const char* name : {"awake", "replay"})
        if (find_variable(*group.members[0], name)) names.emplace_back(name);
    } else {
      names = names_in(options, "value");
    }
    if (names.empty())
      throw store::DataError(fmt::format("the result of '{}' has no density 'awake' or 'replay'", group.label),
                             "draw a metric density, or name the variable: value = \"...\"");
    for (const std::string& name : names) {
      Surface surface = surface_of_result(group, name);
      surface.label = groups.size() > 1 ? fmt::format("{}, {}", name, group.label) : name;
      surface.x_label = with_unit(options.at("x_label").get<std::string>(), printed_unit(surface.unit));
      surface.y_label = with_unit(options.at("y_label").get<std::string>(), printed_unit(surface.unit));
      surfaces.push_back(std::move(surface));
    }
  }
  return surfaces;
}

void add_rows(std::string& csv, std::size_t panel, const Surface& surface) {
  const std::string label = csv_field(plain_text(surface.label));
  for (std::size_t j = 0; j < surface.y.size(); ++j)
    for (std::size_t i = 0; i < surface.x.size(); ++i)
      fmt::format_to(std::back_inserter(csv), "{},{:.6g},{:.6g},{:.6g},{}\n", panel, surface.x[i], surface.y[j],
                     surface.density[j * surface.x.size() + i], label);
}

struct Peak {
  double density, x, y;
};
Peak peak_of(const Surface& surface) {
  const auto at = static_cast<std::size_t>(std::max_element(surface.density.begin(), surface.density.end()) -
                                           surface.density.begin());
  return {surface.density[at], surface.x[at % surface.x.size()], surface.y[at / surface.x.size()]};
}

/// Evenly spaced levels below `highest`, as a data block of the script; "" without any.
std::string contour_block(std::size_t panel, const Surface& surface, std::int64_t levels, double highest) {
  std::string block;
  for (std::int64_t k = 1; k <= levels; ++k) {
    const double level = highest * static_cast<double>(k) / static_cast<double>(levels + 1);
    for (const Polyline& line : contour_lines(surface.x, surface.y, surface.density, level)) {
      for (const auto& [x, y] : line) fmt::format_to(std::back_inserter(block), "{:.4g},{:.4g}\n", x, y);
      block += "\n";
    }
  }
  return block.empty() ? "" : fmt::format("$contours{} << EOD\n{}EOD\n", panel, block);
}

/// The cells' outer edges: positions of a grid of recordings are centres of cells; those of a result may be few.
PlaneLimits edges_of(const Surface& surface) {
  const double x_half = (surface.x.back() - surface.x.front()) / static_cast<double>(surface.x.size() - 1) / 2;
  const double y_half = (surface.y.back() - surface.y.front()) / static_cast<double>(surface.y.size() - 1) / 2;
  return {surface.x.front() - x_half, surface.x.back() + x_half, surface.y.front() - y_half, surface.y.back() + y_half};
}

}  // namespace

plugin::ParameterSchema density_options() {
  return {
      variable_parameter(),
      choice_option("estimate", {"kde", "histogram"}, "kernel density (Gaussian kernels, Scott's rule) or histogram"),
      count_option("cells", 100, 2, 400, "cells of the grid along each axis"),
      limits_parameter("extent of the grid, [x_min, x_max, y_min, y_max]; empty: a square around all positions"),
      text_option("value", "", "of measures: the densities that are drawn; empty: awake and replay"),
      text_option("x_label", "x", "of measures: name of the axis, as \"PC 1\""),
      text_option("y_label", "y", "likewise"),
      choice_option("scale", {"shared", "own"}, "one colour scale for all panels, or one for each"),
      count_option("contours", 0, 0, 20, "number of contour lines, evenly spaced in the density")};
}

Needs density_needs(const plugin::json& options, bool) {
  Needs needs = {{"simulate", {options.at("variable").get<std::string>()}, 2}};
  if (names_in(options, "value").empty()) needs.push_back({"measure", {"awake", "replay"}});
  return needs;
}

Problems check_density(const plugin::json& options, const std::vector<FigureSource>& sources) {
  Problems problems = check_plane(options, sources);
  if (std::any_of(sources.begin(), sources.end(), [&](const auto& source) { return source.run != sources[0].run; }))
    problems.push_back({"of", "a density draws either recordings or results of a metric: make two figures"});
  return problems;
}

Drawing draw_density(const plugin::json& options, const std::vector<FigureSource>& sources) {
  const std::string how = options.at("estimate").get<std::string>();
  const bool own = options.at("scale").get<std::string>() == "own";
  const auto levels = options.at("contours").get<std::int64_t>();
  const bool results = sources[0].run == "measure";
  const auto groups = grouped(sources, options);
  const auto surfaces = results ? surfaces_of_results(options, groups) : surfaces_of_recordings(options, groups);
  double highest = 0;
  for (const Surface& surface : surfaces) highest = std::max(highest, peak_of(surface).density);
  if (highest == 0) {
    throw store::DataError(fmt::format("no position of '{}' lies within the limits", surfaces[0].label),
                           "leave limits out, or widen them");
  }

  PanelLayout layout;
  take_options(layout, options, 3);
  layout.right = 66;
  for (const Surface& surface : surfaces) layout.titles.push_back(surface.label);
  layout = arrange(layout);
  const std::string unit = surfaces[0].unit;
  Drawing drawing;
  drawing.csv = fmt::format("panel,{},{},{},source\n", csv_field(with_unit("x", unit)), csv_field(with_unit("y", unit)),
                            csv_field(with_unit("density", density_unit(unit))));
  std::string contours, panels, recordings, peaks;
  std::size_t row = 0;
  for (std::size_t panel = 0; panel < surfaces.size(); ++panel) {
    const Surface& surface = surfaces[panel];
    const Peak peak = peak_of(surface);
    const double top = own ? std::max(peak.density, 1e-300) : highest;
    const int number = static_cast<int>(panel);
    add_rows(drawing.csv, panel, surface);
    panels += begin_panel(layout, number);
    panels += plane_axes(edges_of(surface), {}, surface.x_label, first_of_row(layout, number) ? surface.y_label : "",
                         layout.side);
    // 64 colours: the scale beside each panel is drawn as that many polygons.
    if (own || panel == 0)
      panels +=
          fmt::format("set palette maxcolors 64\nset cbrange [0:{:.6g}]\nset cbtics {:.6g} scale 0.3 offset -0.8,0\n",
                      top, tic_step(2 * top));
    panels += colour_scale(layout, number, with_unit("density", density_unit(surface.unit)));
    panels += fmt::format("set palette defined (0 'white', 1 '{}')\n", surface.colour);
    const std::size_t cells = surface.density.size();
    panels += fmt::format("plot 'figure.csv' skip 1 every ::{}::{} using 2:3:4 with image", row, row + cells - 1);
    row += cells;
    if (const std::string block = contour_block(panel, surface, levels, top); !block.empty()) {
      contours += block;
      panels += fmt::format(", \\\n  $contours{} using 1:2 with lines linecolor rgb '{}' linewidth 0.6", panel,
                            mixed(surface.colour, "#000000", 0.45));
    }
    panels += "\n";
    recordings += fmt::format("{}{}: {}", panel == 0 ? "" : "; ", surface.label, surface.words);
    peaks += fmt::format("{}{}: highest, {:.3g}{}, near ({:.2f}, {:.2f})", panel == 0 ? "" : "; ", surface.label,
                         peak.density, density_unit(unit).empty() ? "" : " " + density_unit(unit), peak.x, peak.y);
  }
  drawing.script = contours + begin_figure(layout) + panels + end_figure();
  const std::string what = results                                                 ? "density"
                           : options.at("variable").get<std::string>() == "latent" ? "true positions"
                                                                                   : "decoded positions";
  const std::string method = how == "kde" ? "Kernel density (Gaussian, Scott's rule)" : "Histogram";
  const std::string scale = surfaces.size() > 1 && own ? "each on its own scale" : "on one scale";
  drawing.caption = results ? fmt::format("Kernel density, {}. {}.", scale, recordings)
                            : fmt::format("{} of {} on {} by {} cells, {}. {}.", method, what, surfaces[0].x.size(),
                                          surfaces[0].y.size(), scale, recordings);
  if (levels > 0) drawing.caption += fmt::format(" Contours at {} even steps of the scale.", levels);
  drawing.caption = plain_text(drawing.caption);
  drawing.alternative_text =
      plain_text(fmt::format("Density of {} in {}. {}.", results ? "samples" : what,
                             counted(static_cast<std::int64_t>(surfaces.size()), "square panel"), peaks));
  return drawing;
}

}  // namespace reverie::analysis
