// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/words.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/sections.hpp>
#include <analysis/report/stage_graph.hpp>

#include <fmt/format.h>

namespace reverie::analysis {
namespace {

constexpr std::size_t listed = 40;  // of more, the table is folded away

/// What a stage reads, by name; of many points of a sweep how many.
std::string inputs_of(const ReportStage& stage) {
  constexpr std::size_t named = 6;
  std::vector<std::pair<std::string, std::size_t>> tables;
  for (const std::string& input : stage.inputs) {
    const auto name = stage.inputs.size() > named ? input.substr(0, input.find('[')) : input;
    if (tables.empty() || tables.back().first != name) tables.emplace_back(name, 0);
    ++tables.back().second;
  }
  std::string text;
  for (const auto& [name, count] : tables)
    text += (text.empty() ? "" : ", ") + escape_html(name) + (count > 1 ? fmt::format(" × {}", count) : "");
  return text;
}

std::string table_of(const std::vector<ReportStage>& stages) {
  std::string rows;
  for (const ReportStage& stage : stages) {
    rows += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"{}\"><span aria-hidden=\"true\">{}</span> {}{}</td>"
        "<td class=\"number\" data-value=\"{}\">{}</td><td><code title=\"{}\">{}</code></td></tr>\n",
        escape_html(stage.name), escape_html(stage.run), inputs_of(stage), state_class(stage.state),
        state_sign(stage.state), escape_html(stage.state),
        stage.state == "running" && stage.share > 0 ? fmt::format(", {:.0f} %", 100 * stage.share) : "", stage.seconds,
        stage.seconds > 0 ? duration(stage.seconds) : "", escape_html(stage.fingerprint),
        escape_html(stage.fingerprint.substr(0, 12)));
  }
  return html_scrolling(
      "Stages",
      fmt::format("<table class=\"sortable\">\n<thead><tr><th scope=\"col\">Stage</th>"
                  "<th scope=\"col\">Runs</th><th scope=\"col\">Reads</th><th scope=\"col\">State</th>"
                  "<th scope=\"col\" class=\"number\">Time</th><th scope=\"col\">Fingerprint</th></tr></thead>"
                  "\n<tbody>\n{}</tbody>\n</table>\n",
                  rows));
}

}  // namespace

std::string stages_section(const Report& report) {
  std::string html;
  for (std::size_t k = 0; k < report.runs.size(); ++k) {
    const ReportRun& run = report.runs[k];
    if (run.stages.empty()) continue;
    if (report.runs.size() > 1) html += fmt::format("<h3>{}</h3>\n", escape_html(run.title));
    html += html_scrolling("Graph of stages", stage_graph(run.stages, fmt::format("run-{}-", k + 1)), "graph");
    const auto table = table_of(run.stages);
    const auto count = counted(static_cast<std::int64_t>(run.stages.size()), "stage");
    html += fmt::format("<details{}>\n<summary>{}</summary>\n{}</details>\n", run.stages.size() > listed ? "" : " open",
                        count, table);
  }
  return html_section("stages", "Stages", html);
}

}  // namespace reverie::analysis
