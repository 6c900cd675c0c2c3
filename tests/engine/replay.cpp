// SPDX-License-Identifier: BSD-3-Clause
/// What a simulation does, against closed forms.
#include "support.hpp"

#include <doctest/doctest.h>
#include <engine/parameters.hpp>
#include <engine/simulator.hpp>
#include <numeric/threads.hpp>

#include <cmath>

using namespace reverie;
using namespace reverie::engine;

namespace {

/// States [trial][step][unit] of a quiescent simulation.
std::vector<float> states(const Model& model, const std::vector<NamedArray>& weights, SimulationOptions options) {
  std::vector<float> result;
  options.quiescent = true;
  options.record_state = true;
  simulate(
      model, weights, options,
      [&](const std::string& name, std::int64_t, std::int64_t trials, const float* values) {
        if (name == "state") result.insert(result.end(), values, values + trials * options.steps * model.units);
      },
      [](std::int64_t) { return true; });
  return result;
}

Model network(const std::vector<test::DynamicsSpec>& dynamics, const plugin::json& cell = plugin::json::object()) {
  return test::make_model("arrays_task", plugin::json::object(), "leaky_rnn", cell, 24, 0.02, dynamics);
}

/// All weights zero but the encoder's.
std::vector<NamedArray> without_recurrence(const Model& model) {
  auto weights = initial_weights(model, 1);
  for (auto& w : weights)
    if (w.name != "encoder.weight") std::fill(w.value.values.begin(), w.value.values.end(), 0.0);
  return weights;
}

}  // namespace

TEST_CASE("neutral parameters reproduce overdamped replay bit for bit") {
  const auto overdamped = network({{"overdamped", plugin::json::object()}});
  const auto weights = initial_weights(overdamped, 5);
  SimulationOptions options;
  options.trials = 30;
  options.steps = 120;
  options.state_noise = 0.03;
  const auto expected = states(overdamped, weights, options);
  CHECK(expected == states(network({}), weights, options));
  for (const auto* noise : {"plain", "fdt"})
    for (const auto* site : {"preactivation", "increment"})
      CHECK(expected == states(network({{"adaptation", {{"strength", 0.0}, {"site", site}}},
                                        {"underdamped", {{"friction", 1.0}, {"noise", noise}}}}),
                               weights, options));
  CHECK(expected != states(network({{"underdamped", {{"friction", 0.9}}}}), weights, options));
  CHECK(expected != states(network({{"adaptation", {{"strength", 0.1}}}}), weights, options));
}

TEST_CASE("without recurrence and noise the state decays as (1 - alpha)^n") {
  const auto model = network({}, {{"alpha", 0.2}});
  const auto weights = without_recurrence(model);
  SimulationOptions options;
  options.trials = 2;
  options.steps = 30;
  const auto s = states(model, weights, options);
  for (std::size_t n = 1; n < 30; ++n)
    CHECK(s[n * 24 + 7] == doctest::Approx(s[7] * std::pow(0.8, static_cast<double>(n))).epsilon(1e-5));
  CHECK(std::abs(s[7]) > 1e-3);
}

TEST_CASE("without recurrence and noise momentum follows the roots of its characteristic polynomial") {
  // r'' = r' + v', v' = (1 - lambda) v - alpha r: z^2 - (2 - lambda - alpha) z + (1 - lambda) = 0, r_0 given, v_0 = 0.
  const double lambda = 0.6, alpha = 0.1;
  const auto model = network({{"underdamped", {{"friction", lambda}}}}, {{"alpha", alpha}});
  SimulationOptions options;
  options.trials = 1;
  options.steps = 40;
  const auto s = states(model, without_recurrence(model), options);
  const double b = 2 - lambda - alpha, root = std::sqrt(b * b - 4 * (1 - lambda));
  const double z1 = (b + root) / 2, z2 = (b - root) / 2;
  const double r1 = s[5];  // r_1 = (1 - alpha) r_0
  const double r0 = r1 / (1 - alpha);
  const double c1 = (r1 - z2 * r0) / (z1 - z2), c2 = r0 - c1;
  for (int n = 1; n < 40; ++n) {
    const double expected = c1 * std::pow(z1, n + 1) + c2 * std::pow(z2, n + 1);
    CHECK(s[static_cast<std::size_t>(n) * 24 + 5] == doctest::Approx(expected).epsilon(1e-4));
  }
}

TEST_CASE("the noise of quiescence has the standard deviation asked for") {
  // No recurrence, alpha = 1: the state after a step is the noise itself.
  const auto model = network({}, {{"alpha", 1.0}});
  SimulationOptions options;
  options.trials = 50;
  options.steps = 100;
  options.state_noise = 0.01 * std::sqrt(2.0);
  const auto s = states(model, without_recurrence(model), options);
  double sum = 0, squares = 0;
  for (const float v : s) {
    sum += v;
    squares += static_cast<double>(v) * v;
  }
  const auto n = static_cast<double>(s.size());
  const double sigma = options.state_noise;
  CHECK(std::abs(sum / n) < 5 * sigma / std::sqrt(n));
  CHECK(std::abs(squares / n - sigma * sigma) < 5 * sigma * sigma * std::sqrt(2 / n));
}

TEST_CASE("noise of outputs in quiescence is not that of the awake trials") {
  auto model = network({});
  model.output_noise = 1;
  auto weights = without_recurrence(model);
  for (auto& w : weights) std::fill(w.value.values.begin(), w.value.values.end(), 0.0);  // outputs are noise alone
  const auto outputs = [&](bool quiescent) {
    SimulationOptions options;
    options.quiescent = quiescent;
    options.record_output = true;
    options.trials = 30;
    options.steps = 20;
    std::vector<double> all;
    simulate(
        model, weights, options,
        [&](const std::string& name, std::int64_t, std::int64_t trials, const float* values) {
          if (name == "output") all.insert(all.end(), values, values + trials * options.steps * model.task->outputs());
        },
        [](std::int64_t) { return true; });
    return all;
  };
  const auto awake = outputs(false), quiescent = outputs(true);
  REQUIRE(awake.size() == quiescent.size());
  const auto n = static_cast<double>(awake.size());
  double both = 0, squares = 0;
  for (std::size_t k = 0; k < awake.size(); ++k)
    both += awake[k] * quiescent[k] / n, squares += awake[k] * awake[k] / n;
  CHECK(squares == doctest::Approx(1).epsilon(6 / std::sqrt(n)));
  CHECK(std::abs(both) < 6 / std::sqrt(n));
}

TEST_CASE("replay can start from zero and from given states") {
  const auto model = network({}, {{"alpha", 0.5}});
  SimulationOptions options;
  options.trials = 27;
  options.steps = 2;
  options.start = Start::zero;
  for (const float v : states(model, initial_weights(model, 1), options)) CHECK(v == 0.0F);
  options.start = Start::recording;
  options.start_states = plugin::Array({27, 24});
  for (std::size_t i = 0; i < options.start_states.values.size(); ++i)
    options.start_states.values[i] = static_cast<double>(i);
  const auto s = states(model, without_recurrence(model), options);
  for (std::size_t trial = 0; trial < 27; ++trial)
    for (std::size_t k = 0; k < 24; ++k) CHECK(s[(trial * 2) * 24 + k] == 0.5F * static_cast<float>(trial * 24 + k));
}

TEST_CASE("weights that do not fit are refused by name and shape") {
  const auto model = network({});
  auto weights = initial_weights(model, 0);
  weights[0].value = plugin::Array({3, 3});
  SimulationOptions options;
  options.steps = 2;
  CHECK_THROWS_WITH_AS(states(model, weights, options), doctest::Contains("encoder.weight"), Error);
  weights.erase(weights.begin());
  CHECK_THROWS_WITH_AS(states(model, weights, options), doctest::Contains("no array 'encoder.weight'"), Error);
}

TEST_CASE("a shard that fails late stops the workers that have run ahead of it") {
  const auto model = test::make_model("strict_task", {{"late", true}}, "leaky_rnn", plugin::json::object(), 5, 0.1);
  SimulationOptions options;
  options.trials = 40 * shard_rows;
  options.steps = 2;
  const int before = numeric::thread_count();
  for (const int threads : {2, 3}) {
    numeric::set_thread_count(threads);
    CHECK_THROWS_WITH_AS(states(model, initial_weights(model, 1), options), doctest::Contains("the first trial fails"),
                         Error);
  }
  numeric::set_thread_count(before);
}

TEST_CASE("a state that leaves the finite numbers stops the simulation, with trial and step") {
  const auto model = network({}, {{"alpha", 1.0}, {"activation", "identity"}});
  auto weights = initial_weights(model, 1);
  for (auto& w : weights)
    if (w.name == "w_rec.weight") std::fill(w.value.values.begin(), w.value.values.end(), 1e6);
  SimulationOptions options;
  options.trials = 20;
  options.steps = 150;
  CHECK_THROWS_WITH_AS(states(model, weights, options), doctest::Contains("the state is not finite in trial 0 at step"),
                       Error);
}
