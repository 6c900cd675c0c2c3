// SPDX-License-Identifier: BSD-3-Clause
/// Sizes and parameters at the edge of what may be asked for.
#include "support.hpp"

#include <doctest/doctest.h>
#include <engine/simulator.hpp>
#include <engine/trainer.hpp>

#include <cmath>

using namespace reverie;
using namespace reverie::engine;

namespace {

const std::vector<test::DynamicsSpec> all_modifiers{{"adaptation", {{"strength", 0.3}, {"tau", 1.0}}},
                                                    {"underdamped", {{"friction", 0.7}, {"noise", "fdt"}}}};

Model network(const std::string& cell, std::int64_t units, double noise,
              const std::vector<test::DynamicsSpec>& dynamics = all_modifiers) {
  return test::make_model("arrays_task", {{"inputs", 1}, {"outputs", 1}, {"starts", 1}}, cell, plugin::json::object(),
                          units, noise, dynamics);
}

/// Positions [trial][step][2]; CHECKs that all records came and are finite.
template <class Real = float>
std::vector<float> positions(const Model& model, const SimulationOptions& options) {
  std::vector<float> values;
  simulate<Real>(
      model, initial_weights(model, 0), options,
      [&](const std::string& name, std::int64_t, std::int64_t trials, const float* from) {
        if (name == "position")
          values.insert(values.end(), from, from + trials * options.steps * model.task->latents());
      },
      [](std::int64_t) { return true; });
  CHECK(values.size() == static_cast<std::size_t>(options.trials * options.steps * model.task->latents()));
  for (const float v : values) CHECK(std::isfinite(v));
  return values;
}

TrainingResult trained(const Model& model, std::int64_t batch_size, std::int64_t steps, std::int64_t mask) {
  TrainingOptions options;
  options.batches = 3;
  options.batch_size = batch_size;
  options.steps = steps;
  options.mask = mask;
  options.evaluate_every = 2;
  options.evaluate_trials = batch_size;
  return train(model, options, {initial_weights(model, 0), {}, {}, 0}, [](const HistoryEntry&) { return true; });
}

}  // namespace

TEST_CASE("one unit, one trial, one step, a mask longer than the trial, and no noise can be trained") {
  for (const auto* cell : {"leaky_rnn", "gru"})
    for (const std::int64_t units : {1, 17})
      for (const double noise : {0.0, 0.1})
        for (const std::int64_t batch_size : {1, 26})
          for (const std::int64_t steps : {1, 3})
            for (const std::int64_t mask : {1, 10}) {
              CAPTURE(cell);
              CAPTURE(units);
              CAPTURE(batch_size);
              CAPTURE(steps);
              const auto result = trained(network(cell, units, noise), batch_size, steps, mask);
              REQUIRE(result.history.size() == 3);
              for (const auto& entry : result.history) CHECK(std::isfinite(entry.loss));
              CHECK(std::isfinite(result.history[1].task_error));
              for (const auto& array : result.state.weights)
                for (const double w : array.value.values) CHECK(std::isfinite(w));
            }
}

TEST_CASE("a task sees nothing but trials, however many there are") {
  const auto model =
      test::make_model("strict_task", plugin::json::object(), "leaky_rnn", plugin::json::object(), 5, 0.1);
  for (const std::int64_t trials : {1, 20, 25, 26}) {
    CAPTURE(trials);
    CHECK(std::isfinite(trained(model, trials, 13, 1).history[1].task_error));
    SimulationOptions options;
    options.trials = trials;
    options.steps = 13;
    for (const bool quiescent : {false, true}) {
      options.quiescent = quiescent;
      positions(model, options);
    }
  }
}

TEST_CASE("targets that a task leaves unwritten are told") {
  const auto model = test::make_model("strict_task", {{"sparse", true}}, "leaky_rnn", plugin::json::object(), 5, 0.1);
  CHECK_THROWS_WITH_AS(
      trained(model, 20, 13, 1),
      doctest::Contains("task 'strict_task': encode left numbers unwritten or not finite in float32: activity["),
      plugin::PluginError);
}

TEST_CASE("one unit, one trial and one step can be simulated, awake and quiescent") {
  for (const auto* cell : {"leaky_rnn", "gru"})
    for (const std::int64_t units : {1, 17})
      for (const std::int64_t trials : {1, 26})
        for (const std::int64_t steps : {1, 101})
          for (const bool quiescent : {false, true}) {
            SimulationOptions options;
            options.quiescent = quiescent;
            options.trials = trials;
            options.steps = steps;
            options.mask = 1000;
            options.state_noise = 0.1;
            positions(network(cell, units, 0.1), options);
          }
}

TEST_CASE("the first trial is the same whether or not there are others") {
  for (const auto* cell : {"leaky_rnn", "gru"}) {
    const auto model = network(cell, 5, 0.1);
    SimulationOptions options;
    options.steps = 12;
    options.state_noise = 0.1;
    options.trials = 26;
    const auto many = positions(model, options);
    options.trials = 1;
    const auto one = positions(model, options);
    CHECK(std::equal(one.begin(), one.end(), many.begin()));
  }
}

TEST_CASE("with a time constant of one step the trace of adaptation is b times the last state") {
  // F = 0 with α r = 0: all weights zero and the integrator, so r' = r − α c, c' = b r, c_0 = 0 (site = "increment").
  const double alpha = 0.5, strength = 0.4;
  auto model = test::make_model("arrays_task", plugin::json::object(), "leaky_rnn",
                                {{"alpha", alpha}, {"leak", "integrator"}, {"activation", "identity"}}, 1, 0.0,
                                {{"adaptation", {{"strength", strength}, {"tau", 1.0}, {"site", "increment"}}}});
  auto weights = initial_weights(model, 0);
  for (auto& w : weights) std::fill(w.value.values.begin(), w.value.values.end(), 0.0);
  SimulationOptions options;
  options.quiescent = options.record_state = true;
  options.trials = 1;
  options.steps = 12;
  options.start = Start::recording;
  options.start_states = plugin::Array({1, 1});
  options.start_states.values = {1};
  std::vector<float> states;
  simulate<double>(
      model, weights, options,
      [&](const std::string& name, std::int64_t, std::int64_t, const float* from) {
        if (name == "state") states.assign(from, from + 12);
      },
      [](std::int64_t) { return true; });
  double r = 1, before = 0;
  for (const float got : states) {
    const double next = r - alpha * strength * before;
    before = r;
    r = next;
    CHECK(got == doctest::Approx(r).epsilon(1e-6));
  }
}

TEST_CASE("the score runs with one trial, one step, 26 trials and without noise") {
  const auto score = [](double noise, std::int64_t dimension) {
    return test::make_model("ornstein_uhlenbeck", {{"dimension", dimension}}, "ou_score", plugin::json::object(),
                            dimension, noise,
                            {{"adaptation", {{"strength", 0.3}, {"tau", 1.0}, {"site", "increment"}}},
                             {"underdamped", {{"friction", 0.7}}}});
  };
  for (const std::int64_t dimension : {1, 3})
    for (const std::int64_t trials : {1, 26})
      for (const std::int64_t steps : {1, 120}) {
        SimulationOptions options;
        options.quiescent = true;
        options.trials = trials;
        options.steps = steps;
        options.state_noise = 0.1;
        positions(score(0.07, dimension), options);
        options.state_noise = 0;
        for (const float r : positions(score(0, dimension), options)) CHECK(r == 0.0F);  // σ = 0: no score, and s₀ = 0
      }
}
