// SPDX-License-Identifier: BSD-3-Clause
/// Training and simulation with bfloat16 products, against the same in float32.
#include "../support/errors.hpp"
#include "../support/precisions.hpp"
#include "support.hpp"

#include <doctest/doctest.h>
#include <engine/simulator.hpp>
#include <engine/trainer.hpp>

#include <cmath>
#include <functional>

using namespace reverie;
using namespace reverie::engine;

namespace {

/// A gradient passes six kinds of products one after another (encoder, recurrence, readout, the transposes of the last
/// two, the weight gradient), each with two operands rounded by at most 2^-8 of themselves. To first order the errors
/// add up to 12 times that at worst.
constexpr double gradient_bound = 12 * 0x1p-8;

struct Gradient {
  double loss;
  numeric::AlignedVector<float> values;
};

Gradient gradient_of(const Model& model, Precision precision) {
  constexpr std::int64_t trials = 40, steps = 23;
  Batch<float> batch(model, {.trials = trials, .steps = steps, .with_gradient = true, .precision = precision});
  const auto weights = flatten<float>(batch.layout(), initial_weights(model, 3));
  Gradient gradient{0, numeric::AlignedVector<float>(weights.size())};
  gradient.loss = batch.run(weights, test::trials_of<float>(model, batch, steps), &gradient.values);
  return gradient;
}

Model network(const std::string& cell, const std::vector<test::DynamicsSpec>& dynamics) {
  auto model = test::make_model("arrays_task", {{"inputs", 3}, {"outputs", 21}, {"starts", 12}}, cell,
                                plugin::json::object(), 70, 0.02, dynamics);
  model.encoder_bias = model.readout_bias = true;
  return model;
}

/// A product of a network: what it makes of two operands (one, and the weights), added to or put into `c`.
using Kernel = std::function<void(const float* a, const float* b, float* c)>;

std::vector<std::pair<std::string, Kernel>> kernels_of(const Network<float>& network) {
  const auto product = [](const auto& p) { return [&p](const float* a, const float*, float* c) { p.run(a, c); }; };
  const auto gradient = [](const auto& g) { return [&g](auto* a, auto* b, float* c) { g.add(a, b, c); }; };
  const auto steps = network.steps_of_chunk();
  std::vector<std::pair<std::string, Kernel>> all = {
      {"encoder", product(*network.encode)},
      {"readout", product(network.read_out->of(steps))},
      {"readout, back", product(network.read_out_transposed->of(steps))},
      {"gradient of encoder", gradient(*network.encoder_gradient)},
      {"gradient of readout", gradient(network.readout_gradient->of(steps))}};
  for (const auto& p : network.projections) {
    const auto& name = p.projection.name;
    if (p.over_inputs) all.emplace_back(name, product(p.over_inputs->of(steps)));
    if (p.per_step) all.emplace_back(name, product(*p.per_step));
    if (p.transposed) all.emplace_back(name + ", back", product(*p.transposed));
    if (p.gradient) all.emplace_back("gradient of " + name, gradient(p.gradient->of(steps)));
  }
  return all;
}

std::vector<float> with_rounding(const std::vector<float>& values) {
  auto result = values;
  const auto n = static_cast<std::int64_t>(values.size());
  numeric::round_to_bfloat16(1, n, n, values.data(), result.data());
  return result;
}

}  // namespace

TEST_CASE("every product of a network is that of float32 with rounded operands") {
  const auto model = network("gru", {});
  constexpr std::size_t room = shard_rows * chunk_steps * 128;  // for every operand and result
  std::vector<float> a(room), b(room);
  for (auto* operand : {&a, &b})
    numeric::fill_normal(numeric::make_stream(4, numeric::Role::measure, numeric::Purpose::resampling),
                         operand == &a ? 0 : 1, 0, room, 1.0F, operand->data());
  for (const auto precision : numeric::rounding_precisions()) {
    Network<float> rounding(model, chunk_steps, true, true, precision),
        exact(model, chunk_steps, true, true, Precision::full);
    const auto weights = flatten<float>(exact.layout(), initial_weights(model, 3));
    numeric::AlignedVector<float> rounded_weights(weights.size());
    numeric::round_to_bfloat16(1, std::ssize(weights), std::ssize(weights), weights.data(), rounded_weights.data());
    rounding.pack(weights);
    exact.pack(rounded_weights);
    const auto kernels = kernels_of(rounding), references = kernels_of(exact);
    CHECK(kernels.size() == 5 + 3 * (2 + 3));  // a gate has inputs and a recurrence
    const auto rounded_a = with_rounding(a), rounded_b = with_rounding(b);
    for (std::size_t k = 0; k < kernels.size(); ++k) {
      const auto& [name, kernel] = kernels[k];
      CAPTURE(name);
      std::vector<float> got(room), expected(room), unrounded(room);
      kernel(a.data(), b.data(), got.data());
      references[k].second(rounded_a.data(), rounded_b.data(), expected.data());
      references[k].second(a.data(), b.data(), unrounded.data());
      double worst = 0, difference = 0, largest = 0;
      for (std::size_t i = 0; i < room; ++i) {
        worst = worse(worst, std::abs(static_cast<double>(got[i]) - expected[i]));
        difference = worse(difference, std::abs(static_cast<double>(got[i]) - unrounded[i]));
        largest = worse(largest, std::abs(static_cast<double>(expected[i])));
      }
      CHECK(worst < 1e-5 * largest);
      CHECK(difference > 1e-4 * largest);
    }
  }
}

TEST_CASE("gradients with bfloat16 products differ from those of float32 by rounding") {
  const test::DynamicsSpec adaptation{"adaptation", {{"strength", 0.3}}}, momentum{"underdamped", {{"friction", 0.6}}},
      emitting{"facilitation", plugin::json::object()};
  const std::vector<std::vector<test::DynamicsSpec>> chains{{}, {adaptation, momentum}, {emitting}};
  for (const auto precision : numeric::rounding_precisions())
    for (const auto* cell : {"leaky_rnn", "gru", "two_phase"})
      for (const auto& chain : chains) {
        CAPTURE(cell);
        CAPTURE(chain.size());
        const auto model = network(cell, chain);
        const auto rounded = gradient_of(model, precision), exact = gradient_of(model, Precision::full);
        CHECK(std::abs(rounded.loss / exact.loss - 1) < gradient_bound);
        for (const auto& entry : ParameterLayout(model).entries) {
          CAPTURE(entry.name);
          double difference = 0, norm = 0;
          for (auto i = entry.offset; i < entry.offset + entry.outputs * entry.inputs; ++i) {
            const double value = exact.values[static_cast<std::size_t>(i)];
            difference += std::pow(rounded.values[static_cast<std::size_t>(i)] - value, 2);
            norm += value * value;
          }
          CHECK(std::sqrt(difference / norm) < gradient_bound);
          CHECK(difference > 0);
        }
      }
}

TEST_CASE("a small task is learned with bfloat16 products as with float32 ones") {
  const auto model = test::make_model("t_maze", plugin::json::object(), "leaky_rnn", {{"alpha", 0.2}}, 32, 0.01);
  const auto losses = [&](Precision precision) {
    TrainingOptions options;
    options.batches = 300;
    options.batch_size = 25;
    options.learning_rate = 3e-3;
    options.precision = precision;
    return train(model, options, {initial_weights(model, 0), {}, {}, 0}, [](const HistoryEntry&) { return true; })
        .history;
  };
  const auto last = [](const std::vector<HistoryEntry>& history) {
    double sum = 0;
    for (std::size_t k = history.size() - 50; k < history.size(); ++k) sum += history[k].loss / 50;
    return sum;
  };
  const auto exact = losses(Precision::full);
  CHECK(last(exact) < exact[0].loss / 20);
  for (const auto precision : numeric::rounding_precisions())
    CHECK(last(losses(precision)) == doctest::Approx(last(exact)).epsilon(0.1).scale(0));
}

TEST_CASE("a replay with bfloat16 products stays near that of float32 for a few steps") {
  const auto model = network("leaky_rnn", {});
  const auto states = [&](Precision precision) {
    SimulationOptions options;
    options.quiescent = options.record_state = true;
    options.trials = 30;
    options.steps = 12;
    options.state_noise = 0.02;
    options.precision = precision;
    std::vector<float> all;
    simulate(
        model, initial_weights(model, 2), options,
        [&](const std::string& name, std::int64_t, std::int64_t trials, const float* values) {
          if (name == "state") all.insert(all.end(), values, values + trials * options.steps * model.units);
        },
        [](std::int64_t) { return true; });
    return all;
  };
  const auto exact = states(Precision::full);
  for (const auto precision : numeric::rounding_precisions()) {
    const auto rounded = states(precision);
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      difference += std::pow(static_cast<double>(rounded[i]) - exact[i], 2);
      norm += std::pow(static_cast<double>(exact[i]), 2);
    }
    CHECK(std::sqrt(difference / norm) < 0x1p-8);
    CHECK(difference > 0);
  }
}
