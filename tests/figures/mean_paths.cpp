// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;

namespace {

analysis::FigureSource means(const std::filesystem::path& folder, double y, const Place& place, double awake_y = 1,
                             std::vector<double> sd = std::vector<double>(12, 0.125)) {
  std::vector<double> awake = {0, 0, 0, 1, -1, 1, 0, 0, 0, 1, 1, 1};
  for (std::size_t i = 1; i < awake.size(); i += 2) awake[i] *= awake_y;
  std::vector<double> replay = awake;
  for (std::size_t i = 1; i < replay.size(); i += 2) replay[i] *= y;
  const auto dims = [](const char* time) { return std::vector<std::string>{"direction", time, "space"}; };
  return result(folder, "means",
                {variable("awake_mean", dims("awake_time"), {2, 3, 2}, "m", awake),
                 variable("awake_sd", dims("awake_time"), {2, 3, 2}, "m", sd),
                 variable("replay_mean", dims("replay_time"), {2, 3, 2}, "m", replay),
                 variable("replay_sd", dims("replay_time"), {2, 3, 2}, "m", sd)},
                place);
}

}  // namespace

TEST_CASE("mean paths: the same awake paths get one panel, every condition of the replay one; seeds are averaged") {
  Folder folder("mean-paths");
  std::vector<analysis::FigureSource> sources;
  for (const char* chain : {"overdamped", "underdamped"})
    for (const int seed : {0, 1})
      sources.push_back(means(folder.make(fmt::format("{}{}", chain, seed)), chain[0] == 'o' ? 0.5 + seed : 2 + seed,
                              {{"chain", chain}, {"seed", seed}}));
  auto given = options("mean_paths");
  given["over"] = {"seed"};
  given["each"] = {"chain"};
  const auto files = analysis::draw_figure("mean_paths", given, "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 1 + 3 * 6);
  CHECK(rows[3] == std::vector<std::string>{"0", "0", "2", "1", "-1", "1", "0.125", "0.125", "mean", "awake"});
  CHECK(rows[6 + 3][5] == "1");     // mean of 0.5 and 1.5
  CHECK(rows[12 + 3][5] == "2.5");  // mean of 2 and 3
  CHECK(rows[12 + 3][9] == "underdamped");
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " awake overdamped underdamped 'x (m)'"));
  given["phases"] = "replay";
  CHECK(cells(analysis::draw_figure("mean_paths", given, "", sources, folder.make("replay")).csv).size() == 1 + 2 * 6);
}

TEST_CASE("mean paths: awake paths that differ in y or in their deviations are others, and say whose they are") {
  for (const bool mirrored : {true, false}) {
    Folder folder("mean-paths-mazes");
    const auto left = means(folder.make("left"), 1, {{"maze", "left"}});
    const auto right = mirrored ? means(folder.make("right"), 1, {{"maze", "right"}}, -1)
                                : means(folder.make("right"), 1, {{"maze", "right"}}, 1, std::vector<double>(12, 0.25));
    auto given = options("mean_paths");
    given["each"] = {"maze"};
    const auto files = analysis::draw_figure("mean_paths", given, "", {left, right}, folder.make("figure"));
    CHECK(cells(files.csv).size() == 1 + 4 * 6);
    CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                   " 'awake, left' left 'awake, right' right"));
  }
}

TEST_CASE("mean paths: a direction with one path is drawn without deviations") {
  Folder folder("mean-paths-single");
  std::vector<double> sd(12, 0.125);
  std::fill_n(sd.begin(), 6, std::nan(""));  // of the first direction
  const auto draw = [&](const std::string& name, const analysis::FigureSource& source) {
    return analysis::draw_figure("mean_paths", options("mean_paths", {{"phases", "awake"}}), "", {source},
                                 folder.make(name));
  };
  const auto both = draw("both", means(folder.make("b"), 1, {}));
  const auto one = draw("one", means(folder.make("o"), 1, {}, 1, sd));
  CHECK(cells(one.csv)[3] == std::vector<std::string>{"0", "0", "2", "1", "-1", "1", "", "", "mean", "awake"});
  // Of two directions with three steps each.
  CHECK(occurrences(store::read_file(both.svg), "fill-opacity") == 6);
  CHECK(occurrences(store::read_file(one.svg), "fill-opacity") == 3);
  const auto none = draw("none", means(folder.make("n"), 1, {}, 1, std::vector<double>(12, std::nan(""))));
  CHECK(occurrences(store::read_file(none.svg), "fill-opacity") == 0);
}

TEST_CASE("mean paths: a recording gives the dashed ideal ones, or is refused when it has none") {
  Folder folder("mean-paths-ideal");
  const auto made = means(folder.make("m"), 1, {});
  const auto walked = recording(folder.make("a"), "awake", "awake", 2, 4, walks(2, 4, 1, 0.1));
  try {
    analysis::draw_figure("mean_paths", options("mean_paths"), "", {made, walked}, folder.make("figure"));
    FAIL("drawn without ideal paths");
  } catch (const store::DataError& error) {
    CHECK(std::string(error.what()).find("has no 'mean_path'") != std::string::npos);
  }
  store::Dataset ideal;
  ideal.variables = {variable("mean_path", {"direction", "time", "space"}, {1, 2, 2}, "m", {0, 0, 0, 1})};
  store::write_dataset(folder.make("i") / "recording.nc", ideal);
  const analysis::FigureSource source{"awake", "simulate", folder.make("i")};
  const auto files =
      analysis::draw_figure("mean_paths", options("mean_paths"), "", {made, source}, folder.make("ideal"));
  const auto rows = cells(files.csv);
  CHECK(rows[2][8] == "ideal");
  CHECK(rows[2][5] == "1");
  CHECK(store::read_file(files.script).find("dashtype 2") != std::string::npos);
}
