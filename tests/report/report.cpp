// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/report/report.hpp>
#include <figures/sources.hpp>

using namespace reverie;
using namespace reverie::test;

namespace {

const std::string hostile = "<script>alert(1)</script>\" onload='x' & \xff";

/// A report with three figures: an image in one, many lines in another.
analysis::Report drawn_report(const Folder& folder) {
  analysis::Report report;
  report.title = "Navigation";
  analysis::ReportRun run;
  run.pipeline = "navigation.toml";
  const std::vector<analysis::FigureSource> walked = {
      recording(folder.make("a"), "awake", "awake", 4, 30, walks(4, 30, 1, 0.03)),
      recording(folder.make("q"), "replay", "quiescent", 4, 30, walks(4, 30, 2, 0.03))};
  const std::vector<analysis::FigureSource> trained = {training(folder.make("h"), "train", 200)};
  for (const std::string kind : {"paths", "density", "curve"}) {
    const auto at = folder.make("store of results/" + kind);
    const auto files = analysis::draw_figure(kind, options(kind), "", kind == "curve" ? trained : walked, at);
    run.figures.push_back({kind, {}, "Figures", files.title, files.caption, files.alternative_text, at});
  }
  report.runs.push_back(run);
  return report;
}

bool page_is_sound(const std::filesystem::path& file, const std::string& wanted = "") {
  return succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/check_page.py " + file.string() + " " + wanted);
}

}  // namespace

TEST_CASE("every figure stands in the page itself, and nothing is loaded from elsewhere") {
  Folder folder("report-figures");
  const auto report = drawn_report(folder);
  const auto file = folder.make("run") / "report.html";
  analysis::write_report(report, file);
  CHECK(page_is_sound(file, "figure=3 figcaption=3 svg=6 image=2"));
  const std::string html = store::read_file(file);
  CHECK(html.find("http://") == std::string::npos);
  CHECK(html.find("https://") == std::string::npos);
  CHECK(html.find("aria-label=\"Decoded paths in 2 square panels.") != std::string::npos);
  for (const auto& figure : report.runs[0].figures) {
    CHECK(html.find("href=\"../store%20of%20results/" + figure.stage + "/figure.csv\"") != std::string::npos);
    CHECK(html.find("href=\"../store%20of%20results/" + figure.stage + "/figure.gp\"") != std::string::npos);
  }
}

TEST_CASE("hostile names are text, wherever they stand") {
  Folder folder("report-hostile");
  auto report = drawn_report(folder);
  auto& run = report.runs[0];
  report.title = run.title = run.name = run.pipeline = run.state = run.started = run.last = run.left = hostile;
  for (auto& figure : run.figures) {
    figure.title = figure.caption = figure.alternative_text = figure.stage = figure.section = hostile;
    figure.point = {{hostile, hostile}};
  }
  run.quantities = {{hostile, hostile, hostile, hostile, hostile, hostile, 1, 1, 1, 1, 1}};
  run.stages = {{hostile, hostile, hostile, hostile, 1, hostile, {hostile}, 0}};
  run.configuration = {{hostile, hostile}, {"stage", {{hostile, {{hostile, {hostile, 1}}}}}}};
  run.origins.set = {hostile};
  run.provenance = {{hostile, {{hostile, hostile}}}, {"text", hostile}};
  run.warnings = {hostile};
  run.claims = {{hostile, hostile, hostile, {{hostile, hostile, hostile, 1, 1, 1, 1, 1, hostile}}}};
  auto working = run;
  working.state = "running";
  working.trainings = {{hostile, 1, 2, {{1, 1.0}}, {}, 1, false, hostile, {{1, {{0, 1}}, {{0, 1}}}}}};
  report.runs.push_back(working);
  const auto file = folder.make("run") / "report.html";
  analysis::write_report(report, file);
  // Of each run: data of one animation; and the page's own script.
  CHECK(page_is_sound(file, "script=3"));
}

TEST_CASE("equal reports are equal files") {
  Folder folder("report-equal");
  const auto report = drawn_report(folder);
  analysis::write_report(report, folder.make("run") / "one.html");
  analysis::write_report(report, folder.make("run") / "two.html");
  CHECK(store::read_file(folder.make("run") / "one.html") == store::read_file(folder.make("run") / "two.html"));
}

TEST_CASE("a figure whose file is missing is an error and leaves no report") {
  Folder folder("report-missing");
  analysis::Report report;
  report.runs.emplace_back();
  report.runs[0].figures = {{"paths", {}, "", "Paths", "", "", folder.make("nothing")}};
  const auto file = folder.make("run") / "report.html";
  CHECK_THROWS_AS(analysis::write_report(report, file), store::DataError);
  CHECK(std::filesystem::is_empty(folder.make("run")));
}
