// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <set>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;

namespace {

/// Projections of 2 trials of 3 steps: component k of sample i is 10 i + k.
store::Variable projection(const std::string& name, const std::string& trial, const std::string& time) {
  std::vector<double> values;
  for (int i = 0; i < 6; ++i)
    for (int k = 0; k < 3; ++k) values.push_back(10 * i + k);
  return variable(name, {trial, time, "component"}, {2, 3, 3}, "", values);
}

}  // namespace

TEST_CASE("states: projections are coloured by what the recording decoded at the same trial and step") {
  Folder folder("states");
  std::vector<float> positions;
  for (int i = 0; i < 12; ++i) {
    positions.push_back(static_cast<float>(3 * i));
    positions.push_back(static_cast<float>(4 * i));
  }
  const auto awake = recording(folder.make("a"), "awake", "awake", 4, 3, positions);
  const auto replay = recording(folder.make("q"), "replay", "quiescent", 4, 3, positions);
  auto pca =
      result(folder.make("p"), "pca",
             {projection("fitted", "fit_trial", "fit_time"), projection("projected", "project_trial", "project_time")});
  pca.reads = {"awake", "replay"};
  const plugin::json given = {{"components", {1, 3}}};
  const auto files =
      analysis::draw_figure("states", options("states", given), "", {pca, awake, replay}, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 13);
  CHECK(rows[0] == std::vector<std::string>{"panel", "trial", "step", "PC 1", "PC 3", "colour", "source"});
  for (std::size_t i = 0; i < 12; ++i) {
    const auto sample = static_cast<double>(i % 6);
    CHECK(rows[i + 1][0] == (i < 6 ? "0" : "1"));
    CHECK(std::stod(rows[i + 1][3]) == 10 * sample);
    CHECK(std::stod(rows[i + 1][4]) == 10 * sample + 2);
    CHECK(std::stod(rows[i + 1][5]) == doctest::Approx(5 * sample));
    CHECK(rows[i + 1][6] == (i < 6 ? "awake" : "replay"));
  }
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " 'PC 1' awake replay 'distance of position (m)'"));
  const auto angles = analysis::draw_figure("states", options("states", {{"colour", "angle"}}), "",
                                            {pca, awake, replay}, folder.make("angles"));
  CHECK(std::stod(cells(angles.csv)[3][5]) == doctest::Approx(std::atan2(4, 3)).epsilon(1e-5));

  const auto wrong = [&](const plugin::json& options_given, const std::vector<analysis::FigureSource>& sources) {
    try {
      analysis::draw_figure("states", options("states", options_given), "", sources, folder.make("wrong"));
    } catch (const Error& error) {
      return std::string(error.what()) + " | " + error.remedy();
    }
    return std::string();
  };
  const auto in_turn =
      analysis::draw_figure("states", options("states", given), "", {pca, replay, awake}, folder.make("f"));
  CHECK(store::read_file(in_turn.csv) == store::read_file(files.csv));
  const auto problem = [&](const plugin::json& options_given, const std::vector<analysis::FigureSource>& sources) {
    const auto problems = analysis::check_figure("states", options("states", options_given), sources);
    return problems.empty() ? "" : problems[0].message;
  };
  CHECK(problem(given, {pca, awake, replay}).empty());
  CHECK(problem({{"colour", "step"}}, {pca}).empty());
  CHECK(problem(given, {pca, awake}).find("the colours of 'pca' come from 'replay'") != std::string::npos);
  auto other = awake;
  other.stage = "other";
  CHECK(problem(given, {pca, awake, replay, other}) == "'other' is not among what 'pca' reads: awake, replay");
  CHECK(wrong({{"components", {1, 4}}}, {pca, awake, replay}).find("has no components 1 and 4") != std::string::npos);
  CHECK(wrong({{"by", "latent"}}, {pca, awake, replay}).find("no variable 'latent' to colour by") != std::string::npos);
  const auto long_awake = recording(folder.make("l"), "awake", "awake", 4, 5, walks(4, 5, 1, 0.1));
  CHECK(wrong(plugin::json::object(), {pca, long_awake, replay}).find("the states are 2 trials of 3 steps") !=
        std::string::npos);
}

TEST_CASE("states: many samples are thinned with a note") {
  Folder folder("states-thin");
  const auto source = recording(folder.make("a"), "awake", "awake", 50, 100, walks(50, 100, 1, 0.03));
  const auto files =
      analysis::draw_figure("states", options("states", {{"colour", "step"}}), "", {source}, folder.make("figure"));
  const auto rows = cells(files.csv);
  CHECK(rows.size() <= 1001);
  // Of 5 000 samples every fifth would be of 20 of the 100 steps only.
  std::set<std::string> steps;
  for (std::size_t k = 1; k < rows.size(); ++k) steps.insert(rows[k][2]);
  CHECK(steps.size() == 100);
  CHECK(files.caption.find("One sample in 7 is drawn.") != std::string::npos);
}
