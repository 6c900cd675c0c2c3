// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/table.hpp>
#include <store/publication.hpp>

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace reverie::analysis {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\"");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\"") - first + 1);
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const auto comma = line.find(',');
    cells.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

Column header(std::string_view cell) {
  const auto open = cell.find(" (");
  if (open == std::string_view::npos || cell.back() != ')') return {std::string(cell), "", {}};
  return {std::string(cell.substr(0, open)), std::string(cell.substr(open + 2, cell.size() - open - 3)), {}};
}

}  // namespace

std::string with_unit(const std::string& name, const std::string& unit) {
  return unit.empty() || unit == "1" ? name : fmt::format("{} ({})", name, unit);
}

std::vector<Column> read_numbers(const std::filesystem::path& file) {
  const std::string text = store::read_file(file);
  std::vector<Column> columns;
  std::size_t line_number = 0;
  const auto damaged = [&](const std::string& what) {
    return store::DataError(fmt::format("{}:{}: {}", file.string(), line_number, what),
                            "run the stage that wrote it again");
  };
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++line_number;
    if (trimmed(line).empty()) continue;
    const auto cells = split(line);
    if (columns.empty()) {
      for (const auto cell : cells) columns.push_back(header(cell));
      continue;
    }
    if (cells.size() != columns.size()) {
      throw damaged(fmt::format("{} cells where the header has {}", cells.size(), columns.size()));
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      double value = std::numeric_limits<double>::quiet_NaN();
      if (!cells[i].empty()) {
        const auto parsed = std::from_chars(cells[i].data(), cells[i].data() + cells[i].size(), value);
        if (parsed.ec != std::errc() || parsed.ptr != cells[i].data() + cells[i].size()) {
          throw damaged(fmt::format("'{}' is not a number", cells[i]));
        }
      }
      columns[i].values.push_back(value);
    }
  }
  if (columns.empty()) throw damaged("the table is empty");
  return columns;
}

}  // namespace reverie::analysis
