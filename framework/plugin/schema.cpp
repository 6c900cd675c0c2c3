// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <base/error.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <plugin/schema.hpp>

namespace reverie::plugin {
namespace {

/// "a float", "an array": what TOML calls a value of this type.
std::string toml_type(const json& value) {
  if (value.is_string()) return "a string";
  if (value.is_boolean()) return "a boolean";
  if (value.is_number_integer()) return "an integer";
  if (value.is_number_float()) return "a float";
  if (value.is_array()) return "an array";
  if (value.is_object()) return "a table";
  return "nothing";
}

bool unlimited(const ParameterSpec& spec) { return std::isinf(spec.minimum) && std::isinf(spec.maximum); }

std::string interval(const ParameterSpec& spec) {
  return fmt::format("{}{}, {}{}", spec.minimum_open ? '(' : '[', spec.minimum, spec.maximum,
                     spec.maximum_open ? ')' : ']');
}

bool in_range(const ParameterSpec& spec, double x) {
  if (std::isnan(x)) return false;
  if (unlimited(spec)) return std::isfinite(x);
  if (spec.minimum_open ? !(x > spec.minimum) : !(x >= spec.minimum)) return false;
  return spec.maximum_open ? x < spec.maximum : x <= spec.maximum;
}

std::string with_article(const std::string& noun) { return (noun.starts_with("integer") ? "an " : "a ") + noun; }

std::string must_be(const ParameterSpec& spec) {
  const auto noun = spec.expected();
  return "must be " + (spec.type == REVERIE_CHOICE ? noun : with_article(noun));
}

/// What is wrong with one number of a list, or "".
std::string entry_problem(const ParameterSpec& spec, const json& entry) {
  if (!entry.is_number()) return fmt::format("{}, not an array with {} in it", must_be(spec), toml_type(entry));
  if (!in_range(spec, entry.get<double>()))
    return fmt::format("{}, not an array with {} in it", must_be(spec), entry.get<double>());
  return "";
}

/// Converts every number of a (possibly nested) list to floating point; returns what is wrong, or "".
std::string convert_numbers(const ParameterSpec& spec, json& value) {
  if (!value.is_array()) return fmt::format("{}, not {}", must_be(spec), toml_type(value));
  const bool nested = !value.empty() && value.front().is_array();
  for (auto& row : value) {
    if (!nested) {
      if (auto problem = entry_problem(spec, row); !problem.empty()) return problem;
      row = row.get<double>();
      continue;
    }
    if (!row.is_array()) return fmt::format("{}, not an array that mixes arrays and {}", must_be(spec), toml_type(row));
    if (row.size() != value.front().size())
      return fmt::format("must have rows of equal length, not {} and {}", value.front().size(), row.size());
    for (auto& entry : row) {
      if (auto problem = entry_problem(spec, entry); !problem.empty()) return problem;
      entry = entry.get<double>();
    }
  }
  return "";
}

std::string convert_integer(const ParameterSpec& spec, json& value) {
  if (!value.is_number_integer()) return fmt::format("{}, not {}", must_be(spec), toml_type(value));
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    return fmt::format("{}, not {}", must_be(spec), value.get<std::uint64_t>());
  const auto number = value.get<std::int64_t>();
  if (!in_range(spec, static_cast<double>(number))) return fmt::format("{}, not {}", must_be(spec), number);
  value = number;
  return "";
}

/// Brings `value` into the form of its type; returns what is wrong with it, or "".
std::string convert(const ParameterSpec& spec, json& value) {
  const auto wrong_type = [&] { return fmt::format("{}, not {}", must_be(spec), toml_type(value)); };
  switch (spec.type) {
    case REVERIE_NUMBER:
      if (!value.is_number()) return wrong_type();
      value = value.get<double>();
      return in_range(spec, value.get<double>()) ? "" : fmt::format("{}, not {}", must_be(spec), value.get<double>());
    case REVERIE_INTEGER:
      return convert_integer(spec, value);
    case REVERIE_BOOLEAN:
      return value.is_boolean() ? "" : wrong_type();
    case REVERIE_TEXT:
      return value.is_string() ? "" : wrong_type();
    case REVERIE_NUMBERS:
      return convert_numbers(spec, value);
    case REVERIE_CHOICE: {
      if (!value.is_string()) return wrong_type();
      const auto& text = value.get_ref<const std::string&>();
      if (std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end()) return "";
      return fmt::format("{}, not \"{}\".{}", must_be(spec), text, did_you_mean(text, spec.choices));
    }
    default:
      throw std::logic_error("a parameter schema with an unknown type");
  }
}

std::string unknown_key(const std::string& key, const std::vector<std::string>& known) {
  if (known.empty()) return "is an unknown key: there are no parameters here";
  const auto hint = did_you_mean(key, known);
  return hint.empty() ? fmt::format("is an unknown key: there are {}", fmt::join(known, ", "))
                      : "is an unknown key." + hint;
}

}  // namespace

std::string ParameterSpec::expected() const {
  const auto ranged = [this](const std::string& noun) {
    return unlimited(*this) ? noun : noun + " in " + interval(*this);
  };
  switch (type) {
    case REVERIE_NUMBER:
      return ranged("number");
    case REVERIE_INTEGER:
      return ranged("integer");
    case REVERIE_BOOLEAN:
      return "boolean";
    case REVERIE_TEXT:
      return "string";
    case REVERIE_NUMBERS:
      return ranged("list of numbers");
    case REVERIE_CHOICE:
      return fmt::format("one of \"{}\"", fmt::join(choices, "\", \""));
    default:
      throw std::logic_error("a parameter schema with an unknown type");
  }
}

CheckedParameters check_parameters(const ParameterSchema& schema, const json& given,
                                   const std::vector<std::string>& ignored) {
  if (!given.is_object()) throw std::logic_error("parameters have to be given as a table");
  CheckedParameters checked;
  std::vector<std::string> known;
  for (const auto& spec : schema) {
    known.push_back(spec.name);
    if (const auto entry = given.find(spec.name); entry != given.end()) {
      json value = *entry;
      auto problem = convert(spec, value);
      if (!problem.empty())
        checked.problems.push_back({spec.name, std::move(problem)});
      else
        checked.values[spec.name] = std::move(value);
    } else if (spec.default_value) {
      checked.values[spec.name] = *spec.default_value;
    } else {
      const auto noun = spec.expected();
      checked.problems.push_back(
          {spec.name, "is required: " + (spec.type == REVERIE_CHOICE ? noun : with_article(noun)), true});
    }
  }
  const auto contains = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& [key, value] : given.items())
    if (!contains(known, key) && !contains(ignored, key)) checked.problems.push_back({key, unknown_key(key, known)});
  return checked;
}

}  // namespace reverie::plugin
