// SPDX-License-Identifier: BSD-3-Clause
/// start = { of = "stage", step = n } of a simulation, as far as planning goes; and what analytic cells refuse.
#include <doctest/doctest.h>

#include <algorithm>

#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

const std::string recorded =
    "[stage.awake]\nrun = \"simulate\"\nof = \"train\"\nphase = \"awake\"\ntrials = 5\nsteps = 12\nrecord = "
    "[\"state\"]\n";

/// The line of `start` is 25 in pipeline_with.
std::string replay(const std::string& start) {
  return "[stage.replay]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\nsteps = 4\nstart = " +
         start + "\n";
}

std::string pipeline_with(const std::string& start) { return task_and_network + training + recorded + replay(start); }

const SimulateStage& simulation(const Plan& plan) { return std::get<SimulateStage>(stage_of(plan, "replay").work); }

}  // namespace

TEST_CASE("a simulation that starts from a recording comes after it and takes its last step unless it names one") {
  const auto text = task_and_network + training + replay("{ of = \"awake\" }") + recorded;
  const auto plan = plan_of(text);
  CHECK(names_of(plan) == std::vector<std::string>{"train", "awake", "replay"});
  CHECK(stage_of(plan, "replay").inputs == std::vector<std::size_t>{0, 1});
  CHECK(simulation(plan).options.start == engine::Start::recording);
  CHECK(simulation(plan).start_input == 1);
  CHECK(simulation(plan).start_step == 11);
  CHECK(simulation(plan_of(text, {"stage.replay.start.step=3"})).start_step == 3);
  CHECK(simulation(plan_of(text, {"stage.replay.start='zero'"})).options.start == engine::Start::zero);
}

TEST_CASE("an untrained network can start from a recording too") {
  const auto plan = plan_of(pipeline_with("{ of = \"awake\" }") +
                            "[stage.fresh]\nrun = \"simulate\"\ntask = \"box\"\nnetwork = \"small\"\nphase = "
                            "\"quiescent\"\ntrials = 5\nstart = { of = \"awake\" }\n");
  CHECK(stage_of(plan, "fresh").inputs == std::vector<std::size_t>{1});
  CHECK(std::get<SimulateStage>(stage_of(plan, "fresh").work).start_input == 0);
}

TEST_CASE("the recording that a simulation starts from, and the step, are in its fingerprint") {
  const auto fingerprint = [](const std::string& start, const std::vector<std::string>& settings = {}) {
    return stage_of(plan_of(pipeline_with(start), settings), "replay").fingerprint;
  };
  std::vector<std::string> all = {fingerprint("\"fresh\""),
                                  fingerprint("\"zero\""),
                                  fingerprint("{ of = \"awake\" }"),
                                  fingerprint("{ of = \"awake\", step = 3 }"),
                                  fingerprint("{ of = \"awake\" }", {"stage.awake.draw=1"}),
                                  fingerprint("{ of = \"awake\" }", {"stage.awake.steps=13"})};
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  CHECK(fingerprint("{ of = \"awake\" }") == fingerprint("{ of = \"awake\", step = 11 }"));
  // What the recording is called does not count, and neither does it where nothing starts from it.
  auto renamed = pipeline_with("{ of = \"awake\" }");
  for (auto at = renamed.find("awake]"); at != std::string::npos; at = renamed.find("awake]"))
    renamed.replace(at, 6, "day]");
  renamed.replace(renamed.find("of = \"awake\""), 12, "of = \"day\"");
  CHECK(stage_of(plan_of(renamed), "replay").fingerprint == fingerprint("{ of = \"awake\" }"));
  CHECK(fingerprint("\"fresh\"") == fingerprint("\"fresh\"", {"stage.awake.draw=1"}));
}

TEST_CASE("starts that cannot be taken are refused with their place") {
  const auto errors = [](const std::string& start, const std::vector<std::string>& settings = {}) {
    return errors_of(pipeline_with(start), settings);
  };
  REQUIRE(errors("{ of = \"awake\" }") == "");
  CHECK(
      contains(errors("{ of = \"awak\" }"), "test.toml:25:16: error: there is no stage 'awak'. Did you mean 'awake'?"));
  CHECK(contains(errors("{ of = \"train\" }"),
                 "test.toml:25:16: error: 'start' reads simulate stages, and 'train' is a train stage"));
  CHECK(contains(
      errors("{ of = \"awake\" }", {"stage.awake.record=[]"}),
      "test.toml:25:16: error: the recording of 'awake' has no 'state': add record = [\"state\"] to [stage.awake]"));
  CHECK(contains(
      errors("{ of = \"awake\" }", {"stage.awake.trials=4"}),
      "test.toml:25:16: error: the recording of 'awake' has 4 trials, fewer than the 5 that are to start from it"));
  CHECK(contains(
      errors("{ of = \"awake\", step = 12 }"),
      "test.toml:25:32: error: 'step' must be below 12, the number of steps of 'awake' (the first is 0), not 12"));
  CHECK(contains(errors("{ of = \"awake\", step = -1 }"), "test.toml:25:32: error: 'step' must be an integer"));
  CHECK(contains(errors("{ of = \"awake\", steps = 1 }"), "has no key 'steps'. Did you mean 'step'?"));
  CHECK(contains(errors("{ step = 1 }"), "'of' is required"));
  CHECK(contains(errors("{ of = 3 }"), "test.toml:25:16: error: 'start' must be the name of a stage"));
  CHECK(contains(errors("\"zeros\""),
                 "test.toml:25:9: error: 'start' must be \"fresh\", \"zero\" or { of = \"STAGE\", "
                 "step = n }, not \"zeros\". Did you mean 'zero'?"));
  CHECK(contains(errors("3"), "test.toml:25:9: error: 'start' must be"));
  CHECK(contains(errors("{ of = \"replay\" }"), "stages need each other in a circle: replay -> replay"));
}

TEST_CASE("a replay that goes on from a replay needs other noise, however many are between them") {
  const auto then = [](const std::string& name, const std::string& of, int draw) {
    return "[stage." + name + "]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\nsteps = 4\n" +
           "record = [\"state\"]\ndraw = " + std::to_string(draw) + "\nstart = { of = \"" + of + "\" }\n";
  };
  const auto begun = task_and_network + training + recorded + then("first", "awake", 0);
  CHECK(errors_of(begun + then("second", "first", 1) + then("third", "second", 2)) == "");
  CHECK(contains(
      errors_of(begun + then("second", "first", 0)),
      "this would repeat the noise of 'first', which has the same 'seed' and 'draw'; give another one: draw = 1"));
  CHECK(contains(errors_of(begun + then("second", "first", 1) + then("third", "second", 0)),
                 "this would repeat the noise of 'first'"));
  CHECK(errors_of(begun + then("second", "first", 0), {"stage.second.seed=3"}) == "");
  CHECK(errors_of(begun + then("second", "first", 0), {"stage.second.noise={value=0.0}"}) == "");
}

TEST_CASE("states of another number of units are refused") {
  const auto wide =
      "[network.wide]\ncell = { plugin = \"leaky_rnn\", units = 17 }\n"
      "[stage.other]\nrun = \"simulate\"\ntask = \"box\"\nnetwork = \"wide\"\nphase = \"awake\"\nrecord = "
      "[\"state\"]\n";
  CHECK(contains(errors_of(pipeline_with("{ of = \"other\" }") + wide),
                 "the states of 'other' have 17 units, and the network that runs here has 16"));
}

TEST_CASE("the analytic score refuses what it cannot do, with what would work") {
  const std::string score =
      "[task.line]\nplugin = \"ornstein_uhlenbeck\"\n[network.score]\ncell = { plugin = \"ou_score\", units = 1 }\n";
  const std::string replays =
      "[stage.s]\nrun = \"simulate\"\ntask = \"line\"\nnetwork = \"score\"\nphase = \"quiescent\"\ntrials = 2\n";
  CHECK(errors_of(score + replays) == "");
  CHECK(errors_of(score + replays + "dynamics = [{ plugin = \"adaptation\", site = \"increment\" }]\n") == "");
  CHECK(
      contains(errors_of(score + replays + "dynamics = [{ plugin = \"adaptation\" }]\n"), "use site = \"increment\""));
  CHECK(contains(errors_of(score + replays, {"network.score.cell.units=2"}), "units must be 1"));
  CHECK(contains(errors_of(score + "[stage.t]\nrun = \"train\"\ntask = \"line\"\nnetwork = \"score\"\n"),
                 "simulate it with `task` and `network`"));
  CHECK(contains(errors_of(task_and_network + score + replays,
                           {"stage.s.task='box'", "network.score.cell.form='mixture'", "network.score.cell.units=16"}),
                 "--set:1:20: error: cell 'ou_score': create failed: parameter 'form': "));
}
