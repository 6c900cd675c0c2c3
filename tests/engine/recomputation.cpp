// SPDX-License-Identifier: BSD-3-Clause
/// Steps that the backward pass runs again give the gradient that kept steps give, bit for bit.
#include "../support/precisions.hpp"
#include "support.hpp"

#include <doctest/doctest.h>
#include <engine/trainer.hpp>

using namespace reverie;
using namespace reverie::engine;

namespace {

struct Outcome {
  double loss;
  numeric::AlignedVector<float> gradient;
};

Outcome outcome(const Model& model, Precision precision, std::int64_t checkpoint_every) {
  constexpr std::int64_t trials = 30, steps = 4 * chunk_steps + 7;
  Batch<float> batch(model, {.trials = trials,
                             .steps = steps,
                             .with_gradient = true,
                             .checkpoint_every = checkpoint_every,
                             .precision = precision});
  const auto weights = flatten<float>(batch.layout(), initial_weights(model, 3));
  Outcome result{0, numeric::AlignedVector<float>(weights.size())};
  // Twice: nothing may be left over from the batch before.
  for (int batches = 0; batches < 2; ++batches)
    result.loss = batch.run(weights, test::trials_of<float>(model, batch, steps), &result.gradient);
  return result;
}

}  // namespace

TEST_CASE("recomputation changes no bit of loss and gradient, with every cell and chain of dynamics") {
  using plugin::json;
  const test::DynamicsSpec momentum{"underdamped", {{"friction", 0.6}, {"noise", "fdt"}}},
      inside{"adaptation", {{"strength", 0.4}, {"tau", 5.0}}},
      outside{"adaptation", {{"strength", 0.4}, {"tau", 5.0}, {"site", "increment"}}},
      all_hooks{"facilitation", json::object()};
  const std::vector<std::vector<test::DynamicsSpec>> chains{
      {}, {{"overdamped", json::object()}}, {momentum}, {inside, momentum}, {outside}, {momentum, all_hooks, inside}};
  for (const auto* cell : {"leaky_rnn", "gru", "two_phase"})
    for (const auto& chain : chains)
      for (const auto precision : numeric::all_precisions()) {
        auto model = test::make_model("arrays_task", {{"inputs", 2}, {"outputs", 5}, {"starts", 4}}, cell,
                                      json::object(), 21, 0.05, chain);
        model.encoder_bias = model.readout_bias = true;
        const auto kept = outcome(model, precision, 0);
        for (const std::int64_t every : {chunk_steps, 3 * chunk_steps, 10 * chunk_steps}) {
          CAPTURE(cell);
          CAPTURE(chain.size());
          CAPTURE(every);
          const auto again = outcome(model, precision, every);
          CHECK(again.loss == kept.loss);
          CHECK(again.gradient == kept.gradient);
        }
      }
}

TEST_CASE("states can be kept between chunks only") {
  const auto model = test::make_model("arrays_task", plugin::json::object(), "leaky_rnn", plugin::json::object(), 5, 0);
  const BatchOptions options{.trials = 1, .steps = 50, .with_gradient = true, .checkpoint_every = chunk_steps + 1};
  CHECK_THROWS_AS(Batch<float>(model, options), std::invalid_argument);
}

TEST_CASE("a training with recomputation equals one without, evaluations included") {
  const auto model = test::make_model("t_maze", plugin::json::object(), "leaky_rnn", plugin::json::object(), 20, 0.02);
  const auto trained = [&](std::int64_t checkpoint_every) {
    TrainingOptions options;
    options.batches = 4;
    options.batch_size = 30;
    options.mask = 3;
    options.evaluate_every = 2;
    options.evaluate_trials = 30;
    options.checkpoint_every = checkpoint_every;
    return train(model, options, {initial_weights(model, 0), {}, {}, 0}, [](const HistoryEntry&) { return true; });
  };
  const auto kept = trained(0), again = trained(2 * chunk_steps);
  for (std::size_t k = 0; k < kept.history.size(); ++k) {
    CHECK(kept.history[k].loss == again.history[k].loss);
    CHECK(kept.history[k].evaluation_loss == again.history[k].evaluation_loss);
    CHECK(kept.history[k].task_error == again.history[k].task_error);
  }
  for (std::size_t k = 0; k < kept.state.weights.size(); ++k)
    CHECK(kept.state.weights[k].value.values == again.state.weights[k].value.values);
}
