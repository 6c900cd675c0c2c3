// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/figures/results.hpp>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;

namespace {

std::string wrong(const std::string& kind, const plugin::json& given,
                  const std::vector<analysis::FigureSource>& sources, const std::filesystem::path& folder) {
  try {
    analysis::draw_figure(kind, given, "", sources, folder);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "";
}

/// reach at friction 0.5, 1 and strength 0, 0.1 with two seeds: the mean is 10 friction + strength, the sd 1/sqrt(2).
std::vector<analysis::FigureSource> reach(const Folder& folder) {
  std::vector<analysis::FigureSource> sources;
  for (const double friction : {0.5, 1.0})
    for (const double strength : {0.0, 0.1})
      for (const int seed : {0, 1})
        sources.push_back(result(folder.make(fmt::format("{}-{}-{}", friction, strength, seed)), "reach",
                                 {variable("steps", {}, {}, "steps", {10 * friction + strength + seed - 0.5}),
                                  variable("censored", {}, {}, "1", {friction == 1.0 && strength > 0 ? 1.0 : 0.0}),
                                  variable("many", {"trial"}, {2}, "1", {1, 2})},
                                 {{"friction", friction}, {"strength", strength}, {"seed", seed}}));
  return sources;
}

/// The script of a heat map of one row with these numbers.
std::string script_of_row(const std::vector<double>& numbers, const plugin::json& centre) {
  Folder folder("heatmap-colours");
  std::vector<analysis::FigureSource> sources;
  for (std::size_t k = 0; k < numbers.size(); ++k)
    sources.push_back(result(folder.make(std::to_string(k)), "m", {variable("v", {}, {}, "1", {numbers[k]})},
                             {{"friction", k}, {"strength", 0}}));
  const auto given = options("heatmap", {{"value", "v"}, {"x", "friction"}, {"y", "strength"}, {"centre", centre}});
  return store::read_file(analysis::draw_figure("heatmap", given, "", sources, folder.make("figure")).script);
}

}  // namespace

TEST_CASE("heatmap: a cell is the mean over the axes of over, in its place") {
  Folder folder("heatmap");
  auto given = options("heatmap", {{"value", "steps"}, {"x", "friction"}, {"y", "strength"}, {"mark", "censored"}});
  given["over"] = {"seed"};
  const auto files = analysis::draw_figure("heatmap", given, "", reach(folder), folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0] == std::vector<std::string>{"panel", "column", "row", "mean", "sd", "n", "marked", "friction",
                                            "strength", "value", "unit", "title"});
  const std::vector<std::vector<std::string>> places = {{"0", "0", "0.5", "0.0"}, {"1", "0", "1.0", "0.0"}};
  for (std::size_t k = 1; k < rows.size(); ++k) {
    const double friction = std::stod(rows[k][7]), strength = std::stod(rows[k][8]);
    CHECK(rows[k][1] == (friction == 0.5 ? "0" : "1"));
    CHECK(rows[k][2] == (strength == 0 ? "0" : "1"));
    CHECK(std::stod(rows[k][3]) == doctest::Approx(10 * friction + strength));
    CHECK(std::stod(rows[k][4]) == doctest::Approx(std::sqrt(0.5)));
    CHECK(rows[k][5] == "2");
    CHECK(rows[k][6] == (friction == 1 && strength > 0 ? "1" : "0"));
  }
  CHECK(files.caption.find("steps over friction and strength. Means of up to 2 results.") != std::string::npos);
  CHECK(files.caption.find("Stroke: censored.") != std::string::npos);
  CHECK(files.alternative_text.find("lowest 5 at friction = 0.5, strength = 0") != std::string::npos);
  CHECK(files.alternative_text.find("highest 10.1 at friction = 1, strength = 0.1") != std::string::npos);
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " friction strength 5.00 10.0 10.1 'steps (steps)'"));
}

TEST_CASE("heatmap: one panel for each value of an axis, on one scale unless each has its own") {
  Folder folder("heatmap-panels");
  auto given = options("heatmap", {{"value", "steps"}, {"x", "friction"}, {"y", "strength"}});
  given["each"] = {"seed"};
  const auto sources = reach(folder);
  const auto shared = analysis::draw_figure("heatmap", given, "", sources, folder.make("shared"));
  CHECK(occurrences(store::read_file(shared.script), "set cbrange [4.5:10.6]") == 2);
  given["scale"] = "own";
  const auto own = analysis::draw_figure("heatmap", given, "", sources, folder.make("own"));
  CHECK(occurrences(store::read_file(own.script), "set cbrange [4.5:9.6]") == 1);
  CHECK(occurrences(store::read_file(own.script), "set cbrange [5.5:10.6]") == 1);
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + own.svg.string() +
                 " 'seed = 0' 'seed = 1'"));
}

TEST_CASE("matrix: rows count from the top, and a missing cell is said") {
  Folder folder("matrix");
  std::vector<analysis::FigureSource> sources;
  for (const char* row : {"noisy", "noiseless"})
    for (const char* column : {"noisy", "random"}) {
      if (row != std::string("noisy") || column != std::string("random"))
        sources.push_back(result(folder.make(std::string(row) + column), "kl",
                                 {variable("divergence", {}, {}, "nats", {1.25})},
                                 {{"awake", row}, {"replay", column}}));
    }
  const auto given = options("matrix", {{"value", "divergence"}, {"rows", "awake"}, {"columns", "replay"}});
  const auto files = analysis::draw_figure("matrix", given, "", sources, folder.make("figure"));
  CHECK(store::read_file(files.script).find("set yrange [1.5:-0.5]") != std::string::npos);
  CHECK(files.caption.find("Grey: no result.") != std::string::npos);
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 5);
  CHECK(rows[2][3] == "nan");
  CHECK(rows[2][5] == "0");
}

TEST_CASE("heatmap: a single row is drawn as any other") {
  Folder folder("heatmap-row");
  auto given = options("heatmap", {{"value", "steps"}, {"x", "friction"}, {"y", "strength"}});
  auto sources = reach(folder);
  std::erase_if(sources, [](const auto& source) { return source.coordinates[1].second != 0.0; });
  std::erase_if(sources, [](const auto& source) { return source.coordinates[2].second != 0; });
  const auto files = analysis::draw_figure("heatmap", given, "", sources, folder.make("figure"));
  // The lowest cell is white, the highest has the darkest colour, which the scale beside the map ends just below.
  const auto svg = store::read_file(files.svg);
  CHECK(svg.find("<polygon fill = 'rgb( 18,  93, 115)'") != std::string::npos);
}

TEST_CASE("heatmap: colours tell the distance from the centre, also where all numbers lie on one side of it") {
  const auto palette = [](double low, double high, double centre) {
    const auto script = script_of_row({low, high}, {centre});
    const auto from = script.find("set palette defined (");
    return script.substr(from, script.find('\n', from) - from);
  };
  const auto cold = [](double share) { return analysis::mixed("#ffffff", "#1f86a0", share); };
  const auto warm = [](double share) { return analysis::mixed("#ffffff", "#c62324", share); };
  CHECK(palette(-1, 3, 0) ==
        fmt::format("set palette defined (0 '{}', 0.25 '#ffffff', 1 '{}')", cold(1.0 / 3), warm(1)));
  CHECK(palette(8, 10, 0) == fmt::format("set palette defined (0 '{}', 1 '{}')", warm(0.8), warm(1)));
  CHECK(palette(8, 10, 18) == fmt::format("set palette defined (0 '{}', 1 '{}')", cold(1), cold(0.8)));
  CHECK(palette(0, 1, 0) == fmt::format("set palette defined (0 '#ffffff', 1 '{}')", warm(1)));
}

TEST_CASE("heatmap: numbers are white or dark, whichever is in higher contrast to their cell") {
  const auto colour = [](const std::string& script, std::size_t column) {
    const auto label = script.find(fmt::format("' at {},0 center", column));
    const auto from = script.find("textcolor rgb '", label) + 15;
    return script.substr(from, 7);
  };
  // #5da1b4 for 0.7 has a contrast of 2.9 to white and of 5.5 to #222222.
  const auto rising = script_of_row({0, 0.7, 1}, plugin::json::array());
  CHECK(colour(rising, 0) == "#222222");
  CHECK(colour(rising, 1) == "#222222");
  CHECK(colour(rising, 2) == "#ffffff");
  // Half way from the centre to the strongest red.
  const auto one_sided = script_of_row({0, 0.5, 1}, {0.0});
  CHECK(colour(one_sided, 1) == "#222222");
  CHECK(colour(one_sided, 2) == "#ffffff");
}

TEST_CASE("heatmap: the caption names every value, also one whose name is a part of another's") {
  Folder folder("heatmap-names");
  const auto source =
      result(folder.make("m"), "m", {variable("speed_se", {}, {}, "m", {1}), variable("speed", {}, {}, "m", {2})},
             {{"friction", 0}, {"strength", 0}});
  const auto given = options("heatmap", {{"value", "speed_se, speed"}, {"x", "friction"}, {"y", "strength"}});
  const auto files = analysis::draw_figure("heatmap", given, "", {source}, folder.make("figure"));
  CHECK(files.caption.starts_with("speed se, speed over friction and strength."));
}

TEST_CASE("heatmap: small numbers keep two digits, and numbers that differ in the seventh are drawn") {
  Folder folder("heatmap-small");
  std::vector<analysis::FigureSource> sources;
  for (const int place : {0, 1})
    sources.push_back(result(folder.make(std::to_string(place)), "step",
                             {variable("near", {}, {}, "m", {0.006700661808 + 1e-9 * place}),
                              variable("small", {}, {}, "m", {0.0067 + 0.0445 * place})},
                             {{"friction", place}, {"strength", 0}}));
  for (const std::string name : {"near", "small"}) {
    const auto given = options("heatmap", {{"value", name}, {"x", "friction"}, {"y", "strength"}});
    const auto files = analysis::draw_figure("heatmap", given, "", sources, folder.make(name));
    CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() + " 0.0067" +
                   (name == "small" ? " 0.051" : "")));
  }
}

TEST_CASE("heatmap: limits and centre are checked") {
  const auto given =
      options("heatmap", {{"value", "steps"}, {"x", "a"}, {"y", "b"}, {"limits", {2, 1}}, {"centre", {0, 1}}});
  const auto problems = analysis::check_figure("heatmap", given, {});
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].option == "limits");
  CHECK(problems[1].option == "centre");
}

TEST_CASE("heatmap: what cannot stand in a cell is named") {
  Folder folder("heatmap-wrong");
  const auto sources = reach(folder);
  const auto with = [&](const plugin::json& given) {
    return wrong("heatmap", options("heatmap", given), sources, folder.make("f"));
  };
  CHECK(with({{"value", "stops"}, {"x", "friction"}, {"y", "strength"}})
            .find("no variable 'stops'. Did you mean 'steps'?") != std::string::npos);
  CHECK(with({{"value", "many"}, {"x", "friction"}, {"y", "strength"}}).find("2 numbers along (trial)") !=
        std::string::npos);
  CHECK(with({{"value", "steps"}, {"x", "mask"}, {"y", "strength"}}).find("'mask' does not reach the stage 'reach'") !=
        std::string::npos);
  const auto mixed = [&](const std::string& task, const std::string& unit, double at) {
    return result(folder.make(task), "length", {variable("length", {}, {}, unit, {1})}, {{"task", task}, {"k", at}});
  };
  CHECK(wrong("heatmap", options("heatmap", {{"value", "length"}, {"x", "task"}, {"y", "k"}}),
              {mixed("box", "m", 1), mixed("ring", "rad", 1)}, folder.make("f"))
            .find("is in \"rad\", and that of others in \"m\"") != std::string::npos);
}

TEST_CASE("curve: a line is the mean over seeds with its standard deviation, and values of an axis are lines") {
  Folder folder("curve-band");
  std::vector<analysis::FigureSource> sources;
  for (const double mask : {1.0, 3.0})
    for (const int seed : {0, 1, 2}) {
      const auto made = folder.make(fmt::format("{}-{}", mask, seed));
      store::write_file_atomically(made / "history.csv",
                                   fmt::format("batch,loss\n1,{}\n2,{}\n", mask + seed, mask + 2 * seed));
      sources.push_back({"train", "train", made, {{"mask", mask}, {"seed", seed}}});
    }
  auto given = options("curve");
  given["over"] = {"seed"};
  given["each"] = {"mask"};
  const auto files = analysis::draw_figure("curve", given, "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 5);
  CHECK(rows[1] == std::vector<std::string>{"0", "0", "1", "2", "", "1", "3", "loss", "", "mask = 1"});
  CHECK(rows[2] == std::vector<std::string>{"0", "0", "2", "3", "", "1", "5", "loss", "", "mask = 1"});
  CHECK(rows[4] == std::vector<std::string>{"0", "1", "2", "5", "", "3", "7", "loss", "", "mask = 3"});
  CHECK(files.caption.find("Lines: means of 3. Bands: ± 1 standard deviation.") != std::string::npos);
  // Student's t with two degrees of freedom: 4.3027; sd 1, n 3.
  given["band"] = "interval";
  const auto interval = cells(analysis::draw_figure("curve", given, "", sources, folder.make("interval")).csv);
  CHECK(std::stod(interval[1][6]) == doctest::Approx(2 + 4.302653 / std::sqrt(3.0)));
  given["panels"] = "mask";
  given["each"] = plugin::json::array();
  const auto panels = cells(analysis::draw_figure("curve", given, "", sources, folder.make("panels")).csv);
  CHECK(panels[4][0] == "1");
  CHECK(panels[4][9] == "train");
}

TEST_CASE("curve: a line has one colour in all panels, and the legend has all lines") {
  Folder folder("curve-legend");
  std::vector<analysis::FigureSource> sources;
  const auto add = [&](const std::string& stage, double mask) {
    const auto made = folder.make(fmt::format("{}-{}", stage, mask));
    store::write_file_atomically(made / "history.csv", "batch,loss\n1,2\n2,1\n");
    sources.push_back({stage, "train", made, {{"mask", mask}}});
  };
  add("other", 1);
  add("leaky", 1);
  add("leaky", 5);
  const auto files =
      analysis::draw_figure("curve", options("curve", {{"panels", "mask"}}), "", sources, folder.make("figure"));
  const std::string script = store::read_file(files.script);
  CHECK(occurrences(script, "linecolor rgb '#333333'") ==
        2);  // other: its line, and its entry in the legend of the other panel
  CHECK(occurrences(script, "linecolor rgb '#2ca7c5'") == 2);  // leaky: in both panels
  CHECK(occurrences(script, "title 'other'") == 1);
  CHECK(occurrences(script, "title 'leaky'") == 1);
}

TEST_CASE("curve: two variables of a result share a panel, with the spreads that it gives") {
  Folder folder("curve-together");
  const auto source = result(folder.make("m"), "marginals",
                             {variable("time", {"time"}, {2}, "s", {0.5, 1}),
                              variable("awake_mean", {"time", "space"}, {2, 2}, "m", {1, 10, 2, 20}),
                              variable("awake_sd", {"time", "space"}, {2, 2}, "m", {0.25, 9, 0.5, 9}),
                              variable("replay_mean", {"time", "space"}, {2, 2}, "m", {3, 30, 4, 40}),
                              variable("replay_sd", {"time", "space"}, {2, 2}, "m", {1, 9, 1, 9})});
  plugin::json given = {{"value", "awake_mean, replay_mean"},
                        {"spread", "awake_sd, replay_sd"},
                        {"together", true},
                        {"reference", {5.0}},
                        {"reference_label", "target"}};
  const auto files = analysis::draw_figure("curve", options("curve", given), "", {source}, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 5);
  CHECK(rows[2] == std::vector<std::string>{"0", "0", "1", "2", "", "1.5", "2.5", "awake_mean", "m", "awake mean"});
  CHECK(rows[3] == std::vector<std::string>{"0", "1", "0.5", "3", "", "2", "4", "replay_mean", "m", "replay mean"});
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " 'awake mean' 'replay mean' target 'time (s)'"));
  given["component"] = 1;
  const auto second =
      cells(analysis::draw_figure("curve", options("curve", given), "", {source}, folder.make("second")).csv);
  CHECK(second[4][3] == "40");
  given["component"] = 2;
  CHECK(wrong("curve", options("curve", given), {source}, folder.make("third")).find("2 entries along (time, space)") !=
        std::string::npos);
  given["spread"] = "awake_sd";
  const auto problems = analysis::check_figure("curve", options("curve", given), {});
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.find("1 variables for 2 values") != std::string::npos);
}

TEST_CASE("polar: counts add up over the axes of over, and a sector's area is its share") {
  Folder folder("polar");
  std::vector<analysis::FigureSource> sources;
  for (const int seed : {0, 1})
    sources.push_back(result(folder.make(std::to_string(seed)), "replay",
                             {variable("bearing", {"bearing"}, {4}, "rad", {-2.356, -0.785, 0.785, 2.356}),
                              variable("counts", {"bearing"}, {4}, "1", {1, 2, 3, 4.0 + 10 * seed})},
                             {{"seed", seed}}));
  auto given = options("polar");
  given["over"] = {"seed"};
  const auto files = analysis::draw_figure("polar", given, "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 5);
  const std::vector<double> counts = {2, 4, 6, 18};
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(std::stod(rows[k + 1][5]) == counts[k]);
    CHECK(3.14159265 * std::pow(std::stod(rows[k + 1][4]), 2) == doctest::Approx(counts[k] / 30));
    CHECK(std::stod(rows[k + 1][3]) - std::stod(rows[k + 1][2]) == doctest::Approx(90));
  }
  CHECK(files.alternative_text.find("most, 0.6 of all, near 2.36 rad") != std::string::npos);
}

TEST_CASE("polar: histograms of different numbers of sectors each draw their own") {
  Folder folder("polar-sectors");
  std::vector<analysis::FigureSource> sources;
  for (const int bins : {4, 2}) {
    std::vector<double> bearing, counts;
    for (int k = 0; k < bins; ++k) bearing.push_back(-3 + 6.0 * k / bins), counts.push_back(k + 1);
    sources.push_back(result(folder.make(std::to_string(bins)), fmt::format("in {}", bins),
                             {variable("bearing", {"bearing"}, {bins}, "rad", bearing),
                              variable("counts", {"bearing"}, {bins}, "1", counts)},
                             {}));
  }
  const auto files = analysis::draw_figure("polar", options("polar"), "", sources, folder.make("figure"));
  const auto script = store::read_file(files.script);
  CHECK(script.find("every ::0::3 ") != std::string::npos);
  CHECK(script.find("every ::4::5 ") != std::string::npos);
  CHECK(files.caption.find("in 4: 10 samples in 4 sectors; in 2: 3 samples in 2 sectors") != std::string::npos);
}

TEST_CASE("density: a result's grids are averaged over seeds and drawn with contours") {
  Folder folder("density-result");
  std::vector<analysis::FigureSource> sources;
  for (const int seed : {0, 1})
    sources.push_back(result(folder.make(std::to_string(seed)), "density",
                             {variable("x", {"x"}, {3}, "m", {-1, 0, 1}), variable("y", {"y"}, {2}, "m", {0, 1}),
                              variable("awake", {"y", "x"}, {2, 3}, "1/m^2", {0, 1.0 + seed, 0, 0, 3.0 + seed, 0})},
                             {{"seed", seed}}));
  auto given = options("density", {{"contours", 2}, {"x_label", "PC 1"}});
  given["over"] = {"seed"};
  const auto files = analysis::draw_figure("density", given, "", sources, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 7);
  CHECK(rows[2] == std::vector<std::string>{"0", "0", "0", "1.5", "awake"});
  CHECK(rows[5] == std::vector<std::string>{"0", "0", "1", "3.5", "awake"});
  CHECK(store::read_file(files.script).find("$contours0 << EOD") != std::string::npos);
  CHECK(files.caption.find("Contours at 2 even steps") != std::string::npos);
  CHECK(
      succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() + " 'PC 1 (m)' awake"));
  given["value"] = "x";
  CHECK(wrong("density", given, sources, folder.make("f")).find("has dimensions (x), not (y, x)") != std::string::npos);
}
