// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;

TEST_CASE("density: the drawn values are those of scipy.stats.gaussian_kde") {
  Folder folder("density-scipy");
  const auto source = recording(folder.make("a"), "awake", "awake", 30, 20, walks(30, 20, 8, 0.03));
  const auto files =
      analysis::draw_figure("density", options("density", {{"cells", 20}}), "", {source}, folder.make("figure"));
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/scipy_density.py " +
                 (source.folder / "recording.nc").string() + " " + files.csv.string()));
}

TEST_CASE("density: one picture per source, inside the SVG, on one scale") {
  Folder folder("density-panels");
  // All positions of the second lie in one cell of four: its density is the highest, 1 / (area of a cell) = 1 / 0.25.
  std::vector<float> still;
  for (int i = 0; i < 40; ++i) still.insert(still.end(), {0.25F, 0.25F});
  const std::vector<analysis::FigureSource> sources = {
      recording(folder.make("a"), "awake", "awake", 20, 30, walks(20, 30, 1, 0.03)),
      recording(folder.make("q"), "replay", "quiescent", 4, 10, still)};
  const plugin::json given = {{"estimate", "histogram"}, {"cells", 2}, {"limits", {-0.5, 0.5, -0.5, 0.5}}};
  const auto files = analysis::draw_figure("density", options("density", given), "", sources, folder.make("figure"));
  const std::string svg = store::read_file(files.svg), script = store::read_file(files.script);
  CHECK(occurrences(svg, "<image ") == 2);
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " awake replay 'density (m⁻²)'"));
  CHECK(occurrences(script, "cbrange") == 1);
  CHECK(script.find("set cbrange [0:4]") != std::string::npos);
  CHECK(occurrences(script, "#2ca7c5") == 1);
  CHECK(occurrences(script, "#ee3233") == 1);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.make("figure")), {}) == 5);

  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 1 + 2 * 4);
  CHECK(rows.back() == std::vector<std::string>{"1", "0.25", "0.25", "4", "replay"});
}

TEST_CASE("density: of many positions, those drawn are from all steps") {
  Folder folder("density-thinned");
  // 300 000 positions in 10 steps: step n is at n.
  const std::int64_t trials = 30000, steps = 10;
  std::vector<float> values;
  for (std::int64_t k = 0; k < trials * steps; ++k) {
    values.push_back(static_cast<float>(k % steps) + 0.1F * static_cast<float>(k % 7));
    values.push_back(0.01F * static_cast<float>(k % 11));
  }
  const auto source = recording(folder.make("a"), "replay", "quiescent", trials, steps, values);
  const auto files = analysis::draw_figure(
      "density", options("density", {{"estimate", "histogram"}, {"cells", 10}, {"limits", {0, 10, 0, 10}}}), "",
      {source}, folder.make("figure"));
  int steps_drawn = 0;
  for (const auto& row : cells(files.csv)) steps_drawn += row[0] == "0" && std::stod(row[3]) > 0;
  CHECK(steps_drawn == steps);
}

TEST_CASE("density: a fine grid stays a small file") {
  Folder folder("density-size");
  const auto source = recording(folder.make("a"), "awake", "awake", 20, 30, walks(20, 30, 1, 0.03));
  const auto files =
      analysis::draw_figure("density", options("density", {{"cells", 200}}), "", {source}, folder.make("figure"));
  CHECK(std::filesystem::file_size(files.svg) < 200000);
}

TEST_CASE(
    "density: positions without spread ask for a histogram; positions that are not numbers are left out and counted") {
  Folder folder("density-degenerate");
  const auto still = recording(folder.make("s"), "still", "quiescent", 2, 10, std::vector<float>(40, 0.5F));
  try {
    analysis::draw_figure("density", options("density"), "", {still}, folder.make("figure"));
    FAIL("no density exists");
  } catch (const store::DataError& error) {
    CHECK(std::string(error.what()).find("'still'") != std::string::npos);
    CHECK(error.remedy().find("histogram") != std::string::npos);
  }
  auto walked = walks(10, 10, 1, 0.03);
  walked[5] = std::nanf("");
  walked[20] = HUGE_VALF;
  const auto source = recording(folder.make("n"), "replay", "quiescent", 10, 10, walked);
  const auto files = analysis::draw_figure("density", options("density"), "", {source}, folder.make("figure"));
  CHECK(files.caption.find("2 that are not finite left out") != std::string::npos);
}
