// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/options.hpp>
#include <analysis/figures/words.hpp>
#include <base/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace reverie::analysis {
namespace {

plugin::ParameterSpec option(const std::string& name, std::int32_t type, const std::string& doc) {
  plugin::ParameterSpec spec;
  spec.name = name;
  spec.type = type;
  spec.doc = doc;
  return spec;
}

}  // namespace

plugin::ParameterSpec text_option(const std::string& name, const plugin::json& value, const std::string& doc) {
  auto spec = option(name, REVERIE_TEXT, doc);
  spec.default_value = value;
  return spec;
}

plugin::ParameterSpec flag_option(const std::string& name, bool value, const std::string& doc) {
  auto spec = option(name, REVERIE_BOOLEAN, doc);
  spec.default_value = value;
  return spec;
}

plugin::ParameterSpec count_option(const std::string& name, std::int64_t value, double low, double high,
                                   const std::string& doc) {
  auto spec = option(name, REVERIE_INTEGER, doc);
  spec.unit = "1";
  spec.default_value = value;
  spec.minimum = low;
  spec.maximum = high;
  return spec;
}

plugin::ParameterSpec numbers_option(const std::string& name, const std::string& doc) {
  auto spec = option(name, REVERIE_NUMBERS, doc);
  spec.default_value = plugin::json::array();
  return spec;
}

plugin::ParameterSpec choice_option(const std::string& name, const std::vector<std::string>& choices,
                                    const std::string& doc) {
  auto spec = option(name, REVERIE_CHOICE, doc);
  spec.choices = choices;
  spec.default_value = choices.front();
  return spec;
}

plugin::ParameterSpec needed_option(const std::string& name, const std::string& doc) {
  return option(name, REVERIE_TEXT, doc);
}

plugin::ParameterSpec label_option() {
  return text_option("label", "", "what the axis of the values is called; empty: the value's name");
}

std::string name_of(const plugin::json& options, const std::string& value) {
  const std::string label = options.at("label").get<std::string>();
  return label.empty() ? spaced(value) : label;
}

std::vector<std::string> names_in(const plugin::json& options, const std::string& option) {
  const std::string text = options.at(option).get<std::string>();
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const auto first = part.find_first_not_of(' ');
    if (first != std::string::npos) names.push_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
    begin = end + 1;
  }
  return names;
}

std::vector<double> numbers_in(const plugin::json& options, const std::string& option) {
  std::vector<double> values;
  const auto add = [&](const auto& self, const plugin::json& value) -> void {
    if (value.is_number()) values.push_back(value.get<double>());
    if (value.is_array())
      for (const auto& part : value) self(self, part);
  };
  add(add, options.at(option));
  return values;
}

}  // namespace reverie::analysis
