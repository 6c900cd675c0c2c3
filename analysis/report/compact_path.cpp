// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/report/compact_path.hpp>

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace reverie::analysis {
namespace {

/// A number in tenths, appended in the fewest letters: "12", "-.5". One that is positive needs a blank before it where
/// another number stands.
void append_tenths(std::string& text, long tenths) {
  const bool after_number = !text.empty() && (text.back() >= '0' && text.back() <= '9');
  if (tenths < 0)
    text += '-';
  else if (after_number)
    text += ' ';
  const long size = std::labs(tenths);
  if (size >= 10 || size == 0) text += std::to_string(size / 10);
  if (size % 10 != 0) text += '.', text += static_cast<char>('0' + size % 10);
}

void skip_blanks(std::string_view& text) {
  const auto begin = text.find_first_not_of(" \t\r\n,");
  text.remove_prefix(begin == std::string_view::npos ? text.size() : begin);
}

bool read_tenths(std::string_view& text, long& tenths) {
  skip_blanks(text);
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || !(std::abs(value) < 1e6)) return false;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  tenths = std::lround(10 * value);
  return true;
}

}  // namespace

std::string compact_path(std::string_view d) {
  std::string result;
  long x = 0, y = 0, start_x = 0, start_y = 0;
  auto rest = d;
  for (skip_blanks(rest); !rest.empty(); skip_blanks(rest)) {
    const char command = rest.front();
    rest.remove_prefix(1);
    if (command == 'z' || command == 'Z') {
      result += 'z';
      x = start_x, y = start_y;
      continue;
    }
    long to_x = x, to_y = y;
    if (command == 'M' || command == 'L') {
      if (!read_tenths(rest, to_x) || !read_tenths(rest, to_y)) return std::string(d);
    } else {
      return std::string(d);
    }
    // An absolute M also begins a path that follows a closed one at the right place.
    result += command == 'M' ? 'M' : 'l';
    append_tenths(result, command == 'M' ? to_x : to_x - x);
    append_tenths(result, command == 'M' ? to_y : to_y - y);
    x = to_x, y = to_y;
    if (command == 'M') start_x = x, start_y = y;
  }
  return result;
}

}  // namespace reverie::analysis
