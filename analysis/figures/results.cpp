// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/results.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>
#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

namespace reverie::analysis {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<std::string> axes_option(const plugin::json& options, const std::string& name) {
  const auto found = options.find(name);
  if (found == options.end()) return {};
  if (found->is_string()) return {found->get<std::string>()};
  return found->get<std::vector<std::string>>();
}

std::vector<Group> grouped(const std::vector<FigureSource>& sources, const plugin::json& options,
                           const std::vector<std::string>& inner) {
  const auto over = axes_option(options, "over");
  std::vector<Group> groups;
  std::set<std::string> labels;
  for (const FigureSource& source : sources) {
    Coordinates at;
    for (const auto& place : source.coordinates)
      if (!contains(over, place.first) && !contains(inner, place.first)) at.push_back(place);
    labels.insert(source.label);
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      const auto same_place = [&](const FigureSource* member) { return member->coordinates == source.coordinates; };
      return group.at == at && group.members.front()->label == source.label &&
             std::none_of(group.members.begin(), group.members.end(), same_place);
    });
    if (found != groups.end())
      found->members.push_back(&source);
    else
      groups.push_back({"", at, {&source}});
  }
  for (Group& group : groups) {
    const std::string& label = group.members.front()->label;
    group.label = group.at.empty() ? label : words_of(group.at);
    if (!group.at.empty() && labels.size() > 1) group.label = label + ", " + group.label;
  }
  return groups;
}

std::vector<FigureSource> running(const std::vector<FigureSource>& sources, const std::string& run) {
  std::vector<FigureSource> chosen;
  for (const FigureSource& source : sources)
    if (source.run == run) chosen.push_back(source);
  return chosen;
}

std::string words_of(const Coordinates& at) {
  std::string text;
  for (const auto& [axis, label] : at)
    text += (text.empty() ? "" : ", ") +
            (label.is_string() ? label.get<std::string>() : fmt::format("{} = {}", spaced(axis), axis_text(label)));
  return text;
}

std::string axis_text(const plugin::json& label) {
  if (label.is_string()) return label.get<std::string>();
  return label.is_number_float() ? fmt::format("{}", label.get<double>()) : label.dump();
}

plugin::json place_on(const FigureSource& source, const std::string& axis) {
  for (const auto& [name, label] : source.coordinates)
    if (name == axis) return label;
  return nullptr;
}

std::vector<plugin::json> labels_on(const std::vector<FigureSource>& sources, const std::string& axis) {
  std::vector<plugin::json> labels;
  for (const FigureSource& source : sources) {
    const auto label = place_on(source, axis);
    if (label.is_null())
      throw Error(
          ExitCode::pipeline_invalid,
          fmt::format("the axis '{}' does not reach the stage '{}', which is drawn over it", axis, source.label),
          "draw it over an axis that the stage depends on");
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  }
  return labels;
}

store::Variable read_variable(const FigureSource& source, const std::string& name) {
  const auto file = source.folder / "result.nc";
  const store::Dataset result = store::read_dataset(file, name);
  const store::Variable* variable = result.find(name);
  if (variable == nullptr) {
    std::vector<std::string> known;
    for (const auto& one : result.variables) known.push_back(one.name);
    throw store::DataError(fmt::format("the result of '{}' ({}) has no variable '{}'.{}", source.label, file.string(),
                                       name, did_you_mean(name, known)),
                           fmt::format("it has {}", fmt::join(known, ", ")));
  }
  if (!variable->labels.empty())
    throw store::DataError(fmt::format("'{}' of '{}' holds texts, not numbers", name, source.label),
                           "name a variable of numbers");
  return *variable;
}

double single_number(const FigureSource& source, const store::Variable& variable) {
  if (variable.values.size() == 1) return variable.values[0];
  throw store::DataError(fmt::format("'{}' of '{}' has {} numbers along ({})", variable.name, source.label,
                                     variable.values.size(), fmt::join(variable.dims, ", ")),
                         "name a variable without dimensions");
}

std::optional<store::Variable> find_variable(const FigureSource& source, const std::string& name) {
  const store::Dataset result = store::read_dataset(source.folder / "result.nc", name);
  const store::Variable* variable = result.find(name);
  if (variable == nullptr || !variable->labels.empty()) return std::nullopt;
  return *variable;
}

void require_unit(std::optional<std::string>& unit, const FigureSource& source, const store::Variable& variable) {
  if (unit && *unit != variable.unit)
    throw Error(ExitCode::pipeline_invalid,
                fmt::format("'{}' of '{}' is in \"{}\", and that of others in \"{}\"", variable.name, source.label,
                            variable.unit, *unit),
                "numbers on one axis or scale have one unit; choose a part of the sweep with at = { AXIS = [...] }");
  unit = variable.unit;
}

void require_same_shape(const FigureSource& first, const store::Variable& one, const FigureSource& second,
                        const store::Variable& other) {
  if (one.dims == other.dims && one.shape == other.shape) return;
  const auto place = [](const FigureSource& source) {
    const std::string at = words_of(source.coordinates);
    return at.empty() ? fmt::format("'{}'", source.label) : fmt::format("'{}' ({})", source.label, at);
  };
  throw store::DataError(
      fmt::format("'{}' of {} is ({}) long, and '{}' of {} is ({})", one.name, place(first), fmt::join(one.shape, ", "),
                  other.name, place(second), fmt::join(other.shape, ", ")),
      "only results of equal dimensions stand in one figure; choose a part of the sweep with at = { AXIS = [...] }");
}

Moments moments_of(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  std::size_t n = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++n;
  }
  const double missing = std::numeric_limits<double>::quiet_NaN();
  const double mean = n > 0 ? sum / static_cast<double>(n) : missing;
  for (const double value : values)
    if (!std::isnan(value)) squares += (value - mean) * (value - mean);
  return {mean, n > 1 ? std::sqrt(squares / static_cast<double>(n - 1)) : missing, n};
}

double half_interval(const Moments& moments) {
  if (moments.n < 2) return std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<double>(moments.n);
  return boost::math::quantile(boost::math::students_t(n - 1), 0.975) * moments.sd / std::sqrt(n);
}

std::string phase_colour_of_words(const std::string& text) {
  std::string words = text;
  std::transform(words.begin(), words.end(), words.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto has = [&](const char* word) { return words.find(word) != std::string::npos; };
  const bool awake = has("awake") || (has("active") && !has("reactiv")) || words.starts_with("fitted");
  const bool replay = has("replay") || has("quiescen") || words.starts_with("projected");
  if (awake == replay) return "";
  return awake ? "#2ca7c5" : "#ee3233";
}

std::vector<std::string> line_colours(const std::vector<std::string>& labels, bool graded) {
  static const std::array<const char*, 8> different = {"#333333", "#2ca7c5", "#ee3233", "#e59a1a",
                                                       "#7a5aa6", "#4c9f50", "#a0522d", "#888888"};
  static const std::array<const char*, 6> of_no_phase = {"#333333", "#e59a1a", "#7a5aa6",
                                                         "#4c9f50", "#a0522d", "#888888"};
  std::vector<std::string> colours;
  if (graded && labels.size() > 2) {
    for (std::size_t i = 0; i < labels.size(); ++i)
      colours.push_back(mixed("#f2b33d", "#3b1e6e", static_cast<double>(i) / static_cast<double>(labels.size() - 1)));
    return colours;
  }
  for (const std::string& label : labels) colours.push_back(phase_colour_of_words(label));
  // A phase's colour stands for one line, and then none that is not of the phase has it.
  const auto phases = colours;
  const bool any_phase =
      std::any_of(phases.begin(), phases.end(), [](const std::string& colour) { return !colour.empty(); });
  std::size_t others = 0;
  for (std::size_t i = 0; i < colours.size(); ++i) {
    if (!any_phase)
      colours[i] = different[i % different.size()];
    else if (phases[i].empty() || std::count(phases.begin(), phases.end(), phases[i]) > 1)
      colours[i] = of_no_phase[others++ % of_no_phase.size()];
  }
  return colours;
}

std::string mixed(const std::string& one, const std::string& other, double share) {
  std::string colour = "#";
  for (std::size_t i = 1; i < 7; i += 2) {
    const double a = std::stoi(one.substr(i, 2), nullptr, 16), b = std::stoi(other.substr(i, 2), nullptr, 16);
    colour += fmt::format("{:02x}", static_cast<int>(std::lround(a + (b - a) * share)));
  }
  return colour;
}

}  // namespace reverie::analysis
