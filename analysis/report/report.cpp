// SPDX-License-Identifier: BSD-3-Clause
/// The page, section by section. Everything that comes from outside passes escape_html.
#include <analysis/figures/words.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/inline_svg.hpp>
#include <analysis/report/report.hpp>
#include <analysis/report/stage_graph.hpp>
#include <assets.hpp>
#include <store/publication.hpp>

#include <fmt/format.h>

#include <iterator>

namespace reverie::analysis {
namespace {

constexpr std::size_t most_drawn_stages = 40;  // a graph of more cannot be read

std::string duration(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  if (seconds < 3600) return fmt::format("{:.1f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string json_text(const nlohmann::ordered_json& value) {
  return value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string summary(const Report& report) {
  double seconds = 0;
  std::int64_t failed = 0, before = 0;
  for (const ReportStage& stage : report.stages) {
    seconds += stage.seconds;
    failed += stage.state == "failed";
    before += stage.state == "done before";
  }
  std::string text = fmt::format("{}, {}, {}; computed in {}.", counted(std::ssize(report.stages), "stage"),
                                 counted(std::ssize(report.figures), "figure"),
                                 counted(std::ssize(report.metrics), "value"), duration(seconds));
  if (before > 0) text += fmt::format(" {} done before and not run again.", counted(before, "stage"));
  if (failed > 0) text += fmt::format(" <strong>{} failed.</strong>", counted(failed, "stage"));
  return fmt::format("<header>\n<h1>{}</h1>\n<p class=\"faint\">Pipeline <code>{}</code></p>\n<p>{}</p>\n</header>\n",
                     escape_html(report.title), escape_html(report.pipeline), text);
}

std::string warnings(const Report& report) {
  if (report.warnings.empty()) return "";
  std::string items;
  for (const std::string& warning : report.warnings) items += fmt::format("<li>{}</li>\n", escape_html(warning));
  return fmt::format("<section class=\"warnings\" id=\"warnings\">\n<h2>Warnings</h2>\n<ul>\n{}</ul>\n</section>\n",
                     items);
}

/// `folder` seen from the report, so that both can move together. Lexically: links to stored results stay links.
std::filesystem::path seen_from(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const auto home = std::filesystem::absolute(file).lexically_normal().parent_path();
  return std::filesystem::absolute(folder).lexically_normal().lexically_relative(home);
}

std::string claims(const Report& report) {
  if (report.claims.empty()) return "";
  std::string rows;
  for (const ReportClaim& claim : report.claims)
    for (std::size_t k = 0; k < claim.comparisons.size(); ++k) {
      const ReportComparison& comparison = claim.comparisons[k];
      std::string first;
      if (k == 0)
        first = fmt::format("<th scope=\"rowgroup\" rowspan=\"{}\">{}<small><code>{}</code></small></th>",
                            claim.comparisons.size(), escape_html(claim.text.empty() ? claim.name : claim.text),
                            escape_html(claim.name));
      const std::string numbers =
          comparison.missing.empty()
              ? fmt::format("{:.4g} {} {:.4g}<small>by {:.3g} to {:.3g}, n = {}</small>", comparison.value,
                            comparison.side == "above" ? "&gt;" : "&lt;", comparison.bound, comparison.low,
                            comparison.high, comparison.samples)
              : escape_html(comparison.missing);
      rows += fmt::format("<tr>{0}<td>{1}</td><td>{2}</td><td class=\"verdict {3}\">{3}</td></tr>\n", first,
                          escape_html(comparison.at), numbers, escape_html(comparison.verdict));
    }
  return fmt::format(
      "<section id=\"claims\">\n<h2>Claims</h2>\n<div class=\"scroll\">\n<table>\n<thead><tr>"
      "<th scope=\"col\">Claim</th><th scope=\"col\">At</th><th scope=\"col\">Values</th>"
      "<th scope=\"col\">Verdict</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n"
      "<p class=\"faint\">Values are means over n samples; the interval (95 %, Student's t over pairs) is that of how "
      "far the value lies beyond the bound. A claim holds when the whole interval does, and "
      "fails when none of it does.</p>\n</section>\n",
      rows);
}

std::string figure(const ReportFigure& drawn, std::size_t number, const std::filesystem::path& file) {
  const std::string svg =
      inline_svg(store::read_file(drawn.folder / "figure.svg"), fmt::format("f{}-", number), drawn.alternative_text);
  const auto folder = seen_from(file, drawn.folder);
  std::string links;
  for (const auto& [name, words] : {std::pair{"figure.svg", "SVG"},
                                    {"figure.pdf", "PDF"},
                                    {"figure.png", "PNG"},
                                    {"figure.csv", "data"},
                                    {"figure.gp", "script"}}) {
    links += fmt::format("{}<a href=\"{}\">{}</a>", links.empty() ? "" : " · ", relative_link(folder / name), words);
  }
  return fmt::format(
      "<figure id=\"figure-{0}\">\n<h3>Figure {0}. {1}</h3>\n<div class=\"card\">\n{2}\n</div>\n<figcaption>{3} "
      "<span class=\"files\">{4}</span> <span class=\"faint\">Stage <code>{5}</code>.</span></figcaption>\n</figure>\n",
      number, escape_html(drawn.title), svg, escape_html(drawn.caption), links, escape_html(drawn.stage));
}

std::string figures(const Report& report, const std::filesystem::path& file) {
  if (report.figures.empty()) return "";
  std::string html = "<section id=\"figures\">\n<h2>Figures</h2>\n";
  for (std::size_t i = 0; i < report.figures.size(); ++i) html += figure(report.figures[i], i + 1, file);
  return html + "</section>\n";
}

std::string metrics(const Report& report) {
  if (report.metrics.empty()) return "";
  std::string rows;
  for (const ReportMetric& metric : report.metrics) {
    const std::string doc = metric.doc.empty() ? "" : fmt::format("<small>{}</small>", escape_html(metric.doc));
    rows += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}{}</td><td class=\"number\" data-value=\"{}\">{:.5g}</td><td>{}</td></tr>\n",
        escape_html(metric.stage), escape_html(metric.metric), escape_html(metric.name), doc, metric.value,
        metric.value, escape_html(printed_unit(metric.unit)));
  }
  return fmt::format(
      "<section id=\"metrics\">\n<h2>Metrics</h2>\n<div class=\"scroll\">\n<table class=\"sortable\">\n<thead><tr>"
      "<th scope=\"col\">Stage</th><th scope=\"col\">Metric</th><th scope=\"col\">Quantity</th>"
      "<th scope=\"col\" class=\"number\">Value</th><th "
      "scope=\"col\">Unit</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n"
      "</div>\n</section>\n",
      rows);
}

std::string stages(const Report& report) {
  if (report.stages.empty()) return "";
  std::string rows;
  for (const ReportStage& stage : report.stages) {
    std::string inputs;
    for (const std::string& input : stage.inputs) inputs += (inputs.empty() ? "" : ", ") + escape_html(input);
    rows += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"number\" data-value=\"{}\">{}</td><td><code "
        "title=\"{}\">{}</code></td></tr>\n",
        escape_html(stage.name), escape_html(stage.run), inputs, escape_html(stage.state), stage.seconds,
        duration(stage.seconds), escape_html(stage.fingerprint), escape_html(stage.fingerprint.substr(0, 12)));
  }
  const std::string graph = report.stages.size() > most_drawn_stages
                                ? ""
                                : fmt::format("<div class=\"graph scroll\">\n{}</div>\n", stage_graph(report.stages));
  return fmt::format(
      "<section id=\"stages\">\n<h2>Stages</h2>\n{}<div class=\"scroll\">\n<table class=\"sortable\">\n<thead><tr>"
      "<th scope=\"col\">Stage</th><th scope=\"col\">Runs</th><th scope=\"col\">Reads</th><th scope=\"col\">State</th>"
      "<th scope=\"col\" class=\"number\">Time</th><th "
      "scope=\"col\">Fingerprint</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n"
      "</div>\n</section>\n",
      graph, rows);
}

std::string configuration(const Report& report) {
  if (report.configuration.is_null()) return "";
  return fmt::format(
      "<section id=\"configuration\">\n<h2>Configuration</h2>\n<details>\n<summary>As resolved, with every "
      "default</summary>\n"
      "<pre>{}</pre>\n</details>\n</section>\n",
      escape_html(json_text(report.configuration)));
}

std::string provenance(const Report& report) {
  if (!report.provenance.is_object() || report.provenance.empty()) return "";
  std::string items;
  for (const auto& [key, value] : report.provenance.items()) {
    const std::string text = value.is_string()       ? escape_html(value.get<std::string>())
                             : value.is_structured() ? fmt::format("<pre>{}</pre>", escape_html(json_text(value)))
                                                     : escape_html(json_text(value));
    items += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(key), text);
  }
  return fmt::format("<section id=\"provenance\">\n<h2>Provenance</h2>\n<dl>\n{}</dl>\n</section>\n", items);
}

}  // namespace

void write_report(const Report& report, const std::filesystem::path& file) {
  // The policy makes "no network" the browser's rule, too.
  const std::string head = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src "
      "'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n",
      escape_html(report.title), report_style);
  const std::string body = summary(report) + warnings(report) + "<main>\n" + claims(report) + figures(report, file) +
                           metrics(report) + stages(report) + configuration(report) + provenance(report) + "</main>\n";
  store::write_file_atomically(
      file, head + "<body>\n" + body + "<script>\n" + report_script + "</script>\n</body>\n</html>\n");
}

}  // namespace reverie::analysis
