// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;

namespace {

analysis::FigureSource history(const std::filesystem::path& folder, const std::string& text) {
  store::write_file_atomically(folder / "history.csv", text);
  return {"train", "train", folder};
}

std::string wrong(const plugin::json& given, const analysis::FigureSource& source,
                  const std::filesystem::path& folder) {
  try {
    analysis::draw_figure("curve", options("curve", given), "", {source}, folder);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "";
}

}  // namespace

TEST_CASE("curve: each value named is a panel, and missing evaluations are no points") {
  Folder folder("curve-panels");
  const auto source =
      history(folder.make("h"), "batch,loss,task_error (m^2)\n1,0.5,\n2,0.25,0.125\n3,0.125,\n4,0.0625,0.03125\n");
  const auto files = analysis::draw_figure("curve", options("curve", {{"value", "loss, task_error"}}), "", {source},
                                           folder.make("figure"));
  const std::vector<std::vector<std::string>> expected = {
      {"panel", "line", "batch", "value", "running_mean", "low", "high", "name", "unit", "source"},
      {"0", "0", "1", "0.5", "", "", "", "loss", "", "train"},
      {"0", "0", "2", "0.25", "", "", "", "loss", "", "train"},
      {"0", "0", "3", "0.125", "", "", "", "loss", "", "train"},
      {"0", "0", "4", "0.0625", "", "", "", "loss", "", "train"},
      {"1", "0", "2", "0.125", "", "", "", "task_error", "m^2", "train"},
      {"1", "0", "4", "0.03125", "", "", "", "task_error", "m^2", "train"}};
  CHECK(cells(files.csv) == expected);
  CHECK(occurrences(store::read_file(files.svg), "<g id=\"figure_plot_") == 2);
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " batch loss 'task error (m²)'"));
}

TEST_CASE("curve: a straight line is its own running mean but for the ends, and the legend names the width") {
  Folder folder("curve-smooth");
  std::string table = "batch,loss\n";
  for (int batch = 1; batch <= 20; ++batch) table += fmt::format("{},{}\n", batch, 2 * batch);
  const auto source = history(folder.make("h"), table);
  const auto files =
      analysis::draw_figure("curve", options("curve", {{"smooth", 5}}), "", {source}, folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 21);
  for (std::size_t i = 3; i <= 18; ++i) CHECK(std::stod(rows[i][4]) == doctest::Approx(2 * static_cast<double>(i)));
  CHECK(std::stod(rows[1][4]) == doctest::Approx((2 + 4 + 6) / 3.0));
  CHECK(std::stod(rows[20][4]) == doctest::Approx((36 + 38 + 40) / 3.0));
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " 'train, running mean of 5'"));
  CHECK(files.caption.find("running mean of 5 values") != std::string::npos);
}

TEST_CASE("curve: lines of several trainings share a panel and are named; long ones are thinned with a note") {
  Folder folder("curve-lines");
  const auto one = training(folder.make("one"), "leak", 2500), two = training(folder.make("two"), "no_leak", 2500);
  const auto files =
      analysis::draw_figure("curve", options("curve", {{"log", true}}), "", {one, two}, folder.make("figure"));
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() + " leak no_leak"));
  const auto rows = cells(files.csv);
  CHECK(rows.size() <= 2000 + 2 + 1);
  CHECK(rows.back()[2] == "2500");
  CHECK(files.caption.find("Of 2500 values one in 3 is drawn.") != std::string::npos);
}

TEST_CASE("curve: a result's variable runs along its dimension's coordinate") {
  Folder folder("curve-result");
  store::Dataset result;
  store::Variable lag{
      .name = "lag", .dims = {"lag"}, .shape = {3}, .unit = "s", .long_name = "", .values = {0.5, 1, 2}, .labels = {}};
  store::Variable displacement = lag;
  displacement.name = "displacement";
  displacement.unit = "m";
  displacement.values = {0.25, -0.5, 1.5};
  result.variables = {lag, displacement};
  store::write_dataset(folder.make("m") / "result.nc", result);
  const analysis::FigureSource source{"spread", "measure", folder.make("m")};
  const auto files = analysis::draw_figure("curve", options("curve", {{"value", "displacement"}}), "", {source},
                                           folder.make("figure"));
  const auto rows = cells(files.csv);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0][2] == "lag (s)");
  CHECK(rows[3] == std::vector<std::string>{"0", "0", "2", "1.5", "", "", "", "displacement", "m", "spread"});
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " 'lag (s)' 'displacement (m)'"));
  result.variables[1].values = {0, 0, 0};
  store::write_dataset(folder.make("zero") / "result.nc", result);
  CHECK(wrong({{"value", "displacement"}, {"log", true}}, {"spread", "measure", folder.make("zero")},
              folder.make("figure"))
            .ends_with("no positive value to draw | draw it with log = false"));
}

TEST_CASE("curve: what cannot be drawn is named with what there is") {
  Folder folder("curve-wrong");
  const auto source = training(folder.make("h"), "train", 100);
  const std::string unknown = wrong({{"value", "los"}}, source, folder.make("figure"));
  CHECK(unknown.find("no column 'los'. Did you mean 'loss'?") != std::string::npos);
  CHECK(unknown.find("loss, evaluation_loss, task_error") != std::string::npos);
  const auto never = history(folder.make("never"), "batch,loss,task_error\n1,0.5,\n2,0.25,\n");
  CHECK(wrong({{"value", "task_error"}}, never, folder.make("figure")).find("evaluate = ") != std::string::npos);
  const auto negative = history(folder.make("negative"), "batch,loss\n1,-1\n2,0\n");
  CHECK(wrong({{"log", true}}, negative, folder.make("figure")).find("no positive value") != std::string::npos);
  const auto damaged = history(folder.make("damaged"), "batch,loss\n1,0.5\n2,0.2x\n");
  CHECK(wrong(plugin::json::object(), damaged, folder.make("figure")).find("history.csv:3: '0.2x' is not a number") !=
        std::string::npos);
  const auto cut = history(folder.make("cut"), "batch,loss,task_error\n1,0.5,\n2,0.");
  CHECK(
      wrong(plugin::json::object(), cut, folder.make("figure")).find("history.csv:3: 2 cells where the header has 3") !=
      std::string::npos);
}
