// SPDX-License-Identifier: BSD-3-Clause
/// Gradients of the whole network (readout, cell, dynamics, memory, 20 steps) against central differences in float64.
#include "support.hpp"

#include <doctest/doctest.h>
#include <engine/batch.hpp>

#include <cmath>

using namespace reverie;
using namespace reverie::engine;

namespace {

/// Largest relative error of the directional derivative over one random direction per trained array.
double worst_gradient_error(const Model& model) {
  constexpr std::int64_t trials = 7, steps = 20;
  Batch<double> batch(model, {.trials = trials, .steps = steps, .with_gradient = true});
  const auto& layout = batch.layout();
  auto weights = flatten<double>(layout, initial_weights(model, 3));
  numeric::AlignedVector<double> gradient(weights.size());
  const auto source = test::trials_of<double>(model, batch, steps);
  batch.run(weights, source, &gradient);

  double worst = 0;
  for (std::size_t k = 0; k < layout.entries.size(); ++k) {
    const auto& entry = layout.entries[k];
    const auto count = entry.outputs * entry.inputs;
    std::vector<double> direction(static_cast<std::size_t>(count));
    numeric::fill_normal(numeric::make_stream(9, numeric::Role::measure, numeric::Purpose::resampling),
                         static_cast<std::uint32_t>(k), 0, count, 1.0, direction.data());
    double slope = 0;
    for (std::int64_t i = 0; i < count; ++i)
      slope += direction[static_cast<std::size_t>(i)] * gradient[static_cast<std::size_t>(entry.offset + i)];
    const double h = 1e-5;
    const auto loss_at = [&](double step) {
      auto moved = weights;
      for (std::int64_t i = 0; i < count; ++i)
        moved[static_cast<std::size_t>(entry.offset + i)] += step * direction[static_cast<std::size_t>(i)];
      return batch.run(moved, source, nullptr);
    };
    // Central difference with one step of Richardson extrapolation: error O(h^4).
    const double coarse = (loss_at(2 * h) - loss_at(-2 * h)) / (4 * h), fine = (loss_at(h) - loss_at(-h)) / (2 * h);
    const double numeric_slope = (4 * fine - coarse) / 3;
    const double error = std::abs(slope - numeric_slope) / std::abs(numeric_slope);
    CAPTURE(entry.name);
    CHECK(std::abs(numeric_slope) > 1e-8);
    CHECK(error <= 1e-6);
    worst = std::max(worst, error);
  }
  return worst;
}

Model small(const std::string& cell, const plugin::json& parameters, const std::vector<test::DynamicsSpec>& dynamics) {
  auto model = test::make_model("arrays_task", {{"inputs", 3}, {"outputs", 5}, {"starts", 4}}, cell, parameters, 19,
                                0.05, dynamics);
  model.encoder_bias = model.readout_bias = true;
  return model;
}

}  // namespace

TEST_CASE("gradients of leaky_rnn with every activation and leak") {
  for (const auto* activation : {"tanh", "sigmoid", "identity"})
    for (const auto* leak : {"standard", "none", "integrator"}) {
      CAPTURE(activation);
      CAPTURE(leak);
      CHECK(worst_gradient_error(
                small("leaky_rnn", {{"activation", activation}, {"leak", leak}, {"bias", true}}, {})) <= 1e-6);
    }
}

TEST_CASE("gradients through each dynamics and their composition") {
  const plugin::json tanh{{"activation", "tanh"}};
  const test::DynamicsSpec momentum{"underdamped", {{"friction", 0.6}}},
      fdt{"underdamped", {{"friction", 0.6}, {"noise", "fdt"}}},
      inside{"adaptation", {{"strength", 0.4}, {"tau", 5.0}}},
      outside{"adaptation", {{"strength", 0.4}, {"tau", 5.0}, {"site", "increment"}}},
      all_hooks{"facilitation", plugin::json::object()};
  const std::vector<std::vector<test::DynamicsSpec>> chains{{momentum},
                                                            {fdt},
                                                            {inside},
                                                            {outside},
                                                            {inside, momentum},
                                                            {outside, momentum},
                                                            {all_hooks},
                                                            {all_hooks, momentum},
                                                            {momentum, all_hooks, inside},
                                                            {all_hooks, all_hooks}};
  for (const auto& chain : chains) {
    std::string names;
    for (const auto& d : chain) names += d.id + " ";
    CAPTURE(names);
    CHECK(worst_gradient_error(small("leaky_rnn", tanh, chain)) <= 1e-6);
  }
}

TEST_CASE("rows of a shard without trials take no part, whatever a plugin does at zero") {
  CHECK(worst_gradient_error(small("leaky_rnn", {{"activation", "tanh"}}, {{"singular", plugin::json::object()}})) <=
        1e-6);
}

TEST_CASE("gradients of a cell with two phases, memory and biases") {
  CHECK(worst_gradient_error(small("two_phase", plugin::json::object(), {})) <= 1e-6);
  CHECK(worst_gradient_error(small("two_phase", plugin::json::object(),
                                   {{"facilitation", plugin::json::object()}, {"adaptation", {{"strength", 0.3}}}})) <=
        1e-6);
}

TEST_CASE("gradients of the gated recurrent unit, with and without biases, through each dynamics") {
  const test::DynamicsSpec inside{"adaptation", {{"strength", 0.4}, {"tau", 5.0}}},
      outside{"adaptation", {{"strength", 0.4}, {"tau", 5.0}, {"site", "increment"}}};
  const std::vector<std::vector<test::DynamicsSpec>> chains{{},
                                                            {{"overdamped", plugin::json::object()}},
                                                            {{"underdamped", {{"friction", 0.6}}}},
                                                            {{"underdamped", {{"friction", 0.6}, {"noise", "fdt"}}}},
                                                            {inside},
                                                            {outside},
                                                            {inside, {"underdamped", {{"friction", 0.6}}}},
                                                            {{"facilitation", plugin::json::object()}, outside}};
  for (const bool bias : {false, true})
    for (const auto& chain : chains) {
      std::string names;
      for (const auto& d : chain) names += d.id + " " + d.parameters.dump() + " ";
      CAPTURE(names);
      CAPTURE(bias);
      const auto model = small("gru", {{"alpha", 0.4}, {"bias", bias}}, chain);
      CHECK(parameter_shapes(model).size() == (bias ? 13 : 10));  // 6 or 9 of the cell, encoder and readout with biases
      CHECK(worst_gradient_error(model) <= 1e-6);
    }
}
