// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <store/files.hpp>
#include <store/foreign.hpp>
#include <store/publication.hpp>

namespace reverie::store {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

DataError wrong_line(const std::filesystem::path& file, std::size_t line, const std::string& what,
                     const std::string& remedy) {
  return {fmt::format("{}:{}: {}", file.string(), line, what), remedy};
}

/// Rows of cells (RFC 4180): one in quotes may hold commas, line breaks and, doubled, quotes.
struct TableRows {
  const std::filesystem::path& file;
  std::string_view rest;
  std::size_t line = 1;  ///< where `rest` begins

  std::vector<std::string> next() {
    std::vector<std::string> cells = {cell()};
    while (rest.starts_with(',')) {
      rest.remove_prefix(1);
      cells.push_back(cell());
    }
    take_break();
    return cells;
  }

 private:
  bool take_break() {
    if (!rest.starts_with('\n') && !rest.starts_with('\r')) return false;
    rest.remove_prefix(rest.starts_with("\r\n") ? 2 : 1);
    ++line;
    return true;
  }

  std::string cell() {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    std::string text = rest.starts_with('"') ? quoted() : "";
    const auto end = std::min(rest.find_first_of(",\r\n"), rest.size());
    text += rest.substr(0, end);
    rest.remove_prefix(end);
    return std::string(trimmed(text));
  }

  /// The text from an opening quote to its closing one.
  std::string quoted() {
    const auto start = line;
    std::string text;
    for (rest.remove_prefix(1);;) {
      const auto end = rest.find_first_of("\"\r\n");
      if (end == rest.npos)
        throw wrong_line(file, start, "a quote is not closed",
                         "end the cell with a quote; one within is written twice");
      text += rest.substr(0, end);
      rest.remove_prefix(end);
      if (take_break()) {
        text += '\n';
        continue;
      }
      rest.remove_prefix(1);
      if (!rest.starts_with('"')) return text;
      text += '"';
      rest.remove_prefix(1);
    }
  }
};

/// "x (m)" as its name and its unit.
std::pair<std::string, std::string> header_of(std::string_view cell) {
  const auto open = cell.find('(');
  if (open == cell.npos || cell.back() != ')') return {std::string(cell), ""};
  return {std::string(trimmed(cell.substr(0, open))), std::string(cell.substr(open + 1, cell.size() - open - 2))};
}

struct Sample {
  std::size_t line;
  double time;
  std::array<double, 3> at;
};

struct Table {
  const std::filesystem::path& file;
  std::map<std::string, std::size_t> columns;  ///< of the names that are read
  std::string time_unit, space_unit;
  std::vector<std::pair<std::string, std::vector<Sample>>> trials;  ///< in the order in which they appear
  std::map<std::string, std::size_t> trial_numbers;                 ///< by name

  DataError wrong(std::size_t line, const std::string& what, const std::string& remedy) const {
    return wrong_line(file, line, what, remedy);
  }

  void read_header(std::size_t line, const std::vector<std::string>& cells) {
    std::vector<std::string> names;
    std::map<std::string, std::string> units;
    for (const auto& cell : cells) names.push_back(header_of(cell).first);
    auto others = names;
    for (const char* name : {"trial", "time", "x", "y", "z"}) {
      std::vector<std::size_t> exact, similar;
      for (std::size_t k = 0; k < names.size(); ++k)
        if (lower_case(names[k]) == name) (names[k] == name ? exact : similar).push_back(k);
      const auto& found = exact.empty() ? similar : exact;
      if (found.size() > 1) throw wrong(line, fmt::format("two columns are called '{}'", name), "rename one of them");
      if (found.empty()) continue;
      columns[name] = found[0];
      units[name] = header_of(cells[found[0]]).second;
      std::erase(others, names[found[0]]);
    }
    for (const char* name : {"trial", "time", "x", "y"})
      if (!columns.contains(name))
        throw wrong(line,
                    fmt::format("there is no column '{}' (columns: {}).{}", name, fmt::join(names, ", "),
                                did_you_mean(name, others)),
                    "the first line names the columns: trial,time,x,y; a single coordinate, as an angle, is read from "
                    ".npy or .npz");
    time_unit = units["time"];
    space_unit = units["x"];
    for (const char* name : {"y", "z"})
      if (columns.contains(name) && units[name] != space_unit)
        throw wrong(line, fmt::format("'{}' is in \"{}\" and x in \"{}\"", name, units[name], space_unit),
                    "use one unit");
  }

  double number(std::size_t line, const std::string& column, std::string_view cell, bool may_miss) const {
    const bool empty = cell.empty() || cell == "nan" || cell == "NaN" || cell == "NA";
    if (empty && may_miss) return missing;
    double value = 0;
    const auto parsed = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != cell.data() + cell.size() || !std::isfinite(value))
      throw wrong(line, fmt::format("'{}' in column '{}' is not a number", cell, column),
                  may_miss ? "leave the cell empty where a sample is missing" : "every sample needs its time");
    return value;
  }

  void read_row(std::size_t line, const std::vector<std::string>& cells, std::size_t width) {
    if (cells.size() != width)
      throw wrong(line, fmt::format("{} cells where the header has {}", cells.size(), width), "complete the row");
    const auto& label = cells[columns.at("trial")];
    if (label.empty()) throw wrong(line, "the trial has no name", "number the trials in the column 'trial'");
    const auto [known, is_new] = trial_numbers.emplace(label, trials.size());
    if (is_new) trials.emplace_back(label, std::vector<Sample>());
    auto& samples = trials[known->second].second;
    Sample sample{line, number(line, "time", cells[columns.at("time")], false), {missing, missing, missing}};
    for (const auto& [name, k] : columns)
      if (name.size() == 1) sample.at[static_cast<std::size_t>(name[0] - 'x')] = number(line, name, cells[k], true);
    if (!samples.empty() && sample.time <= samples.back().time)
      throw wrong(line, fmt::format("trial {} goes back from time {} to {}", label, samples.back().time, sample.time),
                  "order the rows of each trial by time");
    samples.push_back(sample);
  }
};

Table read_table(const std::filesystem::path& file, const std::string& text) {
  Table table{file, {}, "", "", {}, {}};
  TableRows rows{file, text};
  if (rows.rest.starts_with("\xEF\xBB\xBF")) rows.rest.remove_prefix(3);  // spreadsheets write this mark
  std::size_t width = 0;
  while (!rows.rest.empty()) {
    const auto line = rows.line;
    const auto cells = rows.next();
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (table.columns.empty()) {
      table.read_header(line, cells);
      width = cells.size();
    } else {
      table.read_row(line, cells, width);
    }
  }
  if (table.trials.empty())
    throw DataError(fmt::format("'{}' holds no samples", file.string()),
                    "write a first line with the columns trial,time,x,y and one row per sample");
  return table;
}

ForeignArray array_of(const std::string& name, const std::string& unit, std::vector<std::string> dims,
                      std::vector<std::int64_t> shape, std::vector<double> values) {
  const auto held = std::make_shared<std::vector<double>>(std::move(values));
  ForeignArray array;
  array.name = name;
  array.unit = unit;
  array.dims = std::move(dims);
  array.shape = std::move(shape);
  array.strides.assign(array.shape.size(), sizeof(double));
  for (std::size_t k = array.shape.size(); k-- > 1;) array.strides[k - 1] = array.strides[k] * array.shape[k];
  array.decode = [](const std::byte* at) {
    double value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  };
  array.owner = held;
  array.data = reinterpret_cast<const std::byte*>(held->data());
  return array;
}

}  // namespace

std::vector<ForeignArray> read_tracks(const std::filesystem::path& file, const RecordingLayout& layout) {
  if (!layout.dims.empty())
    throw DataError(fmt::format("'{}': the columns of a table name its dimensions", file.string()),
                    "leave --dims out for this file");
  const std::string text = read_file(file);
  const Table table = read_table(file, text);
  const auto longest = std::max_element(table.trials.begin(), table.trials.end(), [](const auto& a, const auto& b) {
                         return a.second.size() < b.second.size();
                       })->second;
  std::vector<double> time;
  for (const Sample& sample : longest) time.push_back(sample.time - longest.front().time);
  const double step = time.size() > 1 ? time.back() / static_cast<double>(time.size() - 1) : 1;
  const std::size_t space = table.columns.contains("z") ? 3 : 2;
  std::vector<double> values(table.trials.size() * time.size() * space, missing);
  for (std::size_t trial = 0; trial < table.trials.size(); ++trial) {
    const auto& [label, samples] = table.trials[trial];
    for (std::size_t n = 0; n < samples.size(); ++n) {
      const double since = samples[n].time - samples[0].time;
      if (std::abs(since - time[n]) > 0.25 * step)
        throw table.wrong(
            samples[n].line,
            fmt::format("sample {} of trial {} is at {:.6g} after its start, where the longest trial is at {:.6g}", n,
                        label, since, time[n]),
            "resample all trials to the same times; a lost sample is a row with empty x and y");
      for (std::size_t k = 0; k < space; ++k) values[(trial * time.size() + n) * space + k] = samples[n].at[k];
    }
  }
  if (!layout.unit.empty() && !table.space_unit.empty() && layout.unit != table.space_unit)
    throw DataError(fmt::format("'{}' is in {}, not {}", file.string(), table.space_unit, layout.unit),
                    "leave the unit out");
  const auto trials = static_cast<std::int64_t>(table.trials.size()), steps = static_cast<std::int64_t>(time.size());
  return {array_of(layout.variable.empty() ? "position" : layout.variable,
                   table.space_unit.empty() ? layout.unit : table.space_unit, {"trial", "time", "space"},
                   {trials, steps, static_cast<std::int64_t>(space)}, std::move(values)),
          array_of("time", table.time_unit, {"time"}, {steps}, std::move(time))};
}

}  // namespace reverie::store
