// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/utf8.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/stage_graph.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace reverie::analysis {
namespace {

// Pixels. A letter of 13 px sans is about 7.5 wide; wide letters make long names touch the edge of their box, no more.
constexpr std::size_t box_height = 58, row_gap = 14, column_gap = 44, letter = 8, small_letter = 7, padding = 26,
                      margin = 4;

struct Place {
  std::size_t x, y, width;
};

template <class Named>
std::size_t index_of(const std::vector<Named>& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Named& each) { return each.name == name; });
  return static_cast<std::size_t>(found - list.begin());
}

bool is_done(const std::string& state) { return state == "done" || state == "done before"; }

/// One state for many stages.
std::string joint_state(const std::map<std::string, std::size_t>& counts, std::size_t all) {
  if (counts.size() == 1) return counts.begin()->first;
  if (const auto failed = counts.find("failed"); failed != counts.end())
    return fmt::format("{} of {} failed", failed->second, all);
  std::size_t done = 0;
  for (const auto& [state, count] : counts) done += is_done(state) ? count : 0;
  if (done == all) return "done";
  return fmt::format("{} of {} done", done, all);
}

std::string name_line(const StageBox& box) {
  return box.count > 1 ? fmt::format("{} × {}", box.name, box.count) : box.name;
}
std::string state_line(const StageBox& box) {
  auto text = fmt::format("{} {} · {}", state_sign(box.state), box.run, box.state);
  if (box.seconds > 0) text += " · " + duration(box.seconds);
  return text;
}
std::string result_line(const StageBox& box) {
  return box.count > 1 ? fmt::format("{} results", box.count) : box.fingerprint.substr(0, 12);
}

/// Rows within each column: boxes near the boxes they read.
std::vector<std::size_t> rows_of(const std::vector<StageBox>& boxes, const std::vector<std::size_t>& columns) {
  std::vector<std::size_t> order(boxes.size()), rows(boxes.size(), 0);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return columns[a] < columns[b]; });
  for (auto begin = order.begin(); begin != order.end();) {
    const auto end = std::find_if(begin, order.end(), [&](auto k) { return columns[k] != columns[*begin]; });
    std::map<std::size_t, double> wish;
    for (auto at = begin; at != end; ++at) {
      double sum = 0, count = 0;
      for (const std::string& input : boxes[*at].inputs)
        if (const auto from = index_of(boxes, input); from < boxes.size())
          sum += static_cast<double>(rows[from]), count += 1;
      wish[*at] = count > 0 ? sum / count : 0;
    }
    std::stable_sort(begin, end, [&](auto a, auto b) { return wish[a] < wish[b]; });
    for (auto at = begin; at != end; ++at) rows[*at] = static_cast<std::size_t>(at - begin);
    begin = end;
  }
  return rows;
}

std::vector<Place> places_of(const std::vector<StageBox>& boxes) {
  const auto columns = stage_columns(boxes), rows = rows_of(boxes, columns);
  const std::size_t count = boxes.empty() ? 0 : *std::max_element(columns.begin(), columns.end()) + 1;
  std::vector<std::size_t> widths(count, 0);
  for (std::size_t i = 0; i < boxes.size(); ++i)
    widths[columns[i]] = std::max({widths[columns[i]], letters_in(name_line(boxes[i])) * letter + padding,
                                   letters_in(state_line(boxes[i])) * small_letter + padding});
  std::vector<Place> places;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    std::size_t x = margin;
    for (std::size_t column = 0; column < columns[i]; ++column) x += widths[column] + column_gap;
    places.push_back({x, margin + rows[i] * (box_height + row_gap), widths[columns[i]]});
  }
  return places;
}

std::string draw_box(const StageBox& box, const Place& place) {
  auto svg = fmt::format(
      "<g class=\"{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\"/>"
      "<rect class=\"stripe\" x=\"{}\" y=\"{}\" width=\"4\" height=\"{}\" rx=\"2\"/>",
      state_class(box.state), escape_html(box.count > 1 ? name_line(box) : box.name + " " + box.fingerprint), place.x,
      place.y, place.width, box_height, place.x, place.y, box_height);
  if (box.state == "running" && box.share > 0)
    svg += fmt::format("<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{:.0f}\" height=\"3\"/>", place.x + 4,
                       place.y + box_height - 3, box.share * static_cast<double>(place.width - 8));
  const std::pair<const char*, std::string> lines[] = {
      {"name", name_line(box)}, {"run", state_line(box)}, {"print", result_line(box)}};
  std::size_t y = place.y + 3;
  for (const auto& [style, text] : lines)
    svg +=
        fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>", style, place.x + 13, y += 16, escape_html(text));
  return svg + "</g>\n";
}

}  // namespace

const char* state_class(const std::string& state) {
  if (is_done(state)) return "good";
  if (state == "running") return "busy";
  return state.ends_with("failed") || state == "skipped" || state == "ended" ? "bad" : "open";
}

const char* state_sign(const std::string& state) {
  const std::string kind = state_class(state);
  if (kind == "good") return "✓";
  if (kind == "busy") return "▸";
  return kind == "bad" ? "✗" : "○";
}

std::vector<StageBox> stage_boxes(const std::vector<ReportStage>& stages) {
  std::vector<StageBox> boxes;
  std::vector<std::map<std::string, std::size_t>> states;
  std::map<std::string, std::string> table_of;
  for (const ReportStage& stage : stages) table_of[stage.name] = stage.table;
  for (const ReportStage& stage : stages) {
    const auto at = index_of(boxes, stage.table);
    if (at == boxes.size()) {
      boxes.push_back({stage.table, stage.run, "", 0, 0, stage.fingerprint, 0, {}});
      states.emplace_back();
    }
    StageBox& box = boxes[at];
    ++box.count;
    box.seconds += stage.seconds;
    box.share += stage.share;
    ++states[at][stage.state];
    for (const std::string& input : stage.inputs)
      if (const auto found = table_of.find(input);
          found != table_of.end() && std::find(box.inputs.begin(), box.inputs.end(), found->second) == box.inputs.end())
        box.inputs.push_back(found->second);
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    boxes[i].state = joint_state(states[i], boxes[i].count);
    boxes[i].share /= static_cast<double>(boxes[i].count);
  }
  return boxes;
}

std::vector<std::size_t> stage_columns(const std::vector<StageBox>& boxes) {
  std::vector<std::size_t> columns(boxes.size(), 0);
  // Longest paths by relaxation; the bound on rounds ends it even for stages that would read each other.
  bool changed = true;
  for (std::size_t round = 0; changed && round < boxes.size(); ++round) {
    changed = false;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      for (const std::string& input : boxes[i].inputs) {
        const std::size_t from = index_of(boxes, input);
        if (from == boxes.size() || columns[from] + 1 <= columns[i]) continue;
        columns[i] = columns[from] + 1;
        changed = true;
      }
    }
  }
  return columns;
}

std::string stage_graph(const std::vector<ReportStage>& stages, const std::string& prefix) {
  const auto boxes = stage_boxes(stages);
  const auto places = places_of(boxes);
  std::size_t width = 2 * margin, height = 2 * margin;
  for (const Place& place : places) {
    width = std::max(width, place.x + place.width + margin);
    height = std::max(height, place.y + box_height + margin);
  }
  std::string words;
  for (const StageBox& box : boxes)
    words += fmt::format("{}{} ({}){}{}", words.empty() ? "" : "; ", box.name, box.state,
                         box.inputs.empty() ? "" : " reads ", fmt::join(box.inputs, ", "));
  std::string svg = fmt::format(
      "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"Which stage reads which: "
      "{2}.\">\n<defs><marker id=\"{3}arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
      "markerHeight=\"8\" orient=\"auto\"><path d=\"M1,1 L8,4 L1,7\"/></marker></defs>\n",
      width, height, escape_html(words), prefix);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (const std::string& input : boxes[i].inputs) {
      const std::size_t from = index_of(boxes, input);
      if (from == boxes.size()) continue;
      const std::size_t x1 = places[from].x + places[from].width, y1 = places[from].y + box_height / 2;
      const std::size_t x2 = places[i].x, y2 = places[i].y + box_height / 2;
      // Leaves and arrives level, so that arrowheads point at the box.
      svg += fmt::format("<path d=\"M{},{} C{},{} {},{} {},{}\" marker-end=\"url(#{}arrow)\"/>\n", x1, y1,
                         x1 + column_gap / 2, y1, x2 - column_gap / 2, y2, x2, y2, prefix);
    }
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) svg += draw_box(boxes[i], places[i]);
  return svg + "</svg>\n";
}

}  // namespace reverie::analysis
