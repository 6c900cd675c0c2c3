// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <charconv>
#include <pipeline/point.hpp>

namespace reverie::pipeline {

std::string text_of(const json& label) { return label.is_string() ? label.get<std::string>() : label.dump(); }

bool means(const std::string& text, const json& label) {
  if (text == text_of(label)) return true;
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return label.is_number() && parsed.ec == std::errc() && parsed.ptr == end && label == number;
}

std::string text_of(const Point& point) {
  std::string text;
  for (const auto& [axis, label] : point) text += fmt::format("{}{}={}", text.empty() ? "" : ",", axis, text_of(label));
  return text;
}

json coordinates_of(const Point& point) {
  json coordinates = json::object();
  for (const auto& [axis, label] : point) coordinates[axis] = label;
  return coordinates;
}

}  // namespace reverie::pipeline
