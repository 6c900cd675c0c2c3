// SPDX-License-Identifier: BSD-3-Clause
/// Kind "mean_paths": mean paths per direction (metric mean_paths), darkening over time, with faint standard deviations
/// (P2, Figure 3); awake paths beside replay. Ideal paths of a recording, when one is named, are dashed.
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/results.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>
#include <store/recording.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace reverie::analysis {
namespace {

/// From the start of a path to its end, one pair per direction; none is a phase's colour.
constexpr std::array<std::array<const char*, 2>, 5> hues = {{{"#8fd6bd", "#0a4a3a"},
                                                             {"#f7c46c", "#6e3500"},
                                                             {"#c9b6e8", "#3d2270"},
                                                             {"#b9c7d6", "#1f3550"},
                                                             {"#e3b7a0", "#5c2413"}}};

struct Paths {
  std::string label;
  std::string unit;
  std::size_t directions = 0, steps = 0;
  /// [direction * step]; NaN where a direction has no path, and the deviations where it has one.
  std::vector<double> x, y, sd_x, sd_y;
};

/// The first two coordinates of (direction, time, space).
Paths planar(const std::string& owner, const std::string& name, const std::vector<std::int64_t>& shape,
             const std::vector<double>& mean, const std::vector<double>& sd) {
  if (shape.size() != 3 || shape[2] < 2)
    throw store::DataError(fmt::format("'{}' of '{}' is ({}) long", name, owner, fmt::join(shape, ", ")),
                           "mean paths in the plane need (direction, time, space) with two coordinates");
  Paths paths;
  paths.directions = static_cast<std::size_t>(shape[0]);
  paths.steps = static_cast<std::size_t>(shape[1]);
  const auto space = static_cast<std::size_t>(shape[2]);
  for (std::size_t i = 0; i < paths.directions * paths.steps; ++i) {
    paths.x.push_back(mean[i * space]);
    paths.y.push_back(mean[i * space + 1]);
    paths.sd_x.push_back(sd.empty() ? 0 : sd[i * space]);
    paths.sd_y.push_back(sd.empty() ? 0 : sd[i * space + 1]);
  }
  return paths;
}

/// Means over the members of a group, entry by entry, NaN left out.
std::vector<double> mean_of(const Group& group, const std::string& name, store::Variable& first) {
  std::vector<std::vector<double>> samples;
  for (const FigureSource* source : group.members) {
    const store::Variable variable = read_variable(*source, name);
    if (samples.empty()) {
      first = variable;
      samples.resize(variable.values.size());
    }
    require_same_shape(*group.members[0], first, *source, variable);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].push_back(variable.values[i]);
  }
  std::vector<double> means;
  for (const auto& values : samples) means.push_back(moments_of(values).mean);
  return means;
}

Paths read_paths(const Group& group, const std::string& phase) {
  store::Variable mean, sd;
  const auto means = mean_of(group, phase + "_mean", mean), sds = mean_of(group, phase + "_sd", sd);
  Paths paths = planar(group.label, mean.name, mean.shape, means, sds);
  paths.unit = mean.unit;
  return paths;
}

/// Equal numbers, missing ones in the same places.
bool same(const std::vector<double>& one, const std::vector<double>& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
}

bool same(const Paths& one, const Paths& other) {
  return same(one.x, other.x) && same(one.y, other.y) && same(one.sd_x, other.sd_x) && same(one.sd_y, other.sd_y);
}

std::vector<Paths> read_panels(const plugin::json& options, const std::vector<Group>& groups) {
  const std::string phases = options.at("phases").get<std::string>();
  const bool several = groups.size() > 1;
  std::vector<Paths> panels;
  std::vector<std::pair<std::size_t, std::string>> awake;  // panels and their groups
  for (const Group& group : groups) {
    const bool with_replay = find_variable(*group.members[0], "replay_mean").has_value();
    if (phases != "replay" || !with_replay) {
      Paths paths = read_paths(group, "awake");
      // The same awake paths serve every condition of the replay: one panel.
      const bool again =
          phases == "both" && with_replay &&
          std::any_of(awake.begin(), awake.end(), [&](const auto& shown) { return same(paths, panels[shown.first]); });
      paths.label = several && phases == "awake" ? group.label : "awake";
      if (!again) {
        awake.emplace_back(panels.size(), group.label);
        panels.push_back(std::move(paths));
      }
    }
    if (phases != "awake" && with_replay) {
      panels.push_back(read_paths(group, "replay"));
      panels.back().label = several ? group.label : "replay";
    }
  }
  if (phases != "awake" && awake.size() > 1)
    for (const auto& [panel, group] : awake) panels[panel].label = "awake, " + group;
  return panels;
}

/// Ideal paths of the first recording that has them; no directions without one.
Paths read_ideal(const std::vector<FigureSource>& sources) {
  for (const FigureSource& source : sources) {
    if (source.run != "simulate") continue;
    const store::RecordingReader reader(source.folder / "recording.nc");
    if (!reader.has("mean_path"))
      throw store::DataError(
          fmt::format("the recording of '{}' ({}) has no 'mean_path'", source.label, reader.file().string()),
          "leave it out of the figure, or name the recording of a task with ideal paths");
    return planar(source.label, "mean_path", reader.shape("mean_path"), reader.read_double("mean_path"), {});
  }
  return {};
}

/// An empty cell where there is no number: gnuplot draws an ellipse of some size for "nan", and none for that.
std::string deviation_cell(double sd) { return std::isfinite(sd) ? fmt::format("{:.6g}", sd) : ""; }

void add_rows(std::string& csv, std::size_t panel, const Paths& paths, const std::string& what) {
  for (std::size_t i = 0; i < paths.x.size(); ++i)
    if (std::isfinite(paths.x[i]) && std::isfinite(paths.y[i]))
      fmt::format_to(std::back_inserter(csv), "{},{},{},{:.4g},{:.6g},{:.6g},{},{},{},{}\n", panel, i / paths.steps,
                     i % paths.steps,
                     static_cast<double>(i % paths.steps) / std::max<double>(1, static_cast<double>(paths.steps) - 1),
                     paths.x[i], paths.y[i], deviation_cell(paths.sd_x[i]), deviation_cell(paths.sd_y[i]), what,
                     csv_field(plain_text(paths.label)));
}

std::string panel_plot(std::size_t panel, const Paths& paths, std::size_t ideal_directions) {
  std::vector<std::string> deviations, lines, ends;
  const std::size_t every = std::max<std::size_t>(1, paths.steps / 20);
  const auto select = [&](std::size_t direction, const std::string& more) {
    return fmt::format("'figure.csv' skip 1 using ($1 == {} && $2 == {} && strcol(9) eq 'mean'{} ? $5 : NaN):6", panel,
                       direction, more);
  };
  for (std::size_t d = 0; d < paths.directions; ++d) {
    const auto& [light, dark] = hues[d % hues.size()];
    const auto first = paths.x.begin() + static_cast<std::ptrdiff_t>(d * paths.steps);
    if (std::none_of(first, first + static_cast<std::ptrdiff_t>(paths.steps),
                     [](double x) { return std::isfinite(x); }))
      continue;
    deviations.push_back(select(d, fmt::format(" && int($3) % {} == 0", every)) +
                         fmt::format(":(2 * $7):(2 * $8) with ellipses fillcolor rgb '#e8{}' fillstyle solid noborder",
                                     std::string(light).substr(1)));
    lines.push_back(select(d, "") +
                    fmt::format(":(shade($4, 0x{}, 0x{})) with lines linewidth 2 linecolor rgb variable",
                                std::string(light).substr(1), std::string(dark).substr(1)));
    ends.push_back(select(d, " && $3 == 0") +
                   fmt::format(" with points pointtype 7 pointsize 0.55 linecolor rgb '{}'", light));
    ends.push_back(select(d, fmt::format(" && $3 == {}", paths.steps - 1)) +
                   fmt::format(" with points pointtype 9 pointsize 0.8 linecolor rgb '{}'", dark));
  }
  for (std::size_t d = 0; d < ideal_directions; ++d)
    deviations.push_back(
        fmt::format("'figure.csv' skip 1 using ($1 == 0 && $2 == {} && strcol(9) eq 'ideal' ? $5 : NaN):6 with "
                    "lines linecolor rgb '#777777' dashtype 2 linewidth 0.8",
                    d));
  deviations.insert(deviations.end(), lines.begin(), lines.end());
  deviations.insert(deviations.end(), ends.begin(), ends.end());
  return fmt::format("plot {}\n", fmt::join(deviations, ", \\\n  "));
}

std::string describe(const Paths& paths) {
  std::string words;
  for (std::size_t d = 0; d < paths.directions; ++d) {
    const std::size_t from = d * paths.steps, to = from + paths.steps - 1;
    if (!std::isfinite(paths.x[from])) continue;
    words += fmt::format("{}direction {} from ({:.2f}, {:.2f}) to ({:.2f}, {:.2f})", words.empty() ? "" : ", ", d,
                         paths.x[from], paths.y[from], paths.x[to], paths.y[to]);
  }
  return fmt::format("{}: {}", paths.label, words);
}

}  // namespace

plugin::ParameterSchema mean_paths_options() {
  return {choice_option("phases", {"both", "awake", "replay"}, "which paths get panels; equal awake paths get one"),
          limits_parameter("extent of the axes, [x_min, x_max, y_min, y_max]; empty: a square around all paths")};
}

Problems check_mean_paths(const plugin::json& options, const std::vector<FigureSource>& sources) {
  Problems problems = check_plane(options, sources);
  if (running(sources, "measure").empty())
    problems.push_back({"of", "mean paths need a measurement by mean_paths; a recording adds the ideal ones"});
  return problems;
}

Needs mean_paths_needs(const plugin::json&, bool) { return {{"measure", {"awake_mean"}}, {"simulate", {"mean_path"}}}; }

/// Columns: 1 panel, 2 direction, 3 step, 4 share of the time, 5 x, 6 y, 7 sd of x, 8 sd of y, 9 "mean" or "ideal",
/// 10 source.
Drawing draw_mean_paths(const plugin::json& options, const std::vector<FigureSource>& sources) {
  const auto measures = running(sources, "measure");
  const auto panels = read_panels(options, grouped(measures, options));
  const Paths ideal = read_ideal(sources);
  auto limits = limits_option(options);
  if (limits.empty()) {
    std::vector<PlaneLimits> extents;
    const auto add = [&](const Paths& paths) {
      for (std::size_t i = 0; i < paths.x.size(); ++i) {
        if (!std::isfinite(paths.x[i]) || !std::isfinite(paths.y[i])) continue;
        const double sd_x = std::isfinite(paths.sd_x[i]) ? paths.sd_x[i] : 0;
        const double sd_y = std::isfinite(paths.sd_y[i]) ? paths.sd_y[i] : 0;
        extents.push_back({paths.x[i] - sd_x, paths.x[i] + sd_x, paths.y[i] - sd_y, paths.y[i] + sd_y});
      }
    };
    for (const Paths& paths : panels) add(paths);
    add(ideal);
    if (extents.empty()) throw store::DataError("no direction has a path", "record more trials");
    limits = {enclosing_square(extents)};
  }
  PanelLayout layout;
  take_options(layout, options);
  for (const Paths& paths : panels) layout.titles.push_back(paths.label);
  layout = arrange(layout);

  const std::string unit = panels[0].unit;
  Drawing drawing;
  drawing.csv = fmt::format("panel,direction,step,share,{},{},{},{},what,source\n", csv_field(with_unit("x", unit)),
                            csv_field(with_unit("y", unit)), csv_field(with_unit("sd_x", unit)),
                            csv_field(with_unit("sd_y", unit)));
  add_rows(drawing.csv, 0, ideal, "ideal");
  drawing.script =
      "channel(colour, k) = int(colour / 256**k) % 256\n"
      "between(share, a, b, k) = int(channel(a, k) + (channel(b, k) - channel(a, k)) * share) * 256**k\n"
      "shade(share, a, b) = between(share, a, b, 0) + between(share, a, b, 1) + between(share, a, b, 2)\n" +
      begin_figure(layout);
  std::string words;
  for (std::size_t panel = 0; panel < panels.size(); ++panel) {
    const int number = static_cast<int>(panel);
    add_rows(drawing.csv, panel, panels[panel], "mean");
    drawing.script += begin_panel(layout, number) + "unset key\n";
    drawing.script += plane_axes(limits[0], {}, with_unit("x", printed_unit(unit)),
                                 first_of_row(layout, number) ? with_unit("y", printed_unit(unit)) : "", layout.side);
    drawing.script += panel_plot(panel, panels[panel], ideal.directions);
    words += (panel == 0 ? "" : "; ") + describe(panels[panel]);
  }
  drawing.script += end_figure();
  drawing.caption =
      plain_text(fmt::format("Mean paths of each direction, darkening over time, in {}. Faint: ± 1 standard deviation. "
                             "Circle: start; triangle: end.{}",
                             counted(count_of(layout), "panel"), ideal.directions > 0 ? " Dashed: ideal paths." : ""));
  drawing.alternative_text =
      plain_text(fmt::format("Mean paths in {}. {}.", counted(count_of(layout), "square panel"), words));
  return drawing;
}

}  // namespace reverie::analysis
