// SPDX-License-Identifier: BSD-3-Clause
/// Noise of each kind and masked input, in networks so simple that the answer is known.
#include "simulation.hpp"

#include <doctest/doctest.h>
#include <engine/task_shard.hpp>
#include <engine/trainer.hpp>

#include <cmath>

using namespace reverie;
using namespace reverie::closed_forms;
using engine::test::make_model;

namespace {

/// r' = W_rec r + W_in x: a linear network that forgets everything in one step.
Model forgetful(std::int64_t units, std::int64_t inputs) {
  return make_model("arrays_task", {{"inputs", inputs}, {"outputs", 2}, {"starts", 2}}, "leaky_rnn",
                    {{"alpha", 1.0}, {"activation", "identity"}}, units, 0.0);
}

SimulationOptions awake(std::int64_t trials, std::int64_t steps) {
  SimulationOptions options;
  options.trials = trials;
  options.steps = steps;
  options.record_state = options.record_output = true;
  return options;
}

struct Sample {
  double count, mean, variance, fourth;  ///< fourth: central moment
};
template <class Values>
Sample sample(const Values& values) {
  Sample s{static_cast<double>(values.size()), 0, 0, 0};
  for (const double v : values) s.mean += v / s.count;
  for (const double v : values) s.variance += (v - s.mean) * (v - s.mean) / s.count;
  for (const double v : values) s.fourth += std::pow(v - s.mean, 4) / s.count;
  return s;
}

/// Mean and variance within five standard errors; `fourth` is the exact fourth central moment over the variance
/// squared.
void check_moments(const Sample& s, double mean, double variance, double fourth) {
  CHECK(std::abs(s.mean - mean) <= 5 * std::sqrt(variance / s.count));
  CHECK(std::abs(s.variance - variance) <= 5 * variance * std::sqrt((fourth - 1) / s.count));
}

}  // namespace

TEST_CASE("uniform01 noise has mean σ/2 and variance σ²/12, awake and quiescent, and lies in [0, σ)") {
  auto model = forgetful(20, 1);
  model.noise_kind = engine::NoiseKind::uniform01;
  for (const bool quiescent : {false, true}) {
    auto options = awake(60, 100);
    options.quiescent = quiescent;
    options.state_noise = 0.3;
    const auto states = record(model, keep_only(model, {}), options).at("state");
    const auto s = sample(states);
    check_moments(s, 0.15, 0.09 / 12, 9.0 / 5);
    CHECK(s.fourth == doctest::Approx(9.0 / 5 * s.variance * s.variance).epsilon(0.02).scale(0));  // of a Gaussian: 3
    const auto [low, high] = std::minmax_element(states.begin(), states.end());
    CHECK(*low >= 0);
    CHECK(*high <= 0.3F);
  }
}

TEST_CASE("masked input is zero but on every k-th step") {
  const auto model = forgetful(7, 3);
  const auto weights = keep_only(model, {"w_in.weight"});
  auto options = awake(30, 23);
  const auto whole = record(model, weights, options).at("state");
  for (const std::int64_t mask : {1, 2, 5, 23, 1000}) {
    options.mask = mask;
    const auto states = record(model, weights, options).at("state");
    REQUIRE(states.size() == whole.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
      const auto n = static_cast<std::int64_t>(i) / 7 % 23;
      CHECK(states[i] == (n % mask == 0 ? whole[i] : 0.0F));
    }
  }
  CHECK(*std::max_element(whole.begin(), whole.end()) > 0.1F);
}

TEST_CASE("masked training counts the loss of all steps and sees input on every k-th step only") {
  const auto model = forgetful(6, 3);
  auto weights = keep_only(model, {"w_in.weight", "readout.weight"});
  const auto &w_in = array(weights, "w_in.weight").value.values,
             &readout = array(weights, "readout.weight").value.values;
  constexpr std::int64_t trials = 30, steps = 11;
  for (const std::int64_t mask : {1, 4, 50}) {
    // y_n = D W_in x_n on steps that keep their input, else 0.
    const auto drawn =
        model.task->generate(model.constants, engine::stream_for({}, numeric::Purpose::task), 0, trials, steps);
    double expected = 0;
    for (std::int64_t trial = 0; trial < trials; ++trial)
      for (std::int64_t n = 0; n < steps; ++n)
        for (std::int64_t o = 0; o < 2; ++o) {
          double y = 0;
          for (std::int64_t k = 0; k < 6 && n % mask == 0; ++k)
            for (std::int64_t i = 0; i < 3; ++i)
              y += readout[static_cast<std::size_t>(o * 6 + k)] * w_in[static_cast<std::size_t>(k * 3 + i)] *
                   drawn.inputs.values[static_cast<std::size_t>((trial * steps + n) * 3 + i)];
          const double* s = &drawn.latents.values[static_cast<std::size_t>((trial * (steps + 1) + n + 1) * 2)];
          const double target = 0.3 * s[0] - 0.1 * s[1] * static_cast<double>(o);  // the task's encoding
          expected += (y - target) * (y - target) / (trials * steps * 2);
        }
    engine::TrainingOptions options;
    options.batches = 1;
    options.batch_size = trials;
    options.steps = steps;
    options.mask = mask;
    const auto result = engine::train(model, options, {weights, {}, {}, 0}, [](const auto&) { return true; });
    CHECK(result.history.at(0).loss == doctest::Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("input noise adds its variance to inputs that are kept, and nothing to masked ones") {
  auto model = forgetful(1, 1);
  auto weights = keep_only(model, {});
  array(weights, "w_in.weight").value.values = {1};
  auto options = awake(400, 60);
  options.mask = 3;
  const auto clean = record(model, weights, options).at("state");
  model.input_noise = 0.2;
  const auto noisy = record(model, weights, options).at("state");
  std::vector<double> added;
  for (std::size_t i = 0; i < clean.size(); ++i)
    if (i % 60 % 3 == 0)
      added.push_back(static_cast<double>(noisy[i]) - static_cast<double>(clean[i]));
    else
      CHECK(noisy[i] == 0.0F);
  check_moments(sample(added), 0, 0.04, 3);
}

TEST_CASE("output noise adds its variance to outputs and leaves the state alone") {
  auto model = forgetful(4, 1);
  model.output_noise = 0.3;
  for (const bool quiescent : {false, true}) {
    auto options = awake(60, 200);
    options.quiescent = quiescent;
    const auto all = record(model, keep_only(model, {}), options);
    check_moments(sample(all.at("output")), 0, 0.09, 3);
    for (const float r : all.at("state")) CHECK(r == 0.0F);
  }
}

TEST_CASE("awake and quiescent noise, draws and trials are different numbers") {
  const auto model = forgetful(8, 1);
  auto options = awake(30, 40);
  options.state_noise = 0.1;
  const auto run = [&] { return record(model, keep_only(model, {}), options).at("state"); };
  const auto first = run();
  options.draw = 1;
  const auto second = run();
  options.quiescent = true;
  const auto third = run();
  const auto correlation = [&](const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum / (0.01 * static_cast<double>(a.size()));
  };
  const double error = 1 / std::sqrt(static_cast<double>(first.size()));
  CHECK(std::abs(correlation(first, second)) <= 5 * error);
  CHECK(std::abs(correlation(second, third)) <= 5 * error);
  const std::vector<float> one(first.begin(), first.begin() + 320), next(first.begin() + 320, first.begin() + 640);
  CHECK(std::abs(correlation(one, next)) <= 5 / std::sqrt(320.0));
}
