// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/report/html.hpp>
#include <analysis/report/stage_graph.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace reverie::analysis {
namespace {

// Pixels. A letter of 13 px sans is about 7.5 wide; wide letters make long names touch the edge of their box, no more.
constexpr std::size_t box_height = 38, row_gap = 14, column_gap = 44, letter = 8, padding = 20, margin = 4;

struct Box {
  std::size_t x, y, width;
};

std::size_t index_of(const std::vector<ReportStage>& stages, const std::string& name) {
  const auto found =
      std::find_if(stages.begin(), stages.end(), [&](const ReportStage& stage) { return stage.name == name; });
  return static_cast<std::size_t>(found - stages.begin());
}

}  // namespace

std::vector<std::size_t> stage_columns(const std::vector<ReportStage>& stages) {
  std::vector<std::size_t> columns(stages.size(), 0);
  // Longest paths by relaxation; the bound on rounds ends it even for stages that would read each other.
  bool changed = true;
  for (std::size_t round = 0; changed && round < stages.size(); ++round) {
    changed = false;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      for (const std::string& input : stages[i].inputs) {
        const std::size_t from = index_of(stages, input);
        if (from == stages.size() || columns[from] + 1 <= columns[i]) continue;
        columns[i] = columns[from] + 1;
        changed = true;
      }
    }
  }
  return columns;
}

std::string stage_graph(const std::vector<ReportStage>& stages) {
  const auto columns = stage_columns(stages);
  const std::size_t column_count = stages.empty() ? 0 : *std::max_element(columns.begin(), columns.end()) + 1;
  std::vector<std::size_t> widths(column_count, 0), filled(column_count, 0);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const std::size_t letters = std::max(stages[i].name.size(), stages[i].run.size());
    widths[columns[i]] = std::max(widths[columns[i]], letters * letter + padding);
  }
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    std::size_t x = margin;
    for (std::size_t column = 0; column < columns[i]; ++column) x += widths[column] + column_gap;
    boxes.push_back({x, margin + filled[columns[i]]++ * (box_height + row_gap), widths[columns[i]]});
  }
  std::size_t width = 2 * margin, height = 2 * margin;
  for (const Box& box : boxes) {
    width = std::max(width, box.x + box.width + margin);
    height = std::max(height, box.y + box_height + margin);
  }

  std::string svg = fmt::format(
      "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"Which stage reads which\">\n"
      "<defs><marker id=\"stage-arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
      "orient=\"auto\"><path d=\"M1,1 L8,4 L1,7\"/></marker></defs>\n",
      width, height);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const std::string& input : stages[i].inputs) {
      const std::size_t from = index_of(stages, input);
      if (from == stages.size()) continue;
      const std::size_t x1 = boxes[from].x + boxes[from].width, y1 = boxes[from].y + box_height / 2;
      const std::size_t x2 = boxes[i].x, y2 = boxes[i].y + box_height / 2;
      // Leaves and arrives level, so that arrowheads point at the box.
      svg += fmt::format("<path d=\"M{},{} C{},{} {},{} {},{}\" marker-end=\"url(#stage-arrow)\"/>\n", x1, y1,
                         x1 + column_gap / 2, y1, x2 - column_gap / 2, y2, x2, y2);
    }
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Box& box = boxes[i];
    svg += fmt::format(
        "<g{}><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\"/><text x=\"{}\" y=\"{}\">{}</text>"
        "<text class=\"run\" x=\"{}\" y=\"{}\">{}</text></g>\n",
        stages[i].state == "failed" ? " class=\"failed\"" : "", box.x, box.y, box.width, box_height, box.x + 10,
        box.y + 16, escape_html(stages[i].name), box.x + 10, box.y + 30, escape_html(stages[i].run));
  }
  return svg + "</svg>\n";
}

}  // namespace reverie::analysis
