// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/figures/front.hpp>

#include <limits>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;
using analysis::pareto_front;

namespace {

using Row = std::vector<std::string>;
using Sources = std::vector<analysis::FigureSource>;

const double missing = std::numeric_limits<double>::quiet_NaN();

/// What is drawn against what, over both axes.
plugin::json given(plugin::json more = plugin::json::object()) {
  plugin::json all = {{"x", "reach.speed"}, {"y", "occupancy.entropy"}, {"colour", "friction"}, {"shape", "strength"}};
  all.update(more);
  auto complete = options("tradeoff", all);
  complete["over"] = {"seed"};
  return complete;
}

/// A speed and an entropy in two stages at one place.
void add(Sources& sources, const Folder& folder, const Place& place, double speed, double entropy) {
  const auto name = std::to_string(sources.size());
  sources.push_back(result(folder.make("reach-" + name), "reach", {variable("speed", {}, {}, "1", {speed})}, place));
  sources.push_back(
      result(folder.make("occupancy-" + name), "occupancy", {variable("entropy", {}, {}, "nats", {entropy})}, place));
}

Place at(double friction, double strength, int seed) {
  return {{"friction", friction}, {"strength", strength}, {"seed", seed}};
}

/// Means (speed, entropy): (1, 2), (1, 3) without momentum, (2, 1), (2, 3) with; seeds differ by 0.5 and 0.2.
Sources sweep(const Folder& folder) {
  Sources sources;
  for (const double friction : {1.0, 0.5})
    for (const double strength : {0.0, 0.1})
      for (const int seed : {0, 1}) {
        const double speed = friction == 1.0 ? 1 : 2, entropy = strength > 0 ? 3 : friction == 1.0 ? 2 : 1;
        add(sources, folder, at(friction, strength, seed), speed + 0.5 * (seed - 0.5), entropy + 0.2 * (seed - 0.5));
      }
  return sources;
}

std::string error_of(const plugin::json& options, const Sources& sources, const Folder& folder) {
  try {
    analysis::draw_figure("tradeoff", options, "", sources, folder.make("wrong"));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::vector<analysis::OptionProblem> problems_of(const plugin::json& more) {
  const std::vector<std::pair<std::string, plugin::json>> place = {{"friction", 0.5}, {"strength", 0.0}};
  return analysis::check_figure("tradeoff", given(more),
                                {{"reach", "measure", {}, place}, {"occupancy", "measure", {}, place}});
}

}  // namespace

TEST_CASE("the front: points that no other point beats; equal ones together") {
  using Front = std::vector<bool>;
  CHECK(pareto_front({}).empty());
  CHECK(pareto_front({{1, 1}}) == Front{true});
  CHECK(pareto_front({{1, 3}, {2, 2}, {3, 1}, {1.5, 1.5}}) == Front{true, true, true, false});
  CHECK(pareto_front({{2, 2}, {2, 2}, {1, 2}, {2, 1}}) == Front{true, true, false, false});
  CHECK(pareto_front({{1, 1}, {2, 2}, {3, 3}}) == Front{false, false, true});
}

TEST_CASE("tradeoff: a point is the mean of both numbers at its place, and the front is that of the means") {
  Folder folder("tradeoff");
  const auto files = analysis::draw_figure("tradeoff", given(), "", sweep(folder), folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0] == Row{"panel", "colour", "shape", "reach.speed", "occupancy.entropy (nats)", "x_bar", "y_bar", "n",
                       "marked", "front", "friction", "strength", "title"});
  const std::vector<Row> places = {{"0.5", "0.0"}, {"0.5", "0.1"}, {"1.0", "0.0"}, {"1.0", "0.1"}};
  const std::vector<std::vector<double>> expected = {{2, 1, 0}, {2, 3, 1}, {1, 2, 0}, {1, 3, 0}};  // x, y, front
  for (std::size_t k = 0; k < 4; ++k) {
    const Row& row = rows[k + 1];
    CHECK(std::stod(row[10]) == std::stod(places[k][0]));
    CHECK(std::stod(row[11]) == std::stod(places[k][1]));
    CHECK(std::stod(row[3]) == doctest::Approx(expected[k][0]));
    CHECK(std::stod(row[4]) == doctest::Approx(expected[k][1]));
    CHECK(std::stod(row[5]) == doctest::Approx(0.5 * std::sqrt(0.5)));
    CHECK(std::stod(row[6]) == doctest::Approx(0.2 * std::sqrt(0.5)));
    CHECK(row[7] == "2");
    CHECK(std::stod(row[9]) == expected[k][2]);
  }
  CHECK(
      files.caption ==
      "entropy against speed over friction (colour) and strength (shape). Points: means of up to 2 results. Bars: ± 1 "
      "standard deviation. Line: Pareto front of the means, where higher speed and higher entropy are better.");
  CHECK(files.alternative_text.find("1 of 4 points on the front: friction = 0.5, strength = 0.1 (2, 3)") !=
        std::string::npos);
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " speed 'entropy (nats)' 'friction = 0.5' 'strength = 0.1' 'Pareto front'"));
}

TEST_CASE("tradeoff: lower may be better") {
  Folder folder("tradeoff-lower");
  const auto files = analysis::draw_figure("tradeoff", given({{"better_x", "lower"}, {"bars", "none"}}), "",
                                           sweep(folder), folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 5);
  for (std::size_t k = 1; k < 5; ++k) {
    CHECK(rows[k][5].empty());
    CHECK(rows[k][9] == (k == 4 ? "1" : "0"));  // friction 1, strength 0.1
  }
  CHECK(files.caption.find("where lower speed and higher entropy are better") != std::string::npos);
}

TEST_CASE("tradeoff: a cross marks points, where most of their results say so") {
  Folder folder("tradeoff-mark");
  Sources sources;
  for (const int seed : {0, 1, 2}) {
    add(sources, folder, at(0.5, 0, seed), 1, 2);
    add(sources, folder, at(1.0, 0, seed), 2, 3);
    for (const double friction : {0.5, 1.0})
      sources.push_back(result(folder.make(fmt::format("late-{}-{}", seed, friction)), "late",
                               {variable("censored", {}, {}, "1", {friction == 0.5 && seed > 0 ? 1.0 : 0.0})},
                               at(friction, 0, seed)));
  }
  const auto files =
      analysis::draw_figure("tradeoff", given({{"mark", "late.censored"}}), "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 3);
  CHECK(rows[1][8] == "1");
  CHECK(rows[2][8] == "0");
  CHECK(files.caption.find("Cross: censored.") != std::string::npos);
}

TEST_CASE("tradeoff: what is missing or not finite is left out in both numbers, and said") {
  Folder folder("tradeoff-missing");
  Sources sources;
  add(sources, folder, at(0.5, 0, 0), 2, 1);
  add(sources, folder, at(0.5, 0, 1), 4, missing);  // else the mean speed were 3
  add(sources, folder, at(1.0, 0, 0), std::numeric_limits<double>::infinity(), 9);
  add(sources, folder, at(1.0, 0, 1), 1, 5);
  sources.pop_back();  // no entropy there
  const auto files = analysis::draw_figure("tradeoff", given(), "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1] == Row{"0", "0", "0", "2", "1", "", "", "1", "0", "1", "0.5", "0"});
  CHECK(files.caption.find("3 of 4 results are left out: a number is missing or not finite.") != std::string::npos);

  Sources none;
  add(none, folder, at(0.5, 0, 0), missing, 1);
  CHECK(error_of(given(), none, folder).find("no result has both 'reach.speed' and 'occupancy.entropy'") !=
        std::string::npos);
}

TEST_CASE("tradeoff: each panel has its own front and the reference at its place") {
  Folder folder("tradeoff-panels");
  Sources sources;
  for (const std::string maze : {"t_maze", "triangle"})
    for (const double friction : {0.5, 1.0})
      add(sources, folder, {{"maze", maze}, {"friction", friction}}, friction,
          maze == "t_maze" ? 2 - friction : friction);
  for (const auto& [maze, entropy] : {std::pair{"t_maze", 3.0}, {"triangle", 4.0}})
    sources.push_back(
        result(folder.make(maze), "awake", {variable("entropy", {}, {}, "nats", {entropy})}, {{"maze", maze}}));
  auto options =
      given({{"shape", ""}, {"reference_x", "1.5"}, {"reference_y", "awake.entropy"}, {"reference_label", "awake"}});
  options["each"] = {"maze"};
  const auto files = analysis::draw_figure("tradeoff", options, "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 7);
  CHECK(rows[1] == Row{"0", "0", "0", "0.5", "1.5", "", "", "1", "0", "1", "0.5", "", "t_maze"});
  CHECK(rows[2] == Row{"0", "1", "0", "1", "1", "", "", "1", "0", "1", "1", "", "t_maze"});
  CHECK(rows[3] == Row{"0", "", "", "1.5", "3", "", "", "", "0", "0", "", "", "t_maze"});
  CHECK(rows[4] == Row{"1", "0", "0", "0.5", "0.5", "", "", "1", "0", "0", "0.5", "", "triangle"});
  CHECK(rows[5][9] == "1");
  CHECK(rows[6][4] == "4");
  CHECK(files.caption.find("Star: awake.") != std::string::npos);
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " t_maze triangle awake"));
}

TEST_CASE("tradeoff: numbers that cannot stand against each other are named") {
  Folder folder("tradeoff-wrong");
  const auto sources = sweep(folder);
  CHECK(error_of(given({{"y", "occupancy.entropi"}}), sources, folder)
            .find("no variable 'entropi'. Did you mean 'entropy'?") != std::string::npos);
  CHECK(error_of(given({{"colour", "mask"}}), sources, folder).find("'mask' does not reach the stage 'reach'") !=
        std::string::npos);
  auto fewer = sources;
  for (auto& source : fewer)
    if (source.label == "occupancy") source.coordinates = {{"friction", 0.5}, {"seed", 0}};
  const auto problems = analysis::check_figure("tradeoff", given(), fewer);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.starts_with("axis 'strength' reaches 'reach' and not 'occupancy'"));
  CHECK(error_of(given({{"reference_x", "occupancy.entropy"}, {"reference_y", "2"}}), sources, folder)
            .find("'entropy' of 'occupancy' is in \"nats\", and others on its axis in \"1\"") != std::string::npos);
}

TEST_CASE("tradeoff: options that name no number of a source are found before anything is drawn") {
  CHECK(problems_of(plugin::json::object()).empty());
  CHECK(problems_of({{"reference_x", "1"}, {"reference_y", "occupancy.entropy"}}).empty());
  const auto only = [](const plugin::json& more) {
    const auto problems = problems_of(more);
    REQUIRE(problems.size() == 1);
    return problems[0].option + ": " + problems[0].message;
  };
  CHECK(only({{"x", "speed"}}) == "x: 'x' must be \"STAGE.VARIABLE\", a number of one of the stages reach, occupancy");
  CHECK(only({{"x", "1"}}).find("x: 'x' must be") == 0);
  CHECK(only({{"y", "occupacy.entropy"}}) ==
        "y: 'y' names a number of 'occupacy', which the figure does not draw. Did you mean 'occupancy'?");
  auto marked = sweep(Folder("tradeoff-alone"));
  marked.push_back(marked.front());
  marked.back().label = "one";
  marked.back().coordinates = {{"seed", 0}};
  const auto unreached = analysis::check_figure("tradeoff", given({{"mark", "one.censored"}}), marked);
  REQUIRE(unreached.size() == 1);
  CHECK(unreached[0].message.find("reaches 'reach' and not 'one'") != std::string::npos);
  CHECK(only({{"reference_x", "1"}}) == "reference_x: a reference needs both coordinates; 'reference_y' is missing");
}
