// SPDX-License-Identifier: BSD-3-Clause
// The page as a whole: head, summary, contents, sections.
#include <analysis/figures/words.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/report.hpp>
#include <analysis/report/sections.hpp>
#include <assets.hpp>
#include <store/publication.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace reverie::analysis {
namespace {

std::string claims_summary(const ReportRun& run) {
  if (run.claims.empty()) return "";
  const auto holding = std::count_if(run.claims.begin(), run.claims.end(),
                                     [](const ReportClaim& claim) { return claim.verdict == "holds"; });
  return fmt::format("; {} of {} hold", holding, counted(std::ssize(run.claims), "claim"));
}

std::string summary_of(const ReportRun& run) {
  double seconds = 0;
  std::int64_t failed = 0, before = 0;
  for (const ReportStage& stage : run.stages) {
    seconds += stage.seconds;
    failed += stage.state == "failed";
    before += stage.state == "done before";
  }
  auto text =
      fmt::format("{}, {}, {}{}; computed in {}.", counted(std::ssize(run.stages), "stage"),
                  counted(std::ssize(run.figures), "figure"), counted(std::ssize(run.quantities), "measured value"),
                  claims_summary(run), duration(seconds));
  if (before > 0) text += fmt::format(" {} done before and not run again.", counted(before, "stage"));
  if (failed > 0) text += fmt::format(" <strong>{} failed.</strong>", counted(failed, "stage"));
  return text;
}

/// "2026-01-31T12:00:00Z" as "2026-01-31 12:00:00 UTC".
std::string readable_time(std::string time) {
  if (time.size() == 20 && time.back() == 'Z') time = time.substr(0, 10) + " " + time.substr(11, 8) + " UTC";
  return time;
}

std::string header(const Report& report) {
  std::string html = fmt::format("<header>\n<h1>{}</h1>\n", escape_html(report.title));
  for (const ReportRun& run : report.runs)
    html += fmt::format("<p class=\"faint\">{}Pipeline <code>{}</code>, {}{}{}</p>\n<p>{}</p>\n",
                        escape_html(run_prefix(report, run)), escape_html(run.pipeline), escape_html(run.state),
                        run.started.empty() ? "" : ", begun " + escape_html(readable_time(run.started)),
                        run.last.empty() ? "" : ", last word " + escape_html(readable_time(run.last)), summary_of(run));
  return html + "</header>\n";
}

std::string warnings(const Report& report) {
  std::string items;
  for (const ReportRun& run : report.runs)
    for (const std::string& warning : run.warnings)
      items += fmt::format("<li>{}{}</li>\n", escape_html(run_prefix(report, run)), escape_html(warning));
  if (items.empty()) return "";
  return fmt::format("<section class=\"warnings\" id=\"warnings\">\n<h2>Warnings</h2>\n<ul>\n{}</ul>\n</section>\n",
                     items);
}

struct Section {
  const char *id, *title;
  std::string html;
};

std::string contents(const std::vector<Section>& sections) {
  std::string items;
  for (const Section& section : sections)
    if (!section.html.empty()) items += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, section.title);
  return items.empty() ? "" : "<nav aria-label=\"Contents\">\n<ul>\n" + items + "</ul>\n</nav>\n";
}

}  // namespace

std::string run_prefix(const Report& report, const ReportRun& run) {
  return report.runs.size() > 1 ? run.title + ": " : "";
}

void write_report(const Report& report, const std::filesystem::path& file) {
  const std::vector<Section> sections = {{"now", "Now", live_section(report)},
                                         {"claims", "Claims", claims_section(report)},
                                         {"figures", "Figures", figures_section(report, file)},
                                         {"metrics", "Metrics", metrics_section(report)},
                                         {"stages", "Stages", stages_section(report)},
                                         {"configuration", "Configuration", configuration_section(report)},
                                         {"provenance", "Provenance", provenance_section(report)}};
  const auto refresh = report.refresh_seconds > 0
                           ? fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", report.refresh_seconds)
                           : "";
  // The policy makes "no network" the browser's rule, too.
  auto html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"generator\" content=\"reverie\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{}<title>{}</title>\n"
      "<style>\n{}</style>\n</head>\n<body>\n",
      refresh, escape_html(report.title), report_style);
  html += header(report) + warnings(report) + contents(sections) + "<main>\n";
  for (const Section& section : sections) html += section.html;
  html += fmt::format("</main>\n<script>\n{}</script>\n</body>\n</html>\n", report_script);
  store::write_file_atomically(file, html);
}

}  // namespace reverie::analysis
