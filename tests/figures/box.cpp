// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <analysis/figures/box.hpp>
#include <analysis/figures/results.hpp>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;

TEST_CASE("quartiles and whiskers of known samples") {
  // numpy.percentile([1..9], [25, 50, 75]) = 3, 5, 7; whiskers reach 3 - 6 and 7 + 6.
  const auto even = analysis::box_of({9, 1, 8, 2, 7, 3, 6, 4, 5});
  CHECK(even.first == 3);
  CHECK(even.median == 5);
  CHECK(even.third == 7);
  CHECK(even.low == 1);
  CHECK(even.high == 9);
  CHECK(even.outliers.empty());
  // numpy.percentile([0, 1, 2, 3, 100, -50], [25, 50, 75]) = 0.25, 1.5, 2.75
  const auto wide = analysis::box_of({0, 1, 2, 3, 100, -50});
  CHECK(wide.first == 0.25);
  CHECK(wide.median == 1.5);
  CHECK(wide.third == 2.75);
  CHECK(wide.low == 0);
  CHECK(wide.high == 3);
  CHECK(wide.outliers == std::vector<double>{-50, 100});
  CHECK(analysis::box_of({4}).median == 4);
}

TEST_CASE("box: trials of the axes of over are pooled, those of each get a box") {
  Folder folder("box-pool");
  std::vector<analysis::FigureSource> sources;
  for (const int seed : {0, 1})
    for (const char* noise : {"with", "without"}) {
      const double shift = (noise[4] == 'o' ? 100 : 0) + 4 * seed;
      sources.push_back(
          result(folder.make(fmt::format("{}{}", noise, seed)), "variance",
                 {variable("per_trial", {"trial"}, {4}, "m^2", {shift + 1, shift + 2, shift + 3, shift + 4})},
                 {{"seed", seed}, {"noise", noise}}));
    }
  auto given = options("box");
  given["over"] = {"seed"};
  given["each"] = {"noise"};
  const auto files = analysis::draw_figure("box", given, "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 3);
  CHECK(rows[1] == std::vector<std::string>{"0", "1", "2.75", "4.5", "6.25", "8", "", "8", "m^2", "with"});
  CHECK(rows[2] == std::vector<std::string>{"1", "101", "102.75", "104.5", "106.25", "108", "", "8", "m^2", "without"});
  CHECK(files.caption.find("up to 2 results") != std::string::npos);
  CHECK(files.alternative_text.find("with: median 4.5") != std::string::npos);
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() + " with without"));
}

TEST_CASE("box: of single numbers, one per result") {
  Folder folder("box-single");
  std::vector<analysis::FigureSource> sources;
  for (const int seed : {0, 1, 2})
    sources.push_back(result(folder.make(fmt::format("{}", seed)), "variance",
                             {variable("total", {}, {}, "m^2", {1.0 + seed})}, {{"seed", seed}}));
  auto given = options("box", {{"value", "total"}});
  given["over"] = {"seed"};
  const auto files = analysis::draw_figure("box", given, "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1] == std::vector<std::string>{"0", "1", "1.5", "2", "2.5", "3", "", "3", "m^2", "variance"});
  CHECK(files.caption.starts_with("total of results."));
}

TEST_CASE("the colour of a phase is left to the one line of that phase") {
  using Colours = std::vector<std::string>;
  const std::string awake = analysis::phase_colour_of_words("awake"),
                    replay = analysis::phase_colour_of_words("replay");
  CHECK(analysis::line_colours({"awake", "replay"}, false) == Colours{awake, replay});
  const auto mixed = analysis::line_colours({"control", "awake"}, false);
  CHECK(mixed[1] == awake);
  CHECK(mixed[0] != awake);
  for (const auto& colour : analysis::line_colours({"replay A", "replay B", "control"}, false)) {
    CHECK(colour != awake);
    CHECK(colour != replay);
  }
}

TEST_CASE("box: numbers of different units do not share an axis") {
  Folder folder("box-units");
  std::vector<analysis::FigureSource> sources;
  for (const std::string unit : {"m", "m^2"})
    sources.push_back(result(folder.make(unit), unit, {variable("per_trial", {"trial"}, {2}, unit, {1, 2})}));
  CHECK_THROWS_WITH_AS(analysis::draw_figure("box", options("box"), "", sources, folder.make("figure")),
                       "'per_trial' of 'm^2' is in \"m^2\", and that of others in \"m\"", Error);
}

TEST_CASE("box: names are shown as they are") {
  Folder folder("box-names");
  std::vector<analysis::FigureSource> sources;
  for (const std::string name : {"5 % dropout", "%s"})
    sources.push_back(result(folder.make(fmt::format("{}", sources.size())), name,
                             {variable("per_trial", {"trial"}, {4}, "m^2", {1, 2, 3, 4})}));
  const auto files = analysis::draw_figure("box", options("box"), "", sources, folder.make("figure"));
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " '5 % dropout' '%s'"));
}

TEST_CASE("box: values beyond the whiskers are thinned with a note, the ends kept") {
  Folder folder("box-thin");
  std::vector<double> values(2000, 1.0);
  for (int i = 0; i < 400; ++i) values.push_back(10 + i);
  const auto source = result(folder.make("b"), "noisy", {variable("per_trial", {"trial"}, {2400}, "m^2", values)});
  const auto files = analysis::draw_figure("box", options("box"), "", {source}, folder.make("figure"));
  const auto rows = cells(files.csv);
  CHECK(rows.size() == 1 + 1 + 200);
  CHECK(rows[2][6] == "10");
  CHECK(rows.back()[6] == "409");
  CHECK(files.caption.find("Of 400 values beyond the whiskers 200 are drawn.") != std::string::npos);
}
