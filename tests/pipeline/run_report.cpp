// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <pipeline/live_training.hpp>
#include <pipeline/run.hpp>
#include <pipeline/run_report.hpp>
#include <set>
#include <store/publication.hpp>

#include "folder.hpp"
#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

const std::string figures =
    "[stage.loss]\nrun = \"figure\"\ntitle = \"Loss\"\ndraw = { kind = \"curve\", of = \"train\" }\n"
    "[stage.paths]\nrun = \"figure\"\nsection = \"Elsewhere\"\ndraw = { kind = \"paths\", of = \"awake\" }\n";

analysis::ReportRun report_of(const Folder& folder, const std::string& text,
                              const std::vector<std::string>& settings = {}) {
  RunOptions options;
  options.runs = folder.path;
  run(plan_of(text, settings), options);
  return RunReader().read(folder.path / "test");
}

}  // namespace

TEST_CASE("the report of a run is read from its folder") {
  const Folder folder;
  const auto found =
      report_of(folder, "title = \"A title\"\n" + task_and_network + training + awake + distance + figures,
                {"stage.train.batches=3"});
  CHECK(found.title == "A title");
  CHECK(found.name == "test");
  CHECK(found.state == "finished");
  CHECK(found.stages.size() == 5);
  for (const auto& stage : found.stages) {
    CHECK(stage.state == "done");
    CHECK(stage.fingerprint.size() == 64);
  }
  CHECK(found.stages[1].inputs == std::vector<std::string>{"train"});
  REQUIRE(found.figures.size() == 2);
  CHECK(found.figures[0].section == "Training");
  CHECK(found.figures[1].section == "Elsewhere");
  CHECK(found.figures[0].folder == std::filesystem::absolute(folder.path / "test/loss"));
  CHECK(found.origins.set.contains("stage.train.batches"));
  CHECK(found.origins.written.contains("stage.train.run"));
  CHECK_FALSE(found.origins.written.contains("stage.train.beta1"));
  CHECK(found.configuration["stage"]["train"]["batches"] == 3);
  CHECK(found.provenance.contains("version"));
  CHECK(found.provenance.contains("seconds"));
  // The standard error is the interval of its quantity, and no row of its own: 1.96 of it on either side.
  REQUIRE(found.quantities.size() == 1);
  const auto& quantity = found.quantities[0];
  CHECK(quantity.name == "stepwise_distance");
  CHECK(quantity.seeds == 1);
  const auto result = store::read_dataset(folder.path / "test/distance/result.nc");
  CHECK(quantity.high - quantity.low == doctest::Approx(2 * 1.96 * result.at("stepwise_distance_se").values[0]));
  // Its sd is that standard error times the root of the number of trials.
  CHECK(quantity.sd ==
        doctest::Approx(result.at("stepwise_distance_se").values[0] * std::sqrt(result.at("per_trial").values.size())));
}

TEST_CASE("a Monte Carlo error is a number of its own, and no interval over trials") {
  const Folder folder;
  const auto found =
      report_of(folder, task_and_network + training + awake +
                            "[stage.kl]\nrun = \"measure\"\n"
                            "metric = { plugin = \"kde_divergence\", samples = 100, sampled = \"uniform\" }\n"
                            "awake = { of = \"awake\", variable = \"latent\" }\n"
                            "[stage.paths]\nrun = \"measure\"\n"
                            "metric = { plugin = \"path_wasserstein\", method = \"sliced\", projections = 10 }\n"
                            "awake = \"awake\"\nreplay = \"awake\"\n");
  std::set<std::string> names;
  for (const auto& quantity : found.quantities) {
    names.insert(quantity.name);
    CHECK_MESSAGE(std::isnan(quantity.low), quantity.name);
    CHECK_MESSAGE(std::isnan(quantity.high), quantity.name);
  }
  for (const char* name : {"divergence", "standard_error", "distance", "distance_se", "floor", "floor_se"})
    CHECK_MESSAGE(names.contains(name), name);
}

TEST_CASE("the same folder gives the same page, by the run and by the command, with or without a slash") {
  const Folder folder;
  report_of(folder, task_and_network + training + awake + figures);
  const auto page = store::read_file(folder.path / "test/report.html");
  RunReader reader;
  write_run_report(reader, {folder.path / "test" / ""}, folder.path / "test/report.html");
  CHECK(store::read_file(folder.path / "test/report.html") == page);
}

TEST_CASE("what a second run does not do again is done before, with the time it took") {
  const Folder folder;
  const auto first = report_of(folder, task_and_network + training + awake);
  const auto second = report_of(folder, task_and_network + training + awake);
  CHECK(second.stages[0].state == "done before");
  CHECK(second.stages[0].seconds == first.stages[0].seconds);
}

TEST_CASE("a scale is told from the file and from the command line") {
  const Folder folder;
  const auto found = report_of(folder,
                               "scale = \"small\"\n" + task_and_network + training + awake +
                                   "[scales.small]\nstage.train.batches = 1\nstage.awake.trials = 4\n",
                               {"stage.train.batches=3"});
  CHECK(found.origins.scaled == std::set<std::string>{"stage.awake.trials"});
  CHECK(found.origins.set == std::set<std::string>{"stage.train.batches"});
}

TEST_CASE("a folder that is none of a run, or whose files are damaged, is an error") {
  const Folder folder;
  CHECK_THROWS_WITH_AS(RunReader().read(folder.path), doctest::Contains(": no run's folder"), store::DataError);
  const auto claim = "[claim.small]\nvalue = { of = \"distance\", name = \"stepwise_distance\" }\nbelow = 9\n";
  CHECK(report_of(folder, task_and_network + training + awake + distance + claim).claims.size() == 1);
  store::write_file_atomically(folder.path / "test/claims.json", "[{\"name\": 3}]");
  CHECK_THROWS_WITH_AS(RunReader().read(folder.path / "test"), doctest::Contains("is damaged"), store::DataError);
  // A pipeline without claims leaves none of an earlier run.
  CHECK(report_of(folder, task_and_network + training + awake + distance).claims.empty());
}

TEST_CASE("a training at work shows losses and a few moments, and nothing afterwards") {
  const Folder folder;
  const auto plan = plan_of(task_and_network + training);
  const auto& model = std::get<TrainStage>(plan.stages[0].work).model;
  const auto task = make_task(model.task);
  {
    LiveTraining live(folder.path, 5000, *task, {});
    for (int batch = 1; batch <= 40; ++batch) {
      engine::EvaluatedPaths paths{batch, 1, 300, 2, std::vector<double>(600, 0.5), std::vector<double>(600, 0.25)};
      live.add(paths);
    }
    for (int batch = 1; batch <= 2; ++batch) live.add(engine::HistoryEntry{batch, 1.0 / batch, true, 0.5, 0.1});
    const auto shown = read_live_training(folder.path);
    REQUIRE(shown);
    REQUIRE(shown->batch >= 1);  // 2 on a machine so busy that the next writing, some seconds later, was due
    CHECK(shown->batches == 5000);
    CHECK(shown->loss.size() == static_cast<std::size_t>(shown->batch));
    CHECK(shown->loss.front() == std::pair{1.0, 1.0});
    CHECK(shown->coordinates == 2);
    REQUIRE(shown->paths.size() >= 3);
    CHECK(shown->paths.size() <= 5);
    CHECK(shown->paths.front().batch == 1);
    CHECK(shown->paths.back().batch == 40);
    CHECK(shown->paths[0].decoded == std::vector<std::vector<double>>{std::vector<double>(200, 0.5)});
    CHECK(shown->paths[0].latent[0][0] == 0.25);
  }
  CHECK_FALSE(read_live_training(folder.path));
  CHECK(std::filesystem::is_empty(folder.path));
}
