// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/report/comparison_words.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/sections.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace reverie::analysis {
namespace {

/// A sign beside the word: verdicts are not told by colour alone.
const char* sign_of(const std::string& verdict) {
  if (verdict == "holds") return "✓";
  if (verdict == "fails") return "✗";
  return verdict == "unclear" ? "≈" : "?";
}

std::string verdict_mark(const std::string& verdict) {
  return fmt::format("<span class=\"verdict {0}\"><span aria-hidden=\"true\">{1}</span> {0}</span>",
                     escape_html(verdict), sign_of(verdict));
}

std::string numbers(const ReportComparison& comparison) {
  if (!comparison.missing.empty()) return escape_html(comparison.missing);
  const auto words = comparison_words(comparison.side, comparison.value, comparison.bound, comparison.low,
                                      comparison.high, comparison.samples);
  return fmt::format("{} <small>by {}, n = {}</small>", escape_html(words.inequality), words.difference,
                     comparison.samples);
}

/// One comparison stands beside its claim; of several each says where it is and how it ends, many are folded away.
std::string values_of(const ReportClaim& claim) {
  constexpr std::size_t most_unfolded = 4;
  const auto& all = claim.comparisons;
  if (all.size() == 1) return fmt::format("<small>{}</small>{}", escape_html(all[0].at), numbers(all[0]));
  std::string list;
  for (const ReportComparison& comparison : all)
    list += fmt::format("<li>{} <small>{}</small>{}</li>\n", verdict_mark(comparison.verdict),
                        escape_html(comparison.at), numbers(comparison));
  list = "<ul>\n" + list + "</ul>\n";
  if (all.size() <= most_unfolded) return list;
  const auto holding = std::count_if(all.begin(), all.end(), [](const auto& c) { return c.verdict == "holds"; });
  return fmt::format("<details><summary>{} of {} comparisons hold</summary>\n{}</details>", holding, all.size(), list);
}

std::string row_of(const ReportClaim& claim, const std::string& prefix) {
  return fmt::format("<tr><th scope=\"row\">{}{}<small><code>{}</code></small></th><td>{}</td><td>{}</td></tr>\n",
                     escape_html(prefix), escape_html(claim.text.empty() ? claim.name : claim.text),
                     escape_html(claim.name), verdict_mark(claim.verdict), values_of(claim));
}

}  // namespace

std::string claims_section(const Report& report) {
  std::string rows;
  for (const ReportRun& run : report.runs)
    for (const ReportClaim& claim : run.claims) rows += row_of(claim, run_prefix(report, run));
  if (rows.empty()) return "";
  const auto table = fmt::format(
      "<table class=\"claims\">\n<thead><tr><th scope=\"col\">Claim</th><th scope=\"col\">Verdict</th>"
      "<th scope=\"col\">Values</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n",
      rows);
  return html_section("claims", "Claims",
                      html_scrolling("Claims", table) +
                          "<p class=\"faint\">Values are means over n samples; the interval (95 %, Student's t over "
                          "pairs) is that of how far the value lies beyond the bound. A claim holds when the whole "
                          "interval does, and fails when none of it does; of a single sample the difference "
                          "decides.</p>\n");
}

}  // namespace reverie::analysis
