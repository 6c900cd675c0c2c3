// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/report/html.hpp>
#include <analysis/report/live_plots.hpp>
#include <analysis/report/sections.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace reverie::analysis {
namespace {

std::string head_of(const ReportRun& run) {
  std::size_t done = 0, running = 0;
  for (const ReportStage& stage : run.stages) {
    done += stage.state == "done" || stage.state == "done before";
    running += stage.state == "running";
  }
  return fmt::format(
      "<p><progress max=\"{0}\" value=\"{1}\" aria-label=\"Stages done\"></progress> {1} of {0} stages done, {2} "
      "running{3}</p>\n",
      run.stages.size(), done, running, run.left.empty() ? "." : ", " + escape_html(run.left) + " left.");
}

std::string training_card(const ReportTraining& training) {
  auto html = fmt::format(
      "<div class=\"training\">\n<h3>{}</h3>\n<p><progress max=\"{}\" value=\"{}\" aria-label=\"Batches "
      "done\"></progress> batch {} of {}",
      escape_html(training.stage), std::max<std::int64_t>(training.batches, 1), training.batch, training.batch,
      training.batches);
  if (!training.loss.empty()) html += fmt::format(", loss {:.3g}", training.loss.back().second);
  html += "</p>\n<div class=\"plots\">\n" + loss_plot(training) + paths_plots(training) + "</div>\n</div>\n";
  return html;
}

}  // namespace

std::string live_section(const Report& report) {
  std::string html;
  bool paths = false;
  for (const ReportRun& run : report.runs) {
    if (run.state != "running") continue;
    if (report.runs.size() > 1) html += fmt::format("<p><strong>{}</strong></p>\n", escape_html(run.title));
    html += head_of(run);
    for (const ReportTraining& training : run.trainings) {
      html += training_card(training);
      paths = paths || !training.paths.empty();
    }
  }
  if (html.empty()) return "";
  if (paths)
    html +=
        "<p class=\"faint\">Pale line: loss of each batch; dark line and paths: the evaluations. Blue: decoded; "
        "grey: true.</p>\n";
  return html_section("now", "Now", html);
}

}  // namespace reverie::analysis
