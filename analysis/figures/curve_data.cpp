// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/curve_data.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace reverie::analysis {
namespace {

/// One value of one source.
struct Sampled {
  std::string unit, x_name, x_unit;
  std::vector<double> x, y, spread;
};

Sampled read_training(const FigureSource& source, const std::string& name) {
  const auto file = source.folder / "history.csv";
  const auto columns = read_numbers(file);
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  if (found == columns.end() || found == columns.begin()) {
    std::vector<std::string> known;
    for (const Column& column : columns)
      if (&column != &columns.front()) known.push_back(column.name);
    throw store::DataError(fmt::format("the history of '{}' ({}) has no column '{}'.{}", source.label, file.string(),
                                       name, did_you_mean(name, known)),
                           fmt::format("it has {}", fmt::join(known, ", ")));
  }
  return {found->unit, columns.front().name, columns.front().unit, columns.front().values, found->values, {}};
}

/// Entry `component` of the dimensions after the first.
std::vector<double> along_first(const FigureSource& source, const store::Variable& variable, std::size_t component) {
  if (variable.dims.empty())
    throw store::DataError(fmt::format("'{}' of '{}' is a single number", variable.name, source.label),
                           "a curve needs numbers along a dimension; a heatmap draws single numbers over a sweep");
  const auto length = static_cast<std::size_t>(variable.shape[0]);
  const std::size_t inner = length == 0 ? 0 : variable.values.size() / length;
  if (component >= inner)
    throw store::DataError(fmt::format("'{}' of '{}' has {} entries along ({}), and number {} is asked for",
                                       variable.name, source.label, inner, fmt::join(variable.dims, ", "), component),
                           "entries of the dimensions after the first are counted from 0: component = 0");
  std::vector<double> values;
  for (std::size_t i = 0; i < length; ++i) values.push_back(variable.values[i * inner + component]);
  return values;
}

Sampled read_result(const FigureSource& source, const std::string& name, const std::string& spread,
                    std::size_t component) {
  const store::Variable variable = read_variable(source, name);
  Sampled sampled;
  sampled.y = along_first(source, variable, component);
  sampled.unit = variable.unit;
  sampled.x_name = variable.dims[0];
  const auto coordinate = find_variable(source, sampled.x_name);
  if (coordinate && coordinate->values.size() == sampled.y.size()) {
    sampled.x = coordinate->values;
    sampled.x_unit = coordinate->unit;
  } else {
    sampled.x.resize(sampled.y.size());
    // Components are counted from 1, as everywhere in print.
    std::iota(sampled.x.begin(), sampled.x.end(), sampled.x_name == "component" ? 1.0 : 0.0);
  }
  if (spread.empty()) return sampled;
  const store::Variable wide = read_variable(source, spread);
  require_same_shape(source, variable, source, wide);
  sampled.spread = along_first(source, wide, component);
  return sampled;
}

std::vector<double> column(const std::vector<Sampled>& all, std::size_t i) {
  std::vector<double> values;
  for (const Sampled& one : all) values.push_back(one.y[i]);
  return values;
}

/// The mean of the members of a group, and its band.
Line line_of(const Group& group, const std::vector<Sampled>& all, const std::string& band) {
  Line line;
  line.members = all.size();
  line.x = all[0].x;
  for (std::size_t k = 1; k < all.size(); ++k)
    if (all[k].x != line.x)
      throw store::DataError(
          fmt::format("the {} of '{}' differ over the axes that are averaged ({} and {} values)", all[0].x_name,
                      group.members[k]->label, line.x.size(), all[k].x.size()),
          "only curves over the same values can be averaged; choose a part of the sweep with at = { AXIS = [...] }");
  const bool own_spread = !all[0].spread.empty();
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    const Moments moments = moments_of(column(all, i));
    line.y.push_back(moments.mean);
    double half = band == "interval" ? half_interval(moments) : moments.sd;
    if (own_spread) {
      half = 0;
      for (const Sampled& one : all) half += one.spread[i] / static_cast<double>(all.size());
    }
    if (own_spread || (all.size() > 1 && band != "none")) {
      line.low.push_back(moments.mean - half);
      line.high.push_back(moments.mean + half);
    }
  }
  return line;
}

/// Drops values that are missing (not evaluated at that batch) or cannot stand on the axis.
void keep_drawable(Line& line, const CurveOptions& curve) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < line.y.size(); ++i) {
    if (!std::isfinite(line.x[i]) || !std::isfinite(line.y[i])) continue;
    if ((curve.log && line.y[i] <= 0) || (curve.log_x && line.x[i] <= 0)) continue;
    for (auto* values : {&line.x, &line.y, &line.low, &line.high})
      if (!values->empty()) (*values)[kept] = (*values)[i];
    ++kept;
  }
  for (auto* values : {&line.x, &line.y, &line.low, &line.high})
    if (!values->empty()) values->resize(kept);
}

Line read_line(const Group& group, const std::string& name, const std::string& spread, const CurveOptions& curve,
               CurvePanel& panel) {
  std::vector<Sampled> all;
  for (const FigureSource* source : group.members)
    all.push_back(source->run == "train" ? read_training(*source, name)
                                         : read_result(*source, name, spread, curve.component));
  for (const Sampled& sampled : all)
    if (sampled.unit != all[0].unit)
      throw Error(ExitCode::pipeline_invalid,
                  fmt::format("'{}' of '{}' is in \"{}\" and in \"{}\"", name, group.label, all[0].unit, sampled.unit),
                  "a curve has one unit; choose a part of the sweep with at = { AXIS = [...] }");
  if (panel.lines.empty()) {
    panel.unit = all[0].unit;
    panel.x_name = all[0].x_name;
    panel.x_unit = all[0].x_unit;
  } else if (all[0].x_name != panel.x_name || all[0].unit != panel.unit) {
    throw Error(ExitCode::pipeline_invalid,
                fmt::format("'{}' runs over {} in \"{}\", '{}' of '{}' over {} in \"{}\"", panel.name, panel.x_name,
                            panel.unit, name, group.label, all[0].x_name, all[0].unit),
                "draw them in two figures");
  }
  Line line = line_of(group, all, curve.band);
  keep_drawable(line, curve);
  if (line.y.empty())
    throw store::DataError(
        fmt::format("'{}' of '{}' has no {}value to draw", name, group.label, curve.log ? "positive " : ""),
        group.members.front()->run == "train" && name != "loss"
            ? "for values on the evaluation batch, train with evaluate = { every = ... }"
        : curve.log ? "draw it with log = false"
                    : "");
  if (curve.window > 1) line.mean = running_mean(line.y, curve.window);
  return line;
}

/// Whether all groups stand at increasing numbers of one and the same axis.
bool graded(const std::vector<Group>& groups) {
  for (std::size_t k = 0; k < groups.size(); ++k) {
    if (groups[k].at.size() != 1 || !groups[k].at[0].second.is_number()) return false;
    if (groups[k].members.front()->label != groups[0].members.front()->label) return false;
    if (k > 0 && groups[k].at[0].second <= groups[k - 1].at[0].second) return false;
  }
  return true;
}

/// The groups at one value of the axis of panels, that axis taken out of their labels.
struct PanelGroups {
  std::string title;
  std::vector<Group> groups;
};
std::vector<PanelGroups> by_panel(const plugin::json& options, const std::string& axis,
                                  const std::vector<FigureSource>& sources) {
  if (axis.empty()) return {{"", grouped(sources, options)}};
  std::vector<PanelGroups> panels;
  std::vector<plugin::json> labels;
  for (const FigureSource& source : sources) {
    const auto label = place_on(source, axis);
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  }
  for (const auto& label : labels) {
    PanelGroups panel{label.is_null()     ? ""
                      : label.is_string() ? axis_text(label)
                                          : fmt::format("{} = {}", spaced(axis), axis_text(label)),
                      {}};
    for (Group group : grouped(sources, options, {axis})) {
      std::erase_if(group.members, [&](const FigureSource* source) { return place_on(*source, axis) != label; });
      if (!group.members.empty()) panel.groups.push_back(std::move(group));
    }
    panels.push_back(std::move(panel));
  }
  return panels;
}

}  // namespace

std::vector<double> running_mean(const std::vector<double>& values, std::size_t window) {
  std::vector<double> means;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t begin = i - std::min(i, (window - 1) / 2), end = std::min(values.size(), i + window / 2 + 1);
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(begin),
               to = values.begin() + static_cast<std::ptrdiff_t>(end);
    means.push_back(std::accumulate(from, to, 0.0) / static_cast<double>(end - begin));
  }
  return means;
}

std::vector<const Line*> lines_of_legend(const std::vector<CurvePanel>& panels) {
  std::vector<const Line*> lines;
  for (const CurvePanel& panel : panels)
    for (const Line& line : panel.lines)
      if (std::none_of(lines.begin(), lines.end(), [&](const Line* other) { return other->label == line.label; }))
        lines.push_back(&line);
  return lines;
}

std::vector<CurvePanel> read_curves(const plugin::json& options, const CurveOptions& curve,
                                    const std::vector<FigureSource>& sources) {
  std::vector<CurvePanel> panels;
  bool shaded = !curve.together;
  for (const PanelGroups& place : by_panel(options, curve.panels, sources)) {
    shaded = shaded && graded(place.groups);
    for (std::size_t v = 0; v < curve.values.size(); ++v) {
      const std::string& name = curve.values[v];
      if (v == 0 || !curve.together) {
        panels.emplace_back();
        panels.back().name = name;
        panels.back().title = place.title;
      }
      CurvePanel& panel = panels.back();
      for (const Group& group : place.groups) {
        const std::string spread = v < curve.spreads.size() ? curve.spreads[v] : "";
        Line line = read_line(group, name, spread, curve, panel);
        line.label = group.label;
        line.value = name;
        if (curve.together && curve.values.size() > 1)
          line.label = place.groups.size() > 1 ? spaced(name) + ", " + group.label : spaced(name);
        panel.lines.push_back(std::move(line));
      }
    }
  }
  std::vector<std::string> labels;
  for (const Line* line : lines_of_legend(panels)) labels.push_back(line->label);
  const auto colours = line_colours(labels, shaded);
  for (CurvePanel& panel : panels) {
    const std::size_t most = std::max<std::size_t>(1, most_points / (panel.lines.size() * (curve.window > 1 ? 2 : 1)));
    for (Line& line : panel.lines) {
      line.colour =
          colours[static_cast<std::size_t>(std::find(labels.begin(), labels.end(), line.label) - labels.begin())];
      line.stride = std::max<std::size_t>(1, (line.y.size() + most - 1) / most);
    }
  }
  return panels;
}

}  // namespace reverie::analysis
