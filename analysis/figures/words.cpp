// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace reverie::analysis {

std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string superscript(int number) {
  static const std::array<const char*, 10> digits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char c : std::to_string(number)) text += c == '-' ? "⁻" : digits[static_cast<std::size_t>(c - '0')];
  return text;
}

std::string printed_unit(std::string_view unit) {
  if (unit == "1") return "";
  std::string text;
  for (std::size_t i = 0; i < unit.size();) {
    int power = 0;
    if (unit[i] == '^') {
      const auto parsed = std::from_chars(unit.data() + i + 1, unit.data() + unit.size(), power);
      if (parsed.ec == std::errc()) {
        text += superscript(power);
        i = static_cast<std::size_t>(parsed.ptr - unit.data());
        continue;
      }
    }
    text += unit[i++];
  }
  return text;
}

std::string counted(std::int64_t count, const std::string& thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

}  // namespace reverie::analysis
