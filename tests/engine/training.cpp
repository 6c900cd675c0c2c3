// SPDX-License-Identifier: BSD-3-Clause
/// What a training begins with, how it steps and what its evaluations say.
#include "support.hpp"

#include <doctest/doctest.h>
#include <engine/trainer.hpp>

#include <cmath>
#include <map>
#include <numbers>

using namespace reverie;
using namespace reverie::engine;

namespace {

Model network() {
  return test::make_model("arrays_task", {{"inputs", 2}, {"starts", 7}, {"outputs", 5}}, "leaky_rnn", {{"bias", true}},
                          11, 0.1);
}

TrainingOptions small(std::int64_t batches) {
  TrainingOptions options;
  options.batches = batches;
  options.batch_size = 26;
  options.steps = 13;
  return options;
}

TrainingResult trained(const Model& model, const TrainingOptions& options, TrainingState start) {
  return train(model, options, std::move(start), [](const HistoryEntry&) { return true; });
}

}  // namespace

TEST_CASE("weights begin uniform in ±1/√fan_in of their layer, each array with its own numbers") {
  auto model = test::make_model("arrays_task", {{"inputs", 144}, {"starts", 400}, {"outputs", 100}}, "leaky_rnn",
                                {{"bias", true}}, 256, 0.1);
  model.encoder_bias = model.readout_bias = true;
  const std::map<std::string, double> fan_in{{"w_rec.weight", 256},   {"w_in.weight", 144},  {"bias", 256},
                                             {"encoder.weight", 400}, {"encoder.bias", 400}, {"readout.weight", 256},
                                             {"readout.bias", 256}};
  const auto weights = initial_weights(model, 0), others = initial_weights(model, 1);
  CHECK(weights.size() == fan_in.size());
  for (std::size_t k = 0; k < weights.size(); ++k) {
    CAPTURE(weights[k].name);
    REQUIRE(fan_in.contains(weights[k].name));
    const auto& values = weights[k].value.values;
    const double n = static_cast<double>(values.size()), bound = 1 / std::sqrt(fan_in.at(weights[k].name)),
                 variance = bound * bound / 3;
    double sum = 0, squares = 0, largest = 0;
    for (const double w : values) {
      sum += w;
      squares += w * w;
      largest = std::max(largest, std::abs(w));
    }
    // Five standard errors. Of a uniform x around 0, Var(x²) = 0.8 Var(x)².
    CHECK(largest <= bound);
    CHECK(std::abs(sum / n) < 5 * std::sqrt(variance / n));
    CHECK(std::abs(squares / n - variance) < 5 * variance * std::sqrt(0.8 / n));
    CHECK(values != others[k].value.values);
    for (std::size_t before = 0; before < k; ++before)
      CHECK(values[0] / bound !=
            doctest::Approx(weights[before].value.values[0] * std::sqrt(fan_in.at(weights[before].name))));
  }
}

TEST_CASE("a training steps as Adam does (Kingma & Ba 2015, Algorithm 1), with its options") {
  const auto model = network();
  auto options = small(1);
  options.learning_rate = 0.01;
  options.beta1 = 0.5;
  options.beta2 = 0.9;
  options.epsilon = 1e-3;
  TrainingState state{initial_weights(model, 0), {}, {}, 0};
  std::vector<std::vector<double>> first, second;
  for (const auto& array : state.weights) {
    first.emplace_back(array.value.values.size());
    second.emplace_back(array.value.values.size());
  }
  for (std::int64_t t = 1; t <= 4; ++t) {
    options.batches = t;
    auto plain = options;
    plain.beta1 = 0;  // the first moment is the gradient
    const auto gradient = trained(model, plain, {state.weights, {}, {}, t - 1}).state.first_moments;
    const auto next = trained(model, options, state).state;
    const double power = static_cast<double>(t);
    for (std::size_t k = 0; k < gradient.size(); ++k) {
      CAPTURE(gradient[k].name);
      double worst = 0;
      for (std::size_t i = 0; i < first[k].size(); ++i) {
        const double g = gradient[k].value.values[i];
        double &m = first[k][i], &v = second[k][i];
        m = 0.5 * m + 0.5 * g;
        v = 0.9 * v + 0.1 * g * g;
        const double step = 0.01 * m / (1 - std::pow(0.5, power)) / (std::sqrt(v / (1 - std::pow(0.9, power))) + 1e-3);
        const double taken = state.weights[k].value.values[i] - next.weights[k].value.values[i];
        worst = std::max(worst, std::abs(taken - step));
      }
      CHECK(worst < 1e-6);  // steps are up to 0.01, and float32 tells weights of 1 apart by 6e-8
    }
    state = next;
  }
}

TEST_CASE("evaluations are on one fixed batch, whatever the training draws") {
  const auto model = network();
  auto options = small(3);
  options.learning_rate = 1e-30;  // no float32 weight changes
  options.evaluate_every = 1;
  options.evaluate_trials = 26;
  const auto history = trained(model, options, {initial_weights(model, 0), {}, {}, 0}).history;
  REQUIRE(history.size() == 3);
  for (std::size_t k = 1; k < 3; ++k) {
    CHECK(history[k].evaluation_loss == history[0].evaluation_loss);
    CHECK(history[k].task_error == history[0].task_error);
    CHECK(history[k].loss != history[0].loss);
  }
}

TEST_CASE("the error of a task is the mean square per coordinate, of angles the short way round") {
  for (const bool angle : {false, true}) {
    const auto model = test::make_model("fixed_task", {{"angle", angle}}, "leaky_rnn", plugin::json::object(), 3, 0.1);
    auto options = small(1);
    options.evaluate_every = 1;
    options.evaluate_trials = 26;
    const auto history = trained(model, options, {initial_weights(model, 0), {}, {}, 0}).history;
    const double apart = angle ? 2 * std::numbers::pi - 6.2 : 6.2;
    CHECK(history.at(0).task_error == doctest::Approx(apart * apart).epsilon(1e-12));
  }
}

TEST_CASE("gradients that leave the numbers are told as such, with the plugins that they go through") {
  const auto model =
      test::make_model("arrays_task", plugin::json::object(), "leaky_rnn", plugin::json::object(), 5, 0.1, {{"steep"}});
  CHECK_THROWS_WITH_AS(trained(model, small(2), {initial_weights(model, 0), {}, {}, 0}),
                       "the gradient of 'encoder.weight' is not finite at batch 1, though the loss is: it goes through "
                       "cell 'leaky_rnn', dynamics 'steep'",
                       Error);
}

TEST_CASE("what the weights are given that is no number is told with the dynamics that made it") {
  const auto model = test::make_model("arrays_task", plugin::json::object(), "leaky_rnn", plugin::json::object(), 5,
                                      0.1, {{"imaginary"}});
  CHECK_THROWS_WITH_AS(trained(model, small(1), {initial_weights(model, 0), {}, {}, 0}),
                       doctest::Contains("'drive' of cell 'leaky_rnn', which was not finite itself: the product with "
                                         "the weights and 'emit' of dynamics 'imaginary'"),
                       Error);
}
