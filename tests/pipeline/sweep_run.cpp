// SPDX-License-Identifier: BSD-3-Clause
/// A sweep from the file to the gathered dataset.
#include <doctest/doctest.h>

#include <pipeline/run.hpp>

#include "folder.hpp"
#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;

TEST_CASE("a sweep runs each point once and gathers what came out") {
  const Folder folder;
  const auto plan =
      plan_of("[axes]\nseed = [0, 1]\nfactor = [0.0, 1.0, 2.0]\n" + task_and_network + training +
              "[stage.replay]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\nsteps = 10\n"
              "noise = { factor = \"$factor\" }\n"
              "[stage.step]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\nrecording = \"replay\"\n"
              "[stage.table]\nrun = \"gather\"\nof = \"step\"\nvalue = \"stepwise_distance\"\n"
              "[stage.curves]\nrun = \"gather\"\nof = \"train\"\nover = \"seed\"\n"
              "[stage.places]\nrun = \"measure\"\nmetric = { plugin = \"occupancy\" }\nrecording = \"replay\"\n"
              "[stage.visits]\nrun = \"gather\"\nof = \"places\"\nover = [\"seed\", \"factor\"]\n");
  RunOptions options;
  options.runs = folder.path;
  const auto result = run(plan, options);
  CHECK(result.code == ExitCode::ok);
  CHECK(plan.stages.size() == 2 + 6 + 6 + 1 + 1 + 6 + 1);

  const auto index = index_folder(folder.path, plan);
  const auto table = store::read_dataset(index / "table" / "result.nc");
  CHECK(table.at("factor").values == std::vector<double>{0, 1, 2});
  CHECK(table.variables.size() == 3);  // with the axes
  const auto& gathered = table.at("stepwise_distance");
  CHECK(gathered.dims == std::vector<std::string>{"seed", "factor"});
  for (int seed = 0; seed < 2; ++seed)
    for (int factor = 0; factor < 3; ++factor) {
      const auto name = "seed=" + std::to_string(seed) + ",factor=" + std::to_string(factor) + ".0";
      const auto single = store::read_dataset(index / "step" / name / "result.nc");
      CHECK(gathered.values[static_cast<std::size_t>(seed * 3 + factor)] == single.at("stepwise_distance").values[0]);
    }
  const auto curves = store::read_dataset(index / "curves" / "result.nc");
  CHECK(curves.at("loss").dims == std::vector<std::string>{"batch"});
  CHECK(curves.at("loss_n").values == std::vector<double>{2, 2});
  // Samples of the reduction, and not the trials of each (5) that the metric calls so.
  const auto visits = store::read_dataset(index / "visits" / "result.nc");
  CHECK(visits.at("trial_visited").dims.empty());
  CHECK(visits.at("trial_visited_n").values == std::vector<double>{6});

  for (const auto& outcome : run(plan, options).stages) CHECK(outcome.state == StageState::done_before);
}
