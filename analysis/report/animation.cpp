// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/report/animation.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace reverie::analysis {
namespace {

constexpr std::size_t most_paths = 12;

struct Row {
  std::size_t panel = 0, trial = 0;
  double time = 0, x = 0, y = 0;
  std::string_view source, phase;
};

struct Panel {
  std::string label, phase;
  std::vector<double> time;  ///< of the first path
  std::vector<std::vector<std::pair<double, double>>> paths;
};

/// The line that begins `text`, which is advanced behind it.
std::string_view next_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view next_field(std::string_view& line) {
  const auto end = std::min(line.find(','), line.size());
  const auto field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

template <class Number>
bool read(std::string_view field, Number& number) {
  const auto parsed = std::from_chars(field.data(), field.data() + field.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == field.data() + field.size();
}

std::optional<Row> read_row(std::string_view line) {
  Row row;
  std::size_t step = 0;
  if (!read(next_field(line), row.panel) || !read(next_field(line), row.trial) || !read(next_field(line), step) ||
      !read(next_field(line), row.time) || !read(next_field(line), row.x) || !read(next_field(line), row.y))
    return std::nullopt;
  // The label may hold commas (it is quoted then), the phase after it none.
  const auto comma = line.rfind(',');
  row.source = line.substr(0, comma);
  row.phase = comma == std::string_view::npos ? "" : line.substr(comma + 1);
  return row;
}

/// "a ""b""" in quotes as a "b".
std::string unquoted(std::string_view field) {
  if (field.size() < 2 || field.front() != '"') return std::string(field);
  std::string text;
  for (std::size_t i = 1; i + 1 < field.size(); ++i) {
    text += field[i];
    if (field[i] == '"') ++i;
  }
  return text;
}

std::vector<Panel> read_panels(std::string_view csv, std::vector<std::size_t>& trials) {
  std::vector<Panel> panels;
  while (!csv.empty()) {
    const auto row = read_row(next_line(csv));
    if (!row || row->panel > panels.size()) continue;
    if (row->panel == panels.size()) {
      panels.push_back({unquoted(row->source), std::string(row->phase), {}, {}});
      trials.push_back(0);
    }
    Panel& panel = panels[row->panel];
    trials[row->panel] = std::max(trials[row->panel], row->trial + 1);
    if (row->trial >= most_paths) continue;
    panel.paths.resize(std::max(panel.paths.size(), row->trial + 1));
    if (row->trial == 0) panel.time.push_back(row->time);
    panel.paths[row->trial].emplace_back(row->x, row->y);
  }
  return panels;
}

/// Lower left corner and side of a square around all paths.
struct Square {
  double x = 0, y = 0, side = 1;
};

Square around(const std::vector<Panel>& panels) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double x_min = infinity, x_max = -infinity, y_min = infinity, y_max = -infinity;
  for (const Panel& panel : panels)
    for (const auto& path : panel.paths)
      for (const auto& [x, y] : path) {
        if (!std::isfinite(x) || !std::isfinite(y)) continue;
        x_min = std::min(x_min, x), x_max = std::max(x_max, x);
        y_min = std::min(y_min, y), y_max = std::max(y_max, y);
      }
  const double side = std::max(x_max - x_min, y_max - y_min) * 1.04;
  if (!(side > 0)) return {};
  return {(x_min + x_max - side) / 2, (y_min + y_max - side) / 2, side};
}

/// Thousandths of the side; far outside for what is not finite.
int thousandths(double value, double origin, double side) {
  const double place = 1000 * (value - origin) / side;
  return std::isfinite(place) ? static_cast<int>(std::lround(place)) : -9999;
}

}  // namespace

std::string animation_of(std::string_view csv) {
  auto header = next_line(csv);
  for (const char* column : {"panel", "trial", "step"})
    if (next_field(header) != column) return "";
  const std::string time(next_field(header));
  if (!time.starts_with("time")) return "";  // states on principal axes
  const auto open = time.find('('), close = time.rfind(')');

  std::vector<std::size_t> trials;
  const auto panels = read_panels(csv, trials);
  const auto square = around(panels);
  nlohmann::ordered_json data;
  data["unit"] = open < close && close != std::string::npos ? time.substr(open + 1, close - open - 1) : "";
  auto& list = data["panels"] = nlohmann::ordered_json::array();
  bool moves = false;
  for (std::size_t k = 0; k < panels.size(); ++k) {
    const Panel& panel = panels[k];
    auto paths = nlohmann::ordered_json::array();
    for (const auto& path : panel.paths) {
      auto numbers = nlohmann::ordered_json::array();
      for (const auto& [x, y] : path) {
        numbers.push_back(thousandths(x, square.x, square.side));
        numbers.push_back(1000 - thousandths(y, square.y, square.side));
      }
      paths.push_back(std::move(numbers));
    }
    moves = moves || panel.time.size() > 1;
    auto times = nlohmann::ordered_json::array();
    for (const double t : panel.time) times.push_back(std::round(t * 1e6) / 1e6);
    list.push_back({{"label", panel.label},
                    {"phase", panel.phase},
                    {"shown", panel.paths.size()},
                    {"trials", trials[k]},
                    {"time", std::move(times)},
                    {"paths", std::move(paths)}});
  }
  return moves ? data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) : "";
}

}  // namespace reverie::analysis
