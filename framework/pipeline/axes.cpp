// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <pipeline/axes.hpp>

namespace reverie::pipeline {
namespace {

bool is_label(const json& value) { return value.is_number() || value.is_string() || value.is_boolean(); }

/// Labels stand in names of folders.
bool fits_in_a_path(const std::string& text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '+';
  });
}

std::string label_problem(const json& label, const std::string& axis) {
  if (label.is_number_float() && !std::isfinite(label.get<double>())) return "a value of an axis must be finite";
  if (label.is_string() && !fits_in_a_path(label.get<std::string>()))
    return fmt::format(
        "\"{}\" cannot be a value of '{}': use at most 100 letters, digits, '_', '-', '.' and '+' (results lie in "
        "folders of that name)",
        label.get<std::string>(), axis);
  return "";
}

/// nullopt when something is wrong.
std::optional<Axis> read_list(const Reading& reading, const std::string& path, const std::string& name,
                              const json& list) {
  Axis axis{name, {}, {}, {}};
  bool good = true;
  const auto wrong = [&](std::size_t k, const std::string& message) {
    reading.diagnostics.at_value(join(path, k), message);
    good = false;
  };
  for (std::size_t k = 0; k < list.size(); ++k) {
    if (!is_label(list[k])) {
      wrong(k, fmt::format("the values of '{}' must be numbers, texts or booleans; lists and tables need names: "
                           "[axes.{}] with NAME = value",
                           name, name));
      continue;
    }
    if (const auto problem = label_problem(list[k], name); !problem.empty())
      wrong(k, list[k].is_string() ? fmt::format("{}; a table [axes.{}] gives other values a name", problem, name)
                                   : problem);
    else if (axis.find(list[k]))
      wrong(k, fmt::format("{} appears twice in '{}'", list[k].dump(), name));
    axis.labels.push_back(list[k]);
    axis.values.push_back(list[k]);
    axis.paths.push_back(join(path, k));
  }
  if (!good) return std::nullopt;
  return axis;
}

std::optional<Axis> read_named(const Reading& reading, const std::string& path, const std::string& name,
                               const json& table) {
  Axis axis{name, {}, {}, {}};
  bool good = true;
  for (const auto& label : in_file_order(reading.document, path, table)) {
    const auto place = join(path, label);
    if (const auto problem = label_problem(label, name); !problem.empty()) {
      reading.diagnostics.at_key(place, problem);
      good = false;
    }
    axis.labels.emplace_back(label);
    axis.values.push_back(table[label]);
    axis.paths.push_back(place);
  }
  if (!good) return std::nullopt;
  return axis;
}

bool mentions_an_axis(const json& value) { return value.is_string() && value.get<std::string>().starts_with("$"); }

/// Calls visit(path, text) for every "$..." text in a value.
template <class Visit>
void for_each_mention(const std::string& path, const json& value, Visit&& visit) {
  if (mentions_an_axis(value)) visit(path, value.get<std::string>().substr(1));
  if (value.is_array())
    for (std::size_t k = 0; k < value.size(); ++k) for_each_mention(join(path, k), value[k], visit);
  if (value.is_object())
    for (const auto& [key, element] : value.items()) for_each_mention(join(path, key), element, visit);
}

std::optional<std::size_t> find_axis(const std::vector<Axis>& axes, const std::string& name) {
  const auto found = std::find_if(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.name == name; });
  if (found == axes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - axes.begin());
}

/// The value that "$mention" stands for.
Substitution look_up(const Reading& reading, const Choice& choice, const std::string& path,
                     const std::string& mention) {
  const auto [name, entry] = split_mention(mention);
  const auto index = find_axis(*choice.axes, name);
  if (!index) return {nullptr, {}, false};  // told already
  const Axis& axis = (*choice.axes)[*index];
  const auto pick = choice.picks.at(*index);
  if (entry.empty()) return {axis.values[pick], {{path, axis.paths[pick]}}, true};
  if (axis.values[pick].is_object() && axis.values[pick].contains(entry))
    return {axis.values[pick][entry], {{path, join(axis.paths[pick], entry)}}, true};
  reading.diagnostics.at_value(axis.paths[pick], fmt::format("'{}' of axis '{}' needs an entry '{}', which {} uses",
                                                             text_of(axis.labels[pick]), name, entry, label_of(path)));
  return {nullptr, {}, false};
}

bool seeds_are_seeds(const Reading& reading, const Axis& axis) {
  bool good = true;
  for (std::size_t k = 0; k < axis.values.size(); ++k) {
    if (axis.values[k].is_number_integer() && axis.values[k].get<std::int64_t>() >= 0) continue;
    reading.diagnostics.at_value(axis.paths[k], "the values of 'seed' must be integers from 0 on");
    good = false;
  }
  return good;
}

}  // namespace

std::pair<std::string, std::string> split_mention(const std::string& mention) {
  const auto dot = mention.find('.');
  if (dot == std::string::npos) return {mention, ""};
  return {mention.substr(0, dot), mention.substr(dot + 1)};
}

std::optional<std::size_t> Axis::find(const json& label) const {
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found == labels.end()) return std::nullopt;
  return static_cast<std::size_t>(found - labels.begin());
}

std::vector<Axis> read_axes(const Reading& reading) {
  std::vector<Axis> axes;
  if (!reading.document.root.contains("axes") || !reading.document.root["axes"].is_object()) return axes;
  const json& table = reading.document.root["axes"];
  for (const auto& name : in_file_order(reading.document, "axes", table)) {
    const auto path = join("axes", name);
    const json& value = table[name];
    if (!fits_in_a_path(name) || name.find('.') != std::string::npos) {
      reading.diagnostics.at_key(
          path, fmt::format("'{}' cannot name an axis: use at most 100 letters, digits, '_' and '-'", name));
      continue;
    }
    if (!value.is_array() && !value.is_object()) {
      reading.diagnostics.at_value(path, fmt::format("'{}' must be a list of values, or a table NAME = value", name));
      continue;
    }
    if (value.empty()) {
      reading.diagnostics.at_value(path, fmt::format("axis '{}' has no values", name));
      continue;
    }
    bool nested = false;
    for_each_mention(path, value, [&](const std::string& place, const std::string&) {
      reading.diagnostics.at_value(place, "values of axes cannot mention axes");
      nested = true;
    });
    if (nested) continue;
    auto axis = value.is_array() ? read_list(reading, path, name, value) : read_named(reading, path, name, value);
    if (axis && (name != seed_axis || seeds_are_seeds(reading, *axis))) axes.push_back(std::move(*axis));
  }
  return axes;
}

Point Choice::point() const {
  Point point;
  for (const auto& [axis, pick] : picks) point.emplace_back((*axes)[axis].name, (*axes)[axis].labels[pick]);
  return point;
}

Choice Choice::restricted_to(const std::set<std::size_t>& wanted) const {
  Choice fewer{axes, {}};
  for (const auto& pick : picks)
    if (wanted.contains(pick.first)) fewer.picks.insert(pick);
  return fewer;
}

std::vector<Choice> product_of(const std::vector<Axis>& axes, const std::set<std::size_t>& wanted) {
  std::vector<Choice> choices = {{&axes, {}}};
  for (const auto axis : wanted) {
    std::vector<Choice> longer;
    longer.reserve(choices.size() * axes[axis].labels.size());
    for (const auto& choice : choices)
      for (std::size_t pick = 0; pick < axes[axis].labels.size(); ++pick) {
        longer.push_back(choice);
        longer.back().picks[axis] = pick;
      }
    choices = std::move(longer);
  }
  return choices;
}

std::set<std::string> mentioned_entries(const std::string& axis, const json& value) {
  std::set<std::string> entries;
  for_each_mention("", value, [&](const std::string&, const std::string& mention) {
    if (const auto [name, entry] = split_mention(mention); name == axis) entries.insert(entry);
  });
  return entries;
}

std::set<std::size_t> mentioned_axes(const Reading& reading, const std::vector<Axis>& axes, const std::string& path,
                                     const json& value) {
  std::set<std::size_t> mentioned;
  for_each_mention(path, value, [&](const std::string& place, const std::string& mention) {
    const auto name = split_mention(mention).first;
    if (const auto axis = find_axis(axes, name)) {
      mentioned.insert(*axis);
      return;
    }
    if (name.empty()) {
      reading.diagnostics.at_value(place, "\"$\" stands before the name of an axis, as in \"$seed\"");
      return;
    }
    const auto declared = in_file_order(reading.document, "axes", reading.document.root.value("axes", json()));
    if (std::find(declared.begin(), declared.end(), name) != declared.end()) return;  // faulty: told already
    reading.diagnostics.at_value(place, fmt::format("there is no axis '{}'.{}", name,
                                                    declared.empty() ? " Declare it: [axes] with " + name + " = [...]"
                                                                     : did_you_mean(name, declared)));
  });
  return mentioned;
}

Substitution substitute(const Reading& reading, const Choice& choice, const std::string& path, const json& value) {
  if (mentions_an_axis(value)) return look_up(reading, choice, path, value.get<std::string>().substr(1));
  Substitution result{value, {}, true};
  const auto replace = [&](json& element, const std::string& place) {
    auto replaced = substitute(reading, choice, place, element);
    element = std::move(replaced.value);
    result.aliases.merge(replaced.aliases);
    result.good = result.good && replaced.good;
  };
  if (value.is_array())
    for (std::size_t k = 0; k < value.size(); ++k) replace(result.value[k], join(path, k));
  if (value.is_object())
    for (auto& [key, element] : result.value.items()) replace(element, join(path, key));
  return result;
}

}  // namespace reverie::pipeline
