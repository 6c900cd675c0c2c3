// SPDX-License-Identifier: BSD-3-Clause
/// Kind "states": samples in a plane, coloured by what was decoded (P1, Figures 1f, g and 3c, d). The plane is that of
/// two principal axes (a measurement by explained_variance, with the recordings it read for the colours) or of two
/// coordinates of a recording.
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
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <numbers>
#include <numeric>

namespace reverie::analysis {
namespace {

/// Of a panel: each takes a hundred bytes of SVG.
constexpr std::size_t most_states = 1000;

struct Scatter {
  std::string label, phase, unit, colour_unit;
  std::size_t trials = 0, steps = 0;
  std::vector<double> x, y, colour;  ///< [trials * steps]; colour empty without one
  /// Has no divisor in common with the number of steps, so that all steps have their share of the points.
  std::size_t stride() const {
    std::size_t stride = (x.size() + most_states - 1) / most_states;
    while (stride > 1 && std::gcd(stride, steps) > 1) ++stride;
    return stride;
  }
};

struct Choices {
  std::size_t first = 0, second = 1;  ///< of the components or coordinates
  std::string colour, by, variable;
  std::vector<double> centre;
};

/// One number per sample from the variable that gives the colours.
void add_colours(Scatter& scatter, const FigureSource& source, const Choices& choices) {
  if (choices.colour == "none") return;
  if (choices.colour == "step") {
    for (std::size_t i = 0; i < scatter.x.size(); ++i) scatter.colour.push_back(static_cast<double>(i % scatter.steps));
    return;
  }
  const store::RecordingReader reader(source.folder / "recording.nc");
  if (!reader.has(choices.by))
    throw store::DataError(fmt::format("the recording of '{}' ({}) has no variable '{}' to colour by", source.label,
                                       reader.file().string(), choices.by),
                           fmt::format("it has {}", fmt::join(reader.names(), ", ")));
  const auto shape = reader.shape(choices.by);
  if (shape.size() != 3 || shape[0] < static_cast<std::int64_t>(scatter.trials) ||
      shape[1] != static_cast<std::int64_t>(scatter.steps))
    throw store::DataError(
        fmt::format("'{}' in the recording of '{}' is ({}) long, the states are {} trials of {} steps", choices.by,
                    source.label, fmt::join(shape, ", "), scatter.trials, scatter.steps),
        "name the recordings in the order in which the measurement reads them: of = [\"pca\", \"awake\", \"replay\"]");
  const auto values = reader.read(choices.by, 0, static_cast<std::int64_t>(scatter.trials));
  const auto space = static_cast<std::size_t>(shape[2]);
  scatter.colour_unit = reader.unit(choices.by);
  if (choices.colour == "angle") scatter.colour_unit = "rad";
  for (std::size_t i = 0; i + space <= values.size(); i += space) {
    const auto at = [&](std::size_t k) {
      return static_cast<double>(values[i + k]) - (k < choices.centre.size() ? choices.centre[k] : 0.0);
    };
    if (choices.colour == "angle") {
      scatter.colour.push_back(space == 1 ? std::remainder(at(0), 2 * std::numbers::pi) : std::atan2(at(1), at(0)));
      continue;
    }
    double squares = 0;
    for (std::size_t k = 0; k < space; ++k) squares += at(k) * at(k);
    scatter.colour.push_back(std::sqrt(squares));
  }
}

/// Two columns of [trial, time, entries].
Scatter scatter_of(const std::string& owner, const std::string& name, const std::vector<std::int64_t>& shape,
                   const std::function<double(std::size_t)>& value, const Choices& choices) {
  const auto entries = shape.size() == 3 ? static_cast<std::size_t>(shape[2]) : 0;
  if (std::max(choices.first, choices.second) >= entries || shape[0] < 1)
    throw store::DataError(fmt::format("'{}' of '{}' is ({}) long and has no components {} and {}", name, owner,
                                       fmt::join(shape, ", "), choices.first + 1, choices.second + 1),
                           "components are counted from 1; measure with trials > 0 and more components");
  Scatter scatter;
  scatter.trials = static_cast<std::size_t>(shape[0]);
  scatter.steps = static_cast<std::size_t>(shape[1]);
  for (std::size_t i = 0; i < scatter.trials * scatter.steps; ++i) {
    scatter.x.push_back(value(i * entries + choices.first));
    scatter.y.push_back(value(i * entries + choices.second));
  }
  return scatter;
}

std::string phase_of(const FigureSource& source) {
  const auto attributes = store::RecordingReader(source.folder / "recording.nc").attributes();
  const auto phase = attributes.find("phase");
  return phase == attributes.end() ? "" : phase->second;
}

/// Whether two sources stand at the same point of the axes they share.
bool together(const FigureSource& one, const FigureSource& other) {
  return std::all_of(one.coordinates.begin(), one.coordinates.end(), [&](const auto& place) {
    const auto label = place_on(other, place.first);
    return label.is_null() || label == place.second;
  });
}

std::vector<Scatter> scatters_of_projections(const std::vector<FigureSource>& sources, const std::vector<Group>& groups,
                                             const Choices& choices) {
  std::vector<Scatter> scatters;
  for (const Group& group : groups) {
    const FigureSource& measure = *group.members[0];
    for (std::size_t k = 0; k < std::min<std::size_t>(measure.reads.size(), 2); ++k) {
      const std::string name = k == 0 ? "fitted" : "projected";
      const store::Variable variable = read_variable(measure, name);
      Scatter scatter = scatter_of(
          measure.label, name, variable.shape, [&](std::size_t i) { return variable.values[i]; }, choices);
      scatter.unit = variable.unit;
      scatter.phase = name == "fitted" ? "awake" : "quiescent";
      scatter.label = name;
      const auto recording = std::find_if(sources.begin(), sources.end(), [&](const FigureSource& source) {
        return source.stage == measure.reads[k] && together(measure, source);
      });
      if (recording != sources.end()) {
        scatter.phase = phase_of(*recording);
        scatter.label = recording->label;
      }
      add_colours(scatter, recording == sources.end() ? measure : *recording, choices);
      if (groups.size() > 1) scatter.label += ", " + group.label;
      scatters.push_back(std::move(scatter));
    }
  }
  return scatters;
}

std::vector<Scatter> scatters_of_recordings(const std::vector<Group>& groups, const Choices& choices) {
  std::vector<Scatter> scatters;
  for (const Group& group : groups) {
    const FigureSource& source = *group.members[0];
    const store::RecordingReader reader(source.folder / "recording.nc");
    if (!reader.has(choices.variable))
      throw store::DataError(fmt::format("the recording of '{}' ({}) has no variable '{}'", source.label,
                                         reader.file().string(), choices.variable),
                             fmt::format("it has {}", fmt::join(reader.names(), ", ")));
    auto shape = reader.shape(choices.variable);
    if (!shape.empty()) shape[0] = std::min<std::int64_t>(shape[0], 200);
    const auto values = reader.read(choices.variable, 0, shape.empty() ? -1 : shape[0]);
    Scatter scatter = scatter_of(
        source.label, choices.variable, shape, [&](std::size_t i) { return values[i]; }, choices);
    scatter.unit = reader.unit(choices.variable);
    scatter.phase = phase_of(source);
    scatter.label = group.label;
    add_colours(scatter, source, choices);
    scatters.push_back(std::move(scatter));
  }
  return scatters;
}

std::string palette_of(const std::string& colour, const std::string& phase) {
  if (colour == "angle")
    return "set palette defined (0 '#d1495b', 0.25 '#e6b23c', 0.5 '#3c9d6f', 0.75 '#4074c4', 1 '#d1495b')\n";
  const std::string hue = phase_colour(phase);
  return fmt::format("set palette defined (0 '{}', 0.5 '{}', 1 '{}')\n", mixed(hue, "#ffffff", 0.75), hue,
                     mixed(hue, "#000000", 0.65));
}

}  // namespace

plugin::ParameterSchema states_options() {
  auto components = numbers_option("components", "which two components or coordinates, counted from 1");
  components.default_value = plugin::json::array({1, 2});
  components.minimum = 1;
  components.maximum = 1e6;
  return {components,
          choice_option("colour", {"distance", "angle", "step", "none"},
                        "by the distance of `by` from `centre`, its angle (cyclic colours), the step, or none"),
          text_option("by", "position", "variable of the recordings that gives the colours"),
          numbers_option("centre", "where distances and angles are taken from; empty: the origin"),
          text_option("variable", "position", "of recordings without a measurement: the coordinates")};
}

Problems check_states(const plugin::json& options, const std::vector<FigureSource>& sources) {
  Problems problems;
  if (numbers_in(options, "components").size() != 2)
    problems.push_back({"components", "'components' must be two numbers, as in [1, 2]"});
  const auto measures = running(sources, "measure");
  if (measures.empty()) return problems;
  const auto among = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<std::string> drawn, read;
  for (const auto& recording : running(sources, "simulate")) drawn.push_back(recording.stage);
  const std::string colour = options.at("colour").get<std::string>();
  for (const auto& measure : measures)
    for (const auto& name : measure.reads) {
      read.push_back(name);
      if ((colour == "distance" || colour == "angle") && !among(drawn, name))
        problems.push_back({"of", fmt::format("the colours of '{}' come from '{}', which it reads: name it, too, or "
                                              "write colour = \"none\"",
                                              measure.label, name)});
    }
  for (const auto& name : drawn)
    if (!among(read, name))
      problems.push_back(
          {"of", fmt::format("'{}' is not among what '{}' reads: {}", name, measures[0].label, fmt::join(read, ", "))});
  return problems;
}

Needs states_needs(const plugin::json& options, bool measured) {
  Needs needs;
  const auto components = numbers_in(options, "components");
  if (measured)
    needs.push_back({"measure", {"fitted"}});
  else if (components.size() == 2)
    needs.push_back({"simulate",
                     {options.at("variable").get<std::string>()},
                     static_cast<std::int64_t>(std::max(components[0], components[1]))});
  const std::string colour = options.at("colour").get<std::string>();
  if (colour == "distance" || colour == "angle")
    needs.push_back({"simulate", {options.at("by").get<std::string>()}, 1});
  return needs;
}

Drawing draw_states(const plugin::json& options, const std::vector<FigureSource>& sources) {
  Choices choices;
  const auto components = numbers_in(options, "components");
  choices.first = static_cast<std::size_t>(components[0]) - 1;
  choices.second = static_cast<std::size_t>(components[1]) - 1;
  choices.colour = options.at("colour").get<std::string>();
  choices.by = options.at("by").get<std::string>();
  choices.variable = options.at("variable").get<std::string>();
  choices.centre = numbers_in(options, "centre");
  const auto measures = running(sources, "measure");
  const bool projected = !measures.empty();
  const auto groups = grouped(projected ? measures : sources, options);
  const auto scatters =
      projected ? scatters_of_projections(sources, groups, choices) : scatters_of_recordings(groups, choices);

  constexpr double infinity = std::numeric_limits<double>::infinity();
  PlaneLimits range{infinity, -infinity, infinity, -infinity};
  double low = infinity, high = -infinity;
  PanelLayout layout;
  take_options(layout, options, 3);
  if (choices.colour != "none") layout.right = 62;
  for (const Scatter& scatter : scatters) {
    layout.titles.push_back(scatter.label);
    for (std::size_t i = 0; i < scatter.x.size(); ++i) {
      if (!std::isfinite(scatter.x[i]) || !std::isfinite(scatter.y[i])) continue;
      range = {std::min(range.x_min, scatter.x[i]), std::max(range.x_max, scatter.x[i]),
               std::min(range.y_min, scatter.y[i]), std::max(range.y_max, scatter.y[i])};
    }
    for (const double value : scatter.colour)
      if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  if (range.x_min > range.x_max)
    throw store::DataError("no state is finite",
                           "the simulation diverged: lower its noise or the strength of its dynamics");
  range = enclosing_square({range});
  if (choices.colour == "angle") low = -std::numbers::pi, high = std::numbers::pi;
  if (choices.colour == "distance") low = 0;
  if (low >= high) high = low + 1;
  layout = arrange(layout);

  const auto axis_name = [&](std::size_t k) {
    return projected ? fmt::format("PC {}", k + 1)
           : k < 3   ? std::string(1, "xyz"[k])
                     : fmt::format("{} {}", choices.variable, k + 1);
  };
  const std::string colour_name =
      choices.colour == "step" ? "step" : fmt::format("{} of {}", choices.colour, choices.by);
  Drawing drawing;
  drawing.csv = fmt::format("panel,trial,step,{},{},colour,source\n", csv_field(axis_name(choices.first)),
                            csv_field(axis_name(choices.second)));
  drawing.script = begin_figure(layout);
  std::string words;
  std::size_t row = 0, coarsest = 1;
  for (std::size_t panel = 0; panel < scatters.size(); ++panel) {
    const Scatter& scatter = scatters[panel];
    const int number = static_cast<int>(panel);
    const std::size_t first = row, stride = scatter.stride();
    for (std::size_t i = 0; i < scatter.x.size(); i += stride, ++row)
      fmt::format_to(std::back_inserter(drawing.csv), "{},{},{},{:.6g},{:.6g},{},{}\n", panel, i / scatter.steps,
                     i % scatter.steps, scatter.x[i], scatter.y[i],
                     scatter.colour.empty() ? "" : fmt::format("{:.6g}", scatter.colour[i]),
                     csv_field(plain_text(scatter.label)));
    coarsest = std::max(coarsest, stride);
    drawing.script += begin_panel(layout, number) + "unset key\n";
    drawing.script +=
        plane_axes(range, {}, with_unit(axis_name(choices.first), printed_unit(scatter.unit)),
                   first_of_row(layout, number) ? with_unit(axis_name(choices.second), printed_unit(scatter.unit)) : "",
                   layout.side);
    if (!scatter.colour.empty()) {
      drawing.script += fmt::format("set palette maxcolors 64\n{}set cbrange [{:.6g}:{:.6g}]\n",
                                    palette_of(choices.colour, scatter.phase), low, high);
      drawing.script += choices.colour == "angle"
                            ? "set cbtics ('−π' -pi, '0' 0, 'π' pi) scale 0.3 offset -0.8,0\n"
                            : fmt::format("set cbtics {:.6g} scale 0.3 offset -0.8,0\n", tic_step(high - low));
      drawing.script += colour_scale(layout, number, with_unit(spaced(colour_name), printed_unit(scatter.colour_unit)));
    }
    drawing.script += fmt::format(
        "plot 'figure.csv' skip 1 every ::{}::{} using 4:5{} with points pointtype 7 pointsize 0.22 linecolor {}\n",
        first, row - 1, scatter.colour.empty() ? "" : ":6",
        scatter.colour.empty() ? "rgb '" + phase_colour(scatter.phase) + "'" : "palette");
    words += fmt::format("{}{}: {} of {}", panel == 0 ? "" : "; ", scatter.label,
                         counted(static_cast<std::int64_t>(scatter.trials), "trial"),
                         counted(static_cast<std::int64_t>(scatter.steps), "step"));
  }
  drawing.script += end_figure();
  drawing.caption = fmt::format("{} on {} and {}. {}.", projected ? "States" : "Samples", axis_name(choices.first),
                                axis_name(choices.second), words);
  if (choices.colour != "none") drawing.caption += fmt::format(" Colour: {}.", spaced(colour_name));
  if (coarsest > 1) drawing.caption += fmt::format(" One sample in {} is drawn.", coarsest);
  drawing.caption = plain_text(drawing.caption);
  drawing.alternative_text = plain_text(
      fmt::format("Scattered points in {}, from {:.3g} to {:.3g} on {} and {:.3g} to {:.3g} on {}. {}.",
                  counted(static_cast<std::int64_t>(scatters.size()), "square panel"), range.x_min, range.x_max,
                  axis_name(choices.first), range.y_min, range.y_max, axis_name(choices.second), words));
  return drawing;
}

}  // namespace reverie::analysis
