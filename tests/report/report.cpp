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
  report.pipeline = "navigation";
  const std::vector<analysis::FigureSource> walked = {
      recording(folder.make("a"), "awake", "awake", 4, 30, walks(4, 30, 1, 0.03)),
      recording(folder.make("q"), "replay", "quiescent", 4, 30, walks(4, 30, 2, 0.03))};
  const std::vector<analysis::FigureSource> trained = {training(folder.make("h"), "train", 200)};
  for (const std::string kind : {"paths", "density", "curve"}) {
    const auto at = folder.make("store of results/" + kind);
    const auto files = analysis::draw_figure(kind, options(kind), "", kind == "curve" ? trained : walked, at);
    report.figures.push_back({kind, files.title, files.caption, files.alternative_text, at});
  }
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
  CHECK(page_is_sound(file, "figure=3 figcaption=3 svg=3 image=2"));
  const std::string html = store::read_file(file);
  CHECK(html.find("http://") == std::string::npos);
  CHECK(html.find("https://") == std::string::npos);
  CHECK(html.find("aria-label=\"Decoded paths in 2 square panels.") != std::string::npos);
  for (const auto& figure : report.figures) {
    CHECK(html.find("href=\"../store%20of%20results/" + figure.stage + "/figure.csv\"") != std::string::npos);
    CHECK(html.find("href=\"../store%20of%20results/" + figure.stage + "/figure.gp\"") != std::string::npos);
  }
}

TEST_CASE("the page has values with units, stages with times, configuration, provenance and warnings") {
  Folder folder("report-sections");
  analysis::Report report;
  report.title = "Navigation";
  report.pipeline = "navigation";
  report.metrics = {{"divergence", "kde_divergence", "divergence", "nats", 0.125, "replay to awake"}};
  report.stages = {{"train", "train", "done", 83.4, "0123456789abcdef", {}},
                   {"awake", "simulate", "done before", 0, "fedcba9876543210", {"train"}},
                   {"replay", "simulate", "failed", 2, "", {"train"}}};
  report.claims = {{"faster",
                    "Momentum is faster",
                    "fails",
                    {{"seed=0", "above", "fails", 5, 1.25, 2.5, -2, -0.5, ""},
                     {"seed=1", "below", "unknown", 0, 0, 0, 0, 0, "stage 'reach' has no result"}}}};
  report.configuration = {{"network", {{"units", 128}}}};
  report.provenance = {{"version", "0.1.0"}, {"plugins", {{"leaky_rnn", 1}}}};
  report.warnings = {"the loss has not left its plateau"};
  const auto file = folder.make("run") / "report.html";
  analysis::write_report(report, file);
  CHECK(page_is_sound(
      file,
      "table=3 'text=Momentum is faster' 'text=1.25 > 2.5' 'text=by -2 to -0.5, n = 5' 'text=has no result' "
      "svg=1 pre=2 details=1 rect=3 'text=0.125' text=nats 'text=1.4 min' text=0123456789ab "
      "'text=1 stage done before' 'text=1 stage failed' 'text=\"units\": 128' text=0.1.0 'text=its plateau'"));
}

TEST_CASE("hostile names are text, wherever they stand") {
  Folder folder("report-hostile");
  auto report = drawn_report(folder);
  report.title = report.pipeline = hostile;
  for (auto& figure : report.figures) figure.title = figure.caption = figure.alternative_text = figure.stage = hostile;
  report.metrics = {{hostile, hostile, hostile, hostile, 1, hostile}};
  report.stages = {{hostile, hostile, hostile, 1, hostile, {hostile}}};
  report.configuration = {{hostile, hostile}};
  report.provenance = {{hostile, {{hostile, hostile}}}, {"text", hostile}};
  report.warnings = {hostile};
  report.claims = {{hostile, hostile, hostile, {{hostile, hostile, hostile, 1, 1, 1, 1, 1, hostile}}}};
  const auto file = folder.make("run") / "report.html";
  analysis::write_report(report, file);
  CHECK(page_is_sound(file, "script=1 figure=3 svg=4"));
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
  report.figures = {{"paths", "Paths", "", "", folder.make("nothing")}};
  const auto file = folder.make("run") / "report.html";
  CHECK_THROWS_AS(analysis::write_report(report, file), store::DataError);
  CHECK(std::filesystem::is_empty(folder.make("run")));
}
