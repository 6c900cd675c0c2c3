// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/front.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/tradeoff_data.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace reverie::analysis {
namespace {

/// "LABEL.VARIABLE", split at the last period (labels may have some), or "1.5".
std::optional<Number> parse_number(const std::string& text) {
  double fixed = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), fixed);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && std::isfinite(fixed))
    return Number{"", "", fixed};
  const auto period = text.rfind('.');
  if (period == std::string::npos || period == 0 || period + 1 == text.size()) return std::nullopt;
  return Number{text.substr(0, period), text.substr(period + 1), std::nullopt};
}

Coordinate read_coordinate(const plugin::json& options, const std::string& axis) {
  const auto text = [&](const std::string& option) { return options.at(option).get<std::string>(); };
  Coordinate coordinate;
  coordinate.number = parse_number(text(axis)).value();
  coordinate.reference = parse_number(text("reference_" + axis)).value_or(Number{});
  const std::string label = text(axis + "_label");
  coordinate.name = label.empty() ? spaced(coordinate.number.variable) : label;
  coordinate.higher = text("better_" + axis) == "higher";
  return coordinate;
}

/// The values of an axis, numbers in ascending order.
std::vector<plugin::json> values_on(const std::vector<FigureSource>& sources, const std::string& axis) {
  if (axis.empty()) return {nullptr};
  auto values = labels_on(sources, axis);
  if (std::all_of(values.begin(), values.end(), [](const auto& value) { return value.is_number(); }))
    std::sort(values.begin(), values.end());
  return values;
}

std::vector<FigureSource> labelled(const std::vector<FigureSource>& sources, const std::string& label) {
  std::vector<FigureSource> chosen;
  for (const FigureSource& source : sources)
    if (source.label == label) chosen.push_back(source);
  return chosen;
}

/// Reads `number` of a source whose unit must be that of the coordinate.
double value_of(const FigureSource& source, const Number& number, Coordinate& coordinate) {
  const store::Variable variable = read_variable(source, number.variable);
  if (coordinate.unit.empty()) coordinate.unit = variable.unit;
  if (variable.unit != coordinate.unit)
    throw Error(ExitCode::pipeline_invalid,
                fmt::format("'{}' of '{}' is in \"{}\", and others on its axis in \"{}\"", number.variable,
                            source.label, variable.unit, coordinate.unit),
                "one axis shows numbers of one unit");
  return single_number(source, variable);
}

/// Why numbers of two sources do not belong to each other, or "".
std::string differing_axis(const FigureSource& one, const FigureSource& other) {
  for (const auto& [from, in] : {std::pair{&one, &other}, std::pair{&other, &one}})
    for (const auto& [axis, label] : from->coordinates)
      if (place_on(*in, axis).is_null())
        return fmt::format(
            "axis '{}' reaches '{}' and not '{}', and x and y are numbers at the same points of a sweep: bind the axis "
            "with at = {{ {} = value }}",
            axis, from->label, in->label, axis);
  return "";
}

/// The number of the labelled source at the place of `source`; NaN where there is none.
double value_beside(const FigureSource& source, const std::vector<FigureSource>& sources, const Number& number,
                    Coordinate& coordinate) {
  for (const FigureSource& other : sources)
    if (other.label == number.label && other.coordinates == source.coordinates)
      return value_of(other, number, coordinate);
  return std::numeric_limits<double>::quiet_NaN();
}

/// The mean over the members at one value of both axes that have both numbers; n is 0 without any.
Point read_point(const Group& group, const std::vector<FigureSource>& sources, std::size_t colour, std::size_t shape,
                 Tradeoff& tradeoff) {
  std::vector<double> x, y, marks;
  for (const FigureSource* source : group.members) {
    if (place_on(*source, tradeoff.colour_axis) != tradeoff.colours[colour]) continue;
    if (place_on(*source, tradeoff.shape_axis) != tradeoff.shapes[shape]) continue;
    ++tradeoff.results;
    const double right = value_of(*source, tradeoff.x.number, tradeoff.x);
    const double upwards = value_beside(*source, sources, tradeoff.y.number, tradeoff.y);
    if (!std::isfinite(right) || !std::isfinite(upwards)) {
      ++tradeoff.left_out;
      continue;
    }
    x.push_back(right);
    y.push_back(upwards);
    Coordinate none;
    if (tradeoff.mark) marks.push_back(value_beside(*source, sources, *tradeoff.mark, none));
  }
  return {colour, shape, moments_of(x), moments_of(y), moments_of(marks).mean >= 0.5};
}

/// The mean of the reference over its results at the place of a panel.
double read_reference(const std::vector<FigureSource>& sources, Coordinate& coordinate, const Coordinates& at) {
  if (coordinate.reference.fixed) return *coordinate.reference.fixed;
  std::vector<double> values;
  for (const FigureSource& source : labelled(sources, coordinate.reference.label)) {
    const bool elsewhere = std::any_of(at.begin(), at.end(), [&](const auto& place) {
      const auto label = place_on(source, place.first);
      return !label.is_null() && label != place.second;
    });
    if (!elsewhere) values.push_back(value_of(source, coordinate.reference, coordinate));
  }
  return moments_of(values).mean;
}

void mark_front(Panel& panel, const Tradeoff& tradeoff) {
  std::vector<FrontPoint> points;
  for (const Point& point : panel.points)
    points.push_back(
        {tradeoff.x.higher ? point.x.mean : -point.x.mean, tradeoff.y.higher ? point.y.mean : -point.y.mean});
  const auto front = pareto_front(points);
  for (std::size_t k = 0; k < front.size(); ++k) panel.points[k].front = front[k];
}

}  // namespace

Tradeoff read_tradeoff(const plugin::json& options, const std::vector<FigureSource>& sources) {
  Tradeoff tradeoff;
  tradeoff.x = read_coordinate(options, "x");
  tradeoff.y = read_coordinate(options, "y");
  tradeoff.mark = parse_number(options.at("mark").get<std::string>());
  tradeoff.has_reference = !options.at("reference_x").get<std::string>().empty();
  tradeoff.colour_axis = options.at("colour").get<std::string>();
  tradeoff.shape_axis = options.at("shape").get<std::string>();
  tradeoff.bars = options.at("bars").get<std::string>();
  const auto x_sources = labelled(sources, tradeoff.x.number.label);
  tradeoff.colours = values_on(x_sources, tradeoff.colour_axis);
  tradeoff.shapes = values_on(x_sources, tradeoff.shape_axis);
  const auto groups = grouped(x_sources, options, {tradeoff.colour_axis, tradeoff.shape_axis});
  for (const Group& group : groups) {
    Panel panel;
    if (groups.size() > 1) panel.title = group.label;
    for (std::size_t colour = 0; colour < tradeoff.colours.size(); ++colour)
      for (std::size_t shape = 0; shape < tradeoff.shapes.size(); ++shape) {
        const Point point = read_point(group, sources, colour, shape, tradeoff);
        if (point.x.n > 0) panel.points.push_back(point);
      }
    if (panel.points.empty()) continue;
    if (tradeoff.has_reference) {
      panel.reference_x = read_reference(sources, tradeoff.x, group.at);
      panel.reference_y = read_reference(sources, tradeoff.y, group.at);
    }
    mark_front(panel, tradeoff);
    tradeoff.panels.push_back(std::move(panel));
  }
  if (tradeoff.panels.empty())
    throw store::DataError(fmt::format("no result has both '{}' and '{}' as finite numbers",
                                       options.at("x").get<std::string>(), options.at("y").get<std::string>()),
                           "choose other numbers, or a part of the sweep with at = { AXIS = [...] }");
  return tradeoff;
}

std::vector<FigureNumber> tradeoff_numbers(const plugin::json& options) {
  std::vector<FigureNumber> numbers;
  for (const std::string option : {"x", "y", "mark", "reference_x", "reference_y"})
    if (const auto number = parse_number(options.at(option).get<std::string>()); number && !number->fixed)
      numbers.push_back({option, number->label, number->variable});
  return numbers;
}

Problems check_tradeoff(const plugin::json& options, const std::vector<FigureSource>& sources) {
  Problems problems;
  std::vector<std::string> labels;
  for (const auto& source : sources)
    if (std::find(labels.begin(), labels.end(), source.label) == labels.end()) labels.push_back(source.label);
  for (const std::string option : {"x", "y", "mark", "reference_x", "reference_y"}) {
    const bool reference = option.starts_with("reference");
    const std::string text = options.at(option).get<std::string>();
    if ((reference || option == "mark") && text.empty()) continue;
    const auto number = parse_number(text);
    if (!number || (number->fixed && !reference)) {
      problems.push_back(
          {option, fmt::format("'{}' must be \"STAGE.VARIABLE\"{}, a number of one of the stages {}", option,
                               reference ? " or a number in quotes" : "", fmt::join(labels, ", "))});
    } else if (!number->fixed && std::find(labels.begin(), labels.end(), number->label) == labels.end()) {
      problems.push_back({option, fmt::format("'{}' names a number of '{}', which the figure does not draw.{}", option,
                                              number->label, did_you_mean(number->label, labels))});
    }
  }
  if (problems.empty()) {
    const auto at_x = labelled(sources, parse_number(options.at("x").get<std::string>())->label),
               at_y = labelled(sources, parse_number(options.at("y").get<std::string>())->label);
    auto differs = differing_axis(at_x.front(), at_y.front());
    const auto mark = parse_number(options.at("mark").get<std::string>());
    if (mark && differs.empty()) differs = differing_axis(at_x.front(), labelled(sources, mark->label).front());
    if (!differs.empty()) problems.push_back({"of", differs});
    const auto shape = options.at("shape").get<std::string>();
    const auto shapes = values_on(at_x, shape).size();
    if (shapes > most_shapes)
      problems.push_back({"shape", fmt::format("'{}' has {} values, and there are {} shapes of points: give the longer "
                                               "axis to colour, or choose values with at = {{ {} = [...] }}",
                                               shape, shapes, most_shapes, shape)});
  }
  const bool has_x = options.at("reference_x") != "", has_y = options.at("reference_y") != "";
  if (has_x != has_y)
    problems.push_back(
        {has_x ? "reference_x" : "reference_y",
         fmt::format("a reference needs both coordinates; '{}' is missing", has_x ? "reference_y" : "reference_x")});
  return problems;
}

}  // namespace reverie::analysis
