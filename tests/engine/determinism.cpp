// SPDX-License-Identifier: BSD-3-Clause
/// The same bits for any number of threads, and a split run equals a whole one.
#include "../support/precisions.hpp"
#include "support.hpp"

#include <doctest/doctest.h>
#include <engine/simulator.hpp>
#include <engine/trainer.hpp>
#include <numeric/threads.hpp>

#include <cstdlib>
#include <map>

using namespace reverie;
using namespace reverie::engine;

namespace {

Model network(std::int64_t units) {
  return test::make_model("arrays_task", {{"outputs", 37}, {"starts", 12}, {"inputs", 2}}, "leaky_rnn",
                          plugin::json::object(), units, 0.02,
                          {{"adaptation", {{"strength", 0.1}}}, {"underdamped", {{"friction", 0.8}}}});
}

TrainingState fresh(const Model& model) { return {initial_weights(model, 0), {}, {}, 0}; }

TrainingState trained(const Model& model, std::int64_t batches, TrainingState start, Precision precision) {
  TrainingOptions options;
  options.batches = batches;
  options.batch_size = 130;  // five whole shards and one of five rows
  options.steps = 7;
  options.mask = 2;
  options.precision = precision;
  return train(model, options, std::move(start), [](const HistoryEntry&) { return true; }).state;
}

void check_same(const std::vector<NamedArray>& a, const std::vector<NamedArray>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    CAPTURE(a[k].name);
    CHECK(a[k].name == b[k].name);
    CHECK(a[k].value.values == b[k].value.values);
  }
}

std::map<std::string, std::vector<float>> recorded(const Model& model, SimulationOptions options) {
  std::map<std::string, std::vector<float>> record;
  std::int64_t next = 0;
  const auto width = [&](const std::string& name, std::int64_t steps) {
    if (name == "state") return steps * model.units;
    if (name == "output") return steps * model.task->outputs();
    return name == "trial_direction" ? std::int64_t{1} : steps * model.task->latents();
  };
  options.state_noise = 0.03;
  options.record_state = options.record_output = true;
  simulate(
      model, initial_weights(model, 0), options,
      [&](const std::string& name, std::int64_t first, std::int64_t trials, const float* values) {
        CHECK(first == next);
        auto& all = record[name];
        all.insert(all.end(), values, values + trials * width(name, options.steps));
      },
      [&](std::int64_t done) {
        next = done;
        return true;
      });
  CHECK(next == options.trials);
  return record;
}

struct Threads {
  explicit Threads(int n) { numeric::set_thread_count(n); }
  ~Threads() { numeric::set_thread_count(2); }
};

}  // namespace

TEST_CASE("training gives the same bits for 1, 2 and 3 threads") {
  for (const auto precision : numeric::all_precisions())
    for (const std::int64_t units : {48, 37}) {
      const auto model = network(units);
      std::vector<TrainingState> states;
      for (const int n : {1, 2, 3}) {
        const Threads threads(n);
        states.push_back(trained(model, 4, fresh(model), precision));
      }
      check_same(states[0].weights, states[1].weights);
      check_same(states[0].weights, states[2].weights);
      check_same(states[0].second_moments, states[2].second_moments);
      CHECK(states[0].weights[0].value.values != fresh(model).weights[0].value.values);
    }
}

TEST_CASE("a training split in two equals one run") {
  const auto model = network(32);
  for (const auto precision : numeric::all_precisions()) {
    const auto whole = trained(model, 5, fresh(model), precision);
    const auto split = trained(model, 5, trained(model, 2, fresh(model), precision), precision);
    CHECK(split.batch == 5);
    check_same(whole.weights, split.weights);
    check_same(whole.first_moments, split.first_moments);
  }
}

TEST_CASE("a simulation gives the same bits for 1, 2 and 3 threads, and fewer trials are the first of more") {
  const auto model = network(40);
  SimulationOptions options;
  options.trials = 60;
  options.steps = 43;  // whole chunks and a part of one
  for (const auto precision : numeric::all_precisions())
    for (const bool quiescent : {false, true}) {
      options.quiescent = quiescent;
      options.precision = precision;
      std::vector<std::map<std::string, std::vector<float>>> records;
      for (const int n : {1, 2, 3}) {
        const Threads threads(n);
        records.push_back(recorded(model, options));
      }
      CHECK(records[0] == records[1]);
      CHECK(records[0] == records[2]);
      CHECK(records[0].contains("latent") == !quiescent);

      auto fewer = options;
      fewer.trials = 30;
      const auto part = recorded(model, fewer);
      for (const auto& [name, values] : part) {
        CAPTURE(name);
        CHECK(std::equal(values.begin(), values.end(), records[0].at(name).begin()));
      }
    }
}

TEST_CASE("a shorter simulation is the beginning of a longer one") {
  const auto model = network(40);
  SimulationOptions options;
  options.trials = 3;
  options.quiescent = true;
  for (const auto precision : numeric::all_precisions())
    for (const std::int64_t shorter : {20, 24}) {  // whole chunks, and a part of one
      options.precision = precision;
      options.steps = shorter;
      const auto short_run = recorded(model, options);
      options.steps = 37;
      const auto long_run = recorded(model, options);
      for (std::int64_t trial = 0; trial < 3; ++trial)
        CHECK(std::equal(short_run.at("state").begin() + trial * shorter * model.units,
                         short_run.at("state").begin() + (trial + 1) * shorter * model.units,
                         long_run.at("state").begin() + trial * 37 * model.units));
    }
}

TEST_CASE("noise of outputs is part of what a training compares") {
  auto model = test::make_model("arrays_task", plugin::json::object(), "leaky_rnn", plugin::json::object(), 19, 0.02);
  const auto entry = [&](double noise) {
    model.output_noise = noise;
    TrainingOptions options;
    options.batches = 1;
    options.batch_size = 50;
    options.evaluate_every = 1;
    options.evaluate_trials = 50;
    return train(model, options, {initial_weights(model, 0), {}, {}, 0}, [](const HistoryEntry&) { return true; })
        .history.at(0);
  };
  const auto without = entry(0), with = entry(5);
  // 50 trials of 20 steps and 4 outputs: the mean of 4 000 squared normals is within 10 % of its expectation.
  CHECK(with.loss == doctest::Approx(without.loss + 25).epsilon(0.1));
  CHECK(with.evaluation_loss == doctest::Approx(without.evaluation_loss + 25).epsilon(0.1));
}

TEST_CASE("a cell whose state is the output needs a start as wide as it") {
  const auto model =
      test::make_model("arrays_task", {{"starts", 1}, {"outputs", 2}}, "ou_score", plugin::json::object(), 2, 0);
  const auto problems = check_model(model, false);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("which must be as wide as its outputs (2), not 1") != std::string::npos);
}
