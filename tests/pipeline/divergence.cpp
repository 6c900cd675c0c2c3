// SPDX-License-Identifier: BSD-3-Clause
/// Numbers that leave the finite ones stop their stage with the place.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <pipeline/checkpoint.hpp>
#include <pipeline/explain.hpp>
#include <pipeline/run.hpp>
#include <store/publication.hpp>

#include "folder.hpp"
#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

StageOutcome outcome_of(const Folder& folder, const Plan& plan, double checkpoint_seconds = 60) {
  RunOptions options;
  options.runs = folder.path;
  options.checkpoint_seconds = checkpoint_seconds;
  return run(plan, options).stages.front();
}

}  // namespace

TEST_CASE("a replay that grows beyond all numbers is stopped with trial, step, unit and plugins") {
  const Folder folder;
  // A noise of 1e38 is beyond float32 (3.4e38) within a few steps of a tanh-less network.
  const auto outcome = outcome_of(
      folder, plan_of(task_and_network +
                      "[stage.s]\nrun = \"simulate\"\ntask = \"box\"\nnetwork = \"small\"\nphase = \"quiescent\"\n"
                      "trials = 3\nsteps = 50\nnoise = { value = 1e38 }\ndynamics = [{ plugin = \"underdamped\" }]\n"));
  CHECK(outcome.state == StageState::failed);
  CHECK(contains(outcome.message, "stage 's' failed: the state is not finite in trial "));
  CHECK(contains(outcome.message, " at step "));
  CHECK(contains(outcome.message, "(unit "));
  CHECK((contains(outcome.message, "'pointwise' of cell 'leaky_rnn' and 'advance' of dynamics 'underdamped'") ||
         contains(outcome.message, "of cell 'leaky_rnn', which was not finite itself: the product with the weights")));
}

TEST_CASE("a training whose state leaves the numbers is stopped with batch, trial, step and unit") {
  const Folder folder;
  // The first batch: whatever the weights, noise of 1e38 per step overflows.
  auto text = task_and_network + training;
  text.insert(text.find("[stage.train]"), "noise = 1e38\n");
  const auto outcome = outcome_of(folder, plan_of(text));
  CHECK(outcome.state == StageState::failed);
  CHECK(contains(outcome.message, "stage 'train' failed: the loss is not finite at batch 1: "));
  CHECK(contains(outcome.message, "in trial "));
  CHECK(contains(outcome.message, "cell 'leaky_rnn'"));
}

TEST_CASE("a last step that leaves the numbers leaves no network") {
  const Folder folder;
  const auto plan = plan_of(task_and_network + training, {"stage.train.batches=1", "stage.train.learning_rate=1e38"});
  const auto outcome = outcome_of(folder, plan);
  CHECK(outcome.state == StageState::failed);
  CHECK(contains(outcome.message, "the weights are not finite after batch 1"));
}

TEST_CASE("a training that diverges late names the batch and keeps the last good checkpoint") {
  const Folder folder;
  // Steps of 1e18 square to 1e36 in the products of the next batches.
  const auto plan = plan_of(task_and_network + training, {"stage.train.batches=50", "stage.train.learning_rate=1e18"});
  const auto outcome = outcome_of(folder, plan, 1e-9);
  CHECK(outcome.state == StageState::failed);
  CHECK(contains(outcome.message, "the loss is not finite at batch "));
  CHECK_FALSE(contains(outcome.message, "at batch 1:"));
  const auto& stage = plan.stages.front();
  const auto batch = checkpointed_batch(store::work_folder(result_folder(folder.path, stage)), stage.fingerprint);
  REQUIRE(batch);
  CHECK(contains(outcome.message, "at batch " + std::to_string(*batch + 1)));
  CHECK(decide(plan, asked_for(plan, {}), folder.path)
            .front()
            .why.starts_with(fmt::format(
                "failed last time: the loss is not finite at batch {}: the state is not finite", *batch + 1)));
}
