// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/report/html.hpp>
#include <analysis/report/sections.hpp>

#include <fmt/format.h>

namespace reverie::analysis {
namespace {

/// A sign beside the word: verdicts are not told by colour alone.
const char* sign_of(const std::string& verdict) {
  if (verdict == "holds") return "✓";
  if (verdict == "fails") return "✗";
  return verdict == "unclear" ? "≈" : "?";
}

std::string verdict_cell(const std::string& verdict) {
  return fmt::format("<td class=\"verdict {0}\"><span aria-hidden=\"true\">{1}</span> {0}</td>", escape_html(verdict),
                     sign_of(verdict));
}

std::string numbers(const ReportComparison& comparison) {
  if (!comparison.missing.empty()) return escape_html(comparison.missing);
  return fmt::format("{:.4g} {} {:.4g}<small>by {:.3g} to {:.3g}, n = {}</small>", comparison.value,
                     comparison.side == "above" ? "&gt;" : "&lt;", comparison.bound, comparison.low, comparison.high,
                     comparison.samples);
}

/// All comparisons of a claim, grouped under its words.
std::string rows_of(const ReportClaim& claim, const std::string& prefix) {
  const auto words = fmt::format("<th scope=\"rowgroup\" rowspan=\"{}\">{}{}<small><code>{}</code></small></th>",
                                 std::max<std::size_t>(claim.comparisons.size(), 1), escape_html(prefix),
                                 escape_html(claim.text.empty() ? claim.name : claim.text), escape_html(claim.name));
  if (claim.comparisons.empty())
    return fmt::format("<tr>{}<td></td><td></td>{}</tr>\n", words, verdict_cell(claim.verdict));
  std::string rows;
  for (const ReportComparison& comparison : claim.comparisons)
    rows += fmt::format("<tr>{}<td>{}</td><td>{}</td>{}</tr>\n", rows.empty() ? words : "", escape_html(comparison.at),
                        numbers(comparison), verdict_cell(comparison.verdict));
  return rows;
}

}  // namespace

std::string claims_section(const Report& report) {
  std::string bodies;
  for (const ReportRun& run : report.runs)
    for (const ReportClaim& claim : run.claims)
      bodies += "<tbody>\n" + rows_of(claim, run_prefix(report, run)) + "</tbody>\n";
  if (bodies.empty()) return "";
  const auto table = fmt::format(
      "<table class=\"claims\">\n<thead><tr><th scope=\"col\">Claim</th><th scope=\"col\">At</th>"
      "<th scope=\"col\">Values</th><th scope=\"col\">Verdict</th></tr></thead>\n{}</table>\n",
      bodies);
  return html_section("claims", "Claims",
                      html_scrolling("Claims", table) +
                          "<p class=\"faint\">Values are means over n samples; the interval (95 %, Student's t over "
                          "pairs) is that of how far the value lies beyond the bound. A claim holds when the whole "
                          "interval does, and fails when none of it does.</p>\n");
}

}  // namespace reverie::analysis
