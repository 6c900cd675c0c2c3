// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;

namespace {

std::string wrong(const std::string& kind, const plugin::json& given,
                  const std::vector<analysis::FigureSource>& sources, const std::filesystem::path& folder) {
  try {
    analysis::draw_figure(kind, options(kind, given), "", sources, folder);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "";
}

}  // namespace

TEST_CASE("paths: every source is a panel, every trial a line, each panel marks starts and ends") {
  Folder folder("paths-panels");
  const std::vector<analysis::FigureSource> sources = {
      recording(folder.make("a"), "awake", "awake", 20, 30, walks(20, 30, 1, 0.03)),
      recording(folder.make("q"), "replay", "quiescent", 5, 40, walks(5, 40, 2, 0.03))};
  const auto files =
      analysis::draw_figure("paths", options("paths", {{"trials", 7}}), "", sources, folder.make("figure"));
  const std::string svg = store::read_file(files.svg);
  CHECK(occurrences(svg, "<g id=\"figure_plot_") ==
        (7 + 2) + (5 + 2) + 2);  // lines, starts and ends; two entries of the legend
  CHECK(svg.find("rgb( 44, 167, 197)") != std::string::npos);
  CHECK(svg.find("rgb(238,  50,  51)") != std::string::npos);
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " awake replay start end 'x (m)'"));
  CHECK(files.caption.find("awake: 7 of 20 trials (awake, 30 steps of 0.02 s)") != std::string::npos);
  CHECK(files.caption.find("replay: 5 of 5 trials (quiescent, 40 steps of 0.02 s)") != std::string::npos);
  CHECK(files.alternative_text.find("2 square panels") != std::string::npos);
}

TEST_CASE("paths: the table holds the recorded positions, to the bit") {
  Folder folder("paths-table");
  const auto walked = walks(3, 50, 4, 0.03);
  const auto source = recording(folder.make("a"), "walk", "awake", 3, 50, walked);
  const auto files = analysis::draw_figure("paths", options("paths"), "", {source}, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 1 + 3 * 50);
  CHECK(rows[0] == std::vector<std::string>{"panel", "trial", "step", "time (s)", "x (m)", "y (m)", "source", "phase"});
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    const auto& row = rows[i + 1];
    CHECK(std::stoul(row[1]) == i / 50);
    CHECK(std::stoul(row[2]) == i % 50);
    CHECK(std::stod(row[3]) == doctest::Approx(0.02 * static_cast<double>(i % 50 + 1)));
    CHECK(std::stof(row[4]) == walked[2 * i]);
    CHECK(std::stof(row[5]) == walked[2 * i + 1]);
    CHECK(row[6] == "walk");
    CHECK(row[7] == "awake");
  }
}

TEST_CASE("paths: long recordings are thinned evenly, keep start and end, and the caption says so") {
  Folder folder("paths-thin");
  const auto source = recording(folder.make("a"), "awake", "awake", 4, 3001, walks(4, 3001, 5, 0.03));
  const auto files = analysis::draw_figure("paths", options("paths"), "", {source}, folder.make("figure"));
  const auto rows = cells(files.csv);
  CHECK(rows.size() < 2000 + 4 + 2);
  CHECK(rows.size() > 1500);
  CHECK(rows[1][2] == "0");
  CHECK(rows.back()[2] == "3000");
  CHECK(files.caption.find("one step in 7 is drawn") != std::string::npos);  // 4 x 3001 / 2000, rounded up
}

TEST_CASE("paths: angles go round, outwards from the start of the trial") {
  Folder folder("paths-angles");
  const auto source = recording(folder.make("a"), "replay", "quiescent", 1, 4, {0, 90, 180, -90}, "degree");
  const auto files = analysis::draw_figure("paths", options("paths"), "", {source}, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0][4] == "x");
  const std::vector<std::pair<double, double>> places = {{0.25, 0}, {0, 0.5}, {-0.75, 0}, {0, -1}};
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(std::abs(std::stod(rows[k + 1][4]) - places[k].first) < 1e-6);
    CHECK(std::abs(std::stod(rows[k + 1][5]) - places[k].second) < 1e-6);
  }
  CHECK(files.caption.find("the radius is the share of the trial") != std::string::npos);
  const auto depth = recording(folder.make("d"), "depth", "awake", 1, 4, {0, 1, 2, 3}, "m");
  CHECK(wrong("paths", plugin::json::object(), {depth}, folder.make("none")).find("two coordinates, or an angle") !=
        std::string::npos);
  CHECK(wrong("density", plugin::json::object(), {source}, folder.make("none")).find("(1, 4, 1)") != std::string::npos);
}

TEST_CASE("paths: limits outline the box") {
  Folder folder("paths-limits");
  const auto source = recording(folder.make("a"), "awake", "awake", 2, 30, walks(2, 30, 6, 0.01));
  const auto with = analysis::draw_figure("paths", options("paths", {{"limits", {-1.1, 1.1, -1.1, 1.1}}}), "", {source},
                                          folder.make("with"));
  const auto without = analysis::draw_figure("paths", options("paths"), "", {source}, folder.make("without"));
  CHECK(store::read_file(with.svg).find("rgb(153, 153, 153)") != std::string::npos);
  CHECK(store::read_file(without.svg).find("rgb(153, 153, 153)") == std::string::npos);
  const auto problems = analysis::check_figure("paths", options("paths", {{"limits", {1, -1, 0, 1}}}), {});
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.find("two increasing pairs") != std::string::npos);
}

TEST_CASE("paths: a figure that cannot be drawn says what there is instead") {
  Folder folder("paths-wrong");
  const auto source = recording(folder.make("a"), "replay", "quiescent", 2, 30, walks(2, 30, 7, 0.03));
  const std::string latent = wrong("paths", {{"variable", "latent"}}, {source}, folder.make("figure"));
  CHECK(latent.find("'replay'") != std::string::npos);
  CHECK(latent.find("no variable 'latent'") != std::string::npos);
  CHECK(latent.find("position") != std::string::npos);
  CHECK(!std::filesystem::exists(folder.make("figure") / "figure.csv"));
  try {
    analysis::figure_options("path");
    FAIL("'path' is no kind");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("Did you mean 'paths'?") != std::string::npos);
    CHECK(error.exit_code() == ExitCode::pipeline_invalid);
  }
}
