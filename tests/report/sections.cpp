// SPDX-License-Identifier: BSD-3-Clause
/// What the sections of the report say, from data that are made up here.
#include <doctest/doctest.h>
#include <analysis/report/report.hpp>
#include <analysis/report/sections.hpp>
#include <figures/sources.hpp>

#include <cmath>

using namespace reverie;
using namespace reverie::analysis;
using reverie::test::Folder;

namespace {

Report with(ReportRun run) {
  Report report;
  report.title = "Navigation";
  report.runs.push_back(std::move(run));
  return report;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A figure without gnuplot: an SVG of about so many bytes.
ReportFigure figure(const Folder& folder, const std::string& stage, const ReportPoint& point, std::size_t bytes = 100) {
  const auto at = folder.make(stage + (point.empty() ? "" : point[0].second));
  store::write_file_atomically(at / "figure.svg",
                               "<svg viewBox='0 0 40 30'><text>" + std::string(bytes, 'x') + "</text></svg>");
  return {stage, point, "Section", "Title of " + stage, "caption", "words", at};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("claims show values, interval and verdict of every comparison") {
  ReportRun run;
  run.claims = {{"faster",
                 "Momentum is faster",
                 "fails",
                 {{"seed=0", "above", "fails", 5, 1.25, 2.5, -2, -0.5, ""},
                  {"seed=3", "below", "fails", 1, 0.5, 0.25, -0.25, -0.25, ""},
                  {"seed=1", "below", "unknown", 0, 0, 0, 0, 0, "stage 'reach' has no result"}}}};
  const auto html = claims_section(with(run));
  for (const char* part : {"Momentum is faster", "1.25 is not &gt; 2.5 <small>by -2 to -0.5, n = 5<",
                           "0.5 is not &lt; 0.25 <small>by -0.25, n = 1<", "has no result", "class=\"verdict fails\"",
                           "class=\"verdict unknown\""})
    CHECK_MESSAGE(contains(html, part), part);
  CHECK_FALSE(contains(html, "<details>"));

  auto& all = run.claims[0].comparisons;
  all.resize(5, {"seed=2", "above", "holds", 5, 3, 2.5, 0.1, 1, ""});
  CHECK(contains(claims_section(with(run)), "<summary>2 of 5 comparisons hold</summary>"));
  CHECK(contains(claims_section(with(run)), "3 &gt; 2.5 <small>by 0.1 to 1, n = 5<"));
}

TEST_CASE("a quantity has mean, deviation, interval and unit; what is not known stays empty") {
  ReportRun run;
  run.quantities = {
      {"kl", "friction=0.5", "kde_divergence", "divergence", "m^2", "replay to awake", 0.125, 0.5, 0.1, 0.2, 3},
      {"kl", "", "kde_divergence", "clipped", "1", "", 7, NAN, NAN, NAN, 1}};
  const auto html = metrics_section(with(run));
  for (const char* part : {"data-value=\"0.125\">0.125<", "± 0.5<", "0.1 to 0.2<", ">m²<", "replay to awake", ">3<"})
    CHECK_MESSAGE(contains(html, part), part);
  CHECK(contains(html, "data-value=\"7\">7</td><td class=\"number\"></td><td class=\"number\"></td>"));
  CHECK_FALSE(contains(html, "nan"));
}

TEST_CASE("the configuration tells defaults, the scale and the command line apart, inside of lists, too") {
  ReportRun run;
  run.configuration = {{"title", "T"},
                       {"stage",
                        {{"a b",
                          {{"batches", 5},
                           {"beta1", 0.9},
                           {"trials", 3},
                           {"dynamics", {{{"plugin", "underdamped"}, {"noise", "plain"}}}},
                           {"over", {"seed"}}}}}}};
  run.origins = {{"title", "stage", "stage.a b", "stage.a b.dynamics", "stage.a b.dynamics[0]",
                  "stage.a b.dynamics[0].plugin", "stage.a b.over"},
                 {"stage.a b.trials"},
                 {"stage.a b.batches"}};
  const auto html = configuration_section(with(run));
  CHECK(contains(html, "<pre>title = &quot;T&quot;\n"));
  CHECK(contains(html, "<b>[stage.&quot;a b&quot;]</b>\n"));
  CHECK(contains(html, "<mark>batches = 5</mark>  <i># --set</i>\n"));
  CHECK(contains(html, "<mark>trials = 3</mark>  <i># scale</i>\n"));
  CHECK(contains(html, "<span class=\"default\">beta1 = 0.9  # default</span>\n"));
  CHECK(contains(html,
                 "dynamics = [{ plugin = &quot;underdamped&quot;, <span class=\"default\">noise = "
                 "&quot;plain&quot;</span> }]\n"));
  // Written as one text, shown as a list: no default.
  CHECK(contains(html, "\nover = [&quot;seed&quot;]\n"));
}

TEST_CASE("figures of one table are variants of one figure, under the headings of the pipeline") {
  const Folder folder("report-variants");
  ReportRun run;
  run.figures = {figure(folder, "a", {{"friction", "0.5"}}), figure(folder, "b", {}),
                 figure(folder, "a", {{"friction", "1.0"}})};
  run.figures[1].section = "Other";
  const auto html = figures_section(with(run), folder.make("run") / "report.html");
  CHECK(count(html, "<h4>") == 2);
  CHECK(count(html, "class=\"variant\"") == 3);
  CHECK(count(html, "<li><a href=\"#figure-") == 2);
  CHECK(contains(html, "data-at=\"{&quot;friction&quot;:&quot;1.0&quot;}\""));
  CHECK(html.find("<h3>Section</h3>") < html.find("<h3>Other</h3>"));
}

TEST_CASE("drawings beyond the size of a mail are left out, with their files linked") {
  const Folder folder("report-size");
  ReportRun run;
  for (const char* stage : {"a", "b", "c", "d"}) run.figures.push_back(figure(folder, stage, {}, 1'500'000));
  const auto file = folder.make("run") / "report.html";
  write_report(with(run), file);
  CHECK(std::filesystem::file_size(file) < 5'000'000);
  const auto html = store::read_file(file);
  CHECK(count(html, "class=\"card\"") == 2);
  CHECK(count(html, "class=\"left-out\"") == 2);
  CHECK(count(html, ">SVG</a>") == 4);
}

TEST_CASE("a stage that reads many points of a sweep shows how many") {
  ReportRun run;
  ReportStage few, many;
  few.inputs = {"replay[seed=0]", "awake"};
  for (int seed = 0; seed < 9; ++seed) many.inputs.push_back(fmt::format("replay[seed={}]", seed));
  many.inputs.push_back("awake");
  run.stages = {few, many};
  const auto html = stages_section(with(run));
  CHECK(contains(html, "<td>replay[seed=0], awake</td>"));
  CHECK(contains(html, "<td>replay × 9, awake</td>"));
}

TEST_CASE("a page is read again only while it is told to") {
  const Folder folder("report-refresh");
  auto report = with({});
  const auto file = folder.make("run") / "report.html";
  report.refresh_seconds = 10;
  write_report(report, file);
  CHECK(contains(store::read_file(file), "<meta http-equiv=\"refresh\" content=\"10\">"));
  report.refresh_seconds = 0;
  write_report(report, file);
  CHECK_FALSE(contains(store::read_file(file), "<meta http-equiv=\"refresh\""));
}
