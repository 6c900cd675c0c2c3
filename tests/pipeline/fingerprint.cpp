// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <set>

#include "planning.hpp"

using namespace reverie::pipeline;

namespace {

std::string fingerprint(const std::string& stage, const std::string& text,
                        const std::vector<std::string>& settings = {}) {
  return stage_of(plan_of(text, settings), stage).fingerprint;
}

}  // namespace

TEST_CASE("comments, order, titles and written-out defaults do not change a fingerprint") {
  const auto original = fingerprint("distance", pipeline_text);
  CHECK(fingerprint("distance", "# a comment\n\n" + pipeline_text) == original);
  CHECK(fingerprint("distance", distance + awake + training + task_and_network) == original);
  CHECK(fingerprint("distance", "title = \"Other\"\n" + pipeline_text) == original);
  CHECK(fingerprint("distance", pipeline_text, {"stage.train.mask=1", "stage.train.learning_rate=0.001"}) == original);
  CHECK(fingerprint("distance", pipeline_text, {"network.small.noise=0.01", "stage.awake.noise={ factor = 1 }"}) ==
        original);
  CHECK(fingerprint("distance", pipeline_text, {"task.box.place_cells=16", "stage.awake.start='fresh'"}) == original);
}

TEST_CASE("how much a training keeps for its backward pass does not change a fingerprint") {
  CHECK(fingerprint("train", pipeline_text, {"stage.train.checkpoint_every=20"}) ==
        fingerprint("train", pipeline_text));
}

TEST_CASE("the precision is a part of the stage that has it: a simulation does not take that of its training") {
  const std::vector<std::string> of_training{"stage.train.precision='bfloat16_emulated'"},
      of_both{"stage.train.precision='bfloat16_emulated'", "stage.awake.precision='bfloat16_emulated'"};
  CHECK(fingerprint("train", pipeline_text, of_training) != fingerprint("train", pipeline_text));
  CHECK(fingerprint("awake", pipeline_text, of_both) != fingerprint("awake", pipeline_text, of_training));
  using reverie::numeric::Precision;
  const auto precision = [&](const std::vector<std::string>& settings) {
    return std::get<SimulateStage>(stage_of(plan_of(pipeline_text, settings), "awake").work).options.precision;
  };
  CHECK(precision(of_training) == Precision::full);
  CHECK(precision(of_both) == Precision::bfloat16_emulated);
  CHECK(fingerprint("train", pipeline_text, {"stage.train.precision='float32'"}) ==
        fingerprint("train", pipeline_text));
}

TEST_CASE("names of tables and stages do not change a fingerprint") {
  const auto renamed =
      "[task.arena]\nplugin = \"spatial_navigation\"\nplace_cells = 16\n"
      "[network.tiny]\ncell = { plugin = \"leaky_rnn\", units = 16 }\n"
      "[stage.learn]\nrun = \"train\"\ntask = \"arena\"\nnetwork = \"tiny\"\nbatches = 2\nbatch_size = 10\n";
  CHECK(fingerprint("learn", renamed) == fingerprint("train", pipeline_text));
}

TEST_CASE("every parameter changes the fingerprint of its stage and of all that read it") {
  const std::vector<std::string> changes = {"seed=1",
                                            "task.box.place_cells=17",
                                            "network.small.noise=0.02",
                                            "network.small.noise_kind='uniform01'",
                                            "network.small.input_noise=0.1",
                                            "network.small.output_noise=0.1",
                                            "network.small.encoder_bias=true",
                                            "network.small.readout_bias=true",
                                            "network.small.cell.units=17",
                                            "network.small.cell.alpha=0.3",
                                            "stage.train.batches=3",
                                            "stage.train.batch_size=11",
                                            "stage.train.steps=50",
                                            "stage.train.seed=2",
                                            "stage.train.mask=2",
                                            "stage.train.learning_rate=0.002",
                                            "stage.train.beta1=0.8",
                                            "stage.train.beta2=0.99",
                                            "stage.train.epsilon=1e-7",
                                            "stage.train.evaluate={ every = 1 }",
                                            "stage.train.dynamics=[{ plugin = \"underdamped\", friction = 0.5 }]"};
  std::set<std::string> trainings = {fingerprint("train", pipeline_text)};
  std::set<std::string> measurements = {fingerprint("distance", pipeline_text)};
  for (const auto& change : changes) {
    CAPTURE(change);
    CHECK(trainings.insert(fingerprint("train", pipeline_text, {change})).second);
    CHECK(measurements.insert(fingerprint("distance", pipeline_text, {change})).second);
  }
}

TEST_CASE("every parameter of a simulation changes its fingerprint and not the training's") {
  const std::vector<std::string> changes = {
      "stage.awake.phase='quiescent'",
      "stage.awake.trials=6",
      "stage.awake.steps=50",
      "stage.awake.seed=3",
      "stage.awake.draw=1",
      "stage.awake.mask=2",
      "stage.awake.start='zero'",
      "stage.awake.compress=true",
      "stage.awake.noise={ value = 0.5 }",
      "stage.awake.record=['state']",
      "stage.awake.record=['output']",
      "stage.awake.dynamics=[{ plugin = 'underdamped', friction = 0.5 }]",
      "stage.awake.dynamics=[{ plugin = 'underdamped', friction = 0.6 }]",
      "stage.awake.dynamics=[{ plugin = 'adaptation' }, { plugin = 'underdamped' }]",
      "stage.awake.dynamics=[{ plugin = 'underdamped' }, { plugin = 'adaptation' }]"};
  const auto train = fingerprint("train", pipeline_text);
  std::set<std::string> seen = {fingerprint("awake", pipeline_text)};
  for (const auto& change : changes) {
    CAPTURE(change);
    CHECK(seen.insert(fingerprint("awake", pipeline_text, {change})).second);
    CHECK(fingerprint("train", pipeline_text, {change}) == train);
  }
}

TEST_CASE("a measurement's draw, metric and variable change its fingerprint") {
  std::set<std::string> seen = {fingerprint("distance", pipeline_text)};
  for (const std::string change : {"stage.distance.draw=1", "stage.distance.metric.plugin='total_variance'",
                                   "stage.distance.recording={ of = 'awake', variable = 'latent' }"}) {
    CAPTURE(change);
    CHECK(seen.insert(fingerprint("distance", pipeline_text, {change})).second);
  }
}

TEST_CASE("canonical text has sorted keys, no blanks and keeps numbers that json cannot write apart") {
  CHECK(canonical(json::parse(R"({"b": [1, 2.5], "a": {"d": true, "c": "x"}})")) ==
        R"({"a":{"c":"x","d":true},"b":[1,2.5]})");
  const json infinite = std::numeric_limits<double>::infinity();
  CHECK(canonical({infinite}) != canonical({-infinite.get<double>()}));
}

TEST_CASE("the order of axes is a part of what gathers them, and of nothing else") {
  const auto text = [](const std::string& axes) {
    return "[axes]\n" + axes + task_and_network + training +
           "[stage.awake]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\nseed = \"$s\"\n"
           "noise = { factor = \"$f\" }\n" +
           distance + "[stage.all]\nrun = \"gather\"\nof = \"distance\"\n";
  };
  const auto one = text("s = [1]\nf = [1.0, 2.0]\n"), other = text("f = [1.0, 2.0]\ns = [1]\n");
  CHECK(fingerprint("distance", one) == fingerprint("distance", other));
  CHECK(fingerprint("all", one) != fingerprint("all", other));
}
