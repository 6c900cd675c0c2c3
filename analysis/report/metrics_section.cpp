// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/words.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/sections.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace reverie::analysis {
namespace {

/// A cell that sorts by its value and not by its text; empty for NaN.
std::string number_cell(double value) {
  if (std::isnan(value)) return "<td class=\"number\"></td>";
  return fmt::format("<td class=\"number\" data-value=\"{}\">{:.5g}</td>", value, value);
}

std::string spread_cell(double sd) {
  if (std::isnan(sd)) return "<td class=\"number\"></td>";
  return fmt::format("<td class=\"number\" data-value=\"{}\">± {:.3g}</td>", sd, sd);
}

std::string interval_cell(const ReportQuantity& quantity) {
  if (std::isnan(quantity.low) || std::isnan(quantity.high)) return "<td class=\"number\"></td>";
  return fmt::format("<td class=\"number\" data-value=\"{}\">{:.5g} to {:.5g}</td>", quantity.high - quantity.low,
                     quantity.low, quantity.high);
}

std::string row_of(const ReportQuantity& quantity, const std::string& run) {
  const std::string doc = quantity.doc.empty() ? "" : fmt::format("<small>{}</small>", escape_html(quantity.doc));
  return fmt::format(
      "<tr>{}<td>{}<small>{}</small></td><td>{}</td><td>{}{}</td>{}{}{}<td class=\"number\" "
      "data-value=\"{}\">{}</td><td>{}</td></tr>\n",
      run.empty() ? "" : fmt::format("<td>{}</td>", escape_html(run)), escape_html(quantity.stage),
      escape_html(quantity.metric), escape_html(quantity.condition), escape_html(quantity.name), doc,
      number_cell(quantity.mean), spread_cell(quantity.sd), interval_cell(quantity), quantity.seeds, quantity.seeds,
      escape_html(printed_unit(quantity.unit)));
}

}  // namespace

std::string metrics_section(const Report& report) {
  std::string rows;
  const bool several = report.runs.size() > 1;
  for (const ReportRun& run : report.runs)
    for (const ReportQuantity& quantity : run.quantities) rows += row_of(quantity, several ? run.name : "");
  if (rows.empty()) return "";
  const auto table = fmt::format(
      "<table class=\"sortable filterable\">\n<thead><tr>{}<th scope=\"col\">Stage</th><th scope=\"col\">Condition</th>"
      "<th scope=\"col\">Quantity</th><th scope=\"col\" class=\"number\">Mean</th>"
      "<th scope=\"col\" class=\"number\">± sd</th><th scope=\"col\" class=\"number\">95 % interval</th>"
      "<th scope=\"col\" class=\"number\">Seeds</th><th scope=\"col\">Unit</th></tr></thead>\n<tbody>\n{}</tbody>\n"
      "</table>\n",
      several ? "<th scope=\"col\">Run</th>" : "", rows);
  return html_section("metrics", "Metrics",
                      html_scrolling("Metrics", table) +
                          "<p class=\"faint\">With several seeds: mean, standard deviation and 95 % interval "
                          "(Student's t) of the mean over seeds. With one: the value, and mean ± 1.96 standard errors "
                          "over trials where the measurement gives one. Intervals sort by their width.</p>\n");
}

}  // namespace reverie::analysis
