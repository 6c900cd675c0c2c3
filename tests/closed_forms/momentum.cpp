// SPDX-License-Identifier: BSD-3-Clause
/// Momentum without noise, r' = r + v', v' = (1 − λ) v − a (r − m): the exact roots of
///   z² − (2 − λ − a) z + (1 − λ) = 0,
/// complex, so that the state oscillates, where (1 − √(1−λ))² < a < (1 + √(1−λ))².
#include "../support/errors.hpp"
#include "simulation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <complex>

using namespace reverie;
using namespace reverie::closed_forms;
using engine::test::make_model;

namespace {

/// r_n / r_0 (about m) from the roots; v_0 = 0, so r_1 = (1 − a) r_0.
std::vector<double> exact_decay(double friction, double a, std::size_t steps) {
  using Complex = std::complex<double>;
  const double b = 2 - friction - a;
  const Complex root = std::sqrt(Complex(b * b - 4 * (1 - friction)));
  const Complex z1 = (b + root) / 2.0, z2 = (b - root) / 2.0, c1 = (1 - a - z2) / (z1 - z2);
  std::vector<double> values;
  for (std::size_t n = 1; n <= steps; ++n) {
    const auto power = static_cast<double>(n);
    values.push_back((c1 * std::pow(z1, power) + (1.0 - c1) * std::pow(z2, power)).real());
  }
  return values;
}

/// The largest modulus of a root to the power n: what errors are measured against.
double envelope(double friction, double a, double n) {
  const double b = 2 - friction - a, d = b * b - 4 * (1 - friction);
  return std::pow(d < 0 ? std::sqrt(1 - friction) : (std::abs(b) + std::sqrt(d)) / 2, n);
}

/// One trial of a linear network F = α(−r + w r), w = −pull for each unit by itself: a = α (1 + pull). Unit 0, per r_0.
std::vector<double> network_decay(double friction, double a, std::int64_t steps) {
  const double alpha = 0.5;
  const auto model =
      make_model("arrays_task", plugin::json::object(), "leaky_rnn", {{"alpha", alpha}, {"activation", "identity"}}, 3,
                 0.0, {{"underdamped", {{"friction", friction}}}});
  auto weights = keep_only(model, {});
  for (std::size_t k = 0; k < 3; ++k) array(weights, "w_rec.weight").value.values[4 * k] = 1 - a / alpha;
  SimulationOptions options;
  options.quiescent = options.record_state = true;
  options.trials = 1;
  options.steps = steps;
  options.start = engine::Start::recording;
  options.start_states = plugin::Array({1, 3});
  options.start_states.values = {1, 2, -3};
  const auto states = record(model, weights, options).at("state");
  std::vector<double> decay;
  for (std::size_t n = 0; n < states.size() / 3; ++n) decay.push_back(static_cast<double>(states[3 * n]));
  return decay;
}

int sign_changes(const std::vector<double>& values) {
  int changes = 0;
  for (std::size_t n = 1; n < values.size(); ++n) changes += values[n - 1] * values[n] < 0;
  return changes;
}

}  // namespace

TEST_CASE("without noise momentum decays at the exact roots") {
  for (const double friction : {0.1, 0.3, 0.6, 0.9, 1.0})
    for (const double a : {0.02, 0.1, 0.4, 0.75, 1.3, 1.9}) {
      CAPTURE(friction);
      CAPTURE(a);
      const auto got = network_decay(friction, a, 60), expected = exact_decay(friction, a, 60);
      double worst = 0;
      for (std::size_t n = 0; n < 60; ++n)
        worst = worse(worst, std::abs(got[n] - expected[n]) / envelope(friction, a, static_cast<double>(n + 1)));
      CHECK(worst <= 1e-6);
    }
}

TEST_CASE("replay with a stationary score decays to its mean at the exact roots") {
  // θΔt so large that V = V∞ and m = μ from step 1 on; in step 0, V = 0 and m = s₀ = r_0, so that nothing moves.
  for (const double friction : {0.2, 0.6, 0.9})
    for (const double a : {0.05, 0.2, 0.5, 0.9}) {
      const double noise = 0.1, theta = 1e4, variance = noise * noise * (1 / a - 1), mean = 2;
      const auto model =
          make_model("ornstein_uhlenbeck", {{"s0", 1.0}}, "ou_score",
                     {{"theta", theta}, {"sigma_s", std::sqrt(2 * theta * variance)}, {"mu", mean}, {"s0", 1.0}}, 1,
                     noise, {{"underdamped", {{"friction", friction}}}});
      SimulationOptions options;
      options.quiescent = true;
      options.trials = 1;
      options.steps = 41;
      const auto position = record(model, engine::initial_weights(model, 0), options).at("position");
      const auto expected = exact_decay(friction, a, 40);
      CHECK(position[0] == 1);
      for (std::size_t n = 0; n < 40; ++n) CHECK(std::abs(position[n + 1] - (mean - expected[n])) <= 1e-6);
    }
}

TEST_CASE("momentum oscillates exactly between (1 − √(1−λ))² and (1 + √(1−λ))²") {
  constexpr std::int64_t steps = 500;
  for (const double friction : {0.1, 0.3, 0.6, 0.9}) {
    const double root = std::sqrt(1 - friction), lower = (1 - root) * (1 - root), upper = (1 + root) * (1 + root);
    CAPTURE(friction);
    const auto changes = [&](double a) {
      // As far as float32 can hold what is left of the state.
      auto values = network_decay(friction, a, steps);
      while (!values.empty() && std::abs(values.back()) < 1e-35) values.pop_back();
      REQUIRE(values.size() > 30);
      return std::pair(sign_changes(values), static_cast<double>(values.size() - 1));
    };
    // Below: two positive roots, no change of sign. Above: two negative ones, a change at every step.
    for (const double factor : {0.5, 0.98}) CHECK(changes(lower * factor).first == 0);
    for (const double share : {0.2, 0.6}) {
      const double growing = 2 * (2 - friction);  // from there on the state grows
      const auto [found, possible] = changes(upper + share * (growing - upper));
      CHECK(found == possible);
    }
    // Between: an angle φ per step, and so a change of sign every π/φ steps.
    for (const double a : {lower * 1.02, (lower + upper) / 2, lower + 0.1, upper * 0.998}) {
      const auto [found, possible] = changes(a);
      const double angle = std::acos((2 - friction - a) / (2 * root));
      CHECK(found > 0);
      CHECK(found < possible);
      CHECK(std::abs(found - possible * angle / std::acos(-1.0)) <= 1.5);
    }
  }
}

TEST_CASE("neutral parameters reproduce overdamped replay bit for bit with the gated unit and with the score") {
  const auto check = [](const auto& network, std::initializer_list<const char*> sites) {
    const auto overdamped = network({{"overdamped", plugin::json::object()}});
    const auto weights = engine::initial_weights(overdamped, 5);
    for (const bool quiescent : {true, false}) {
      SimulationOptions options;
      options.quiescent = quiescent;
      options.trials = 30;
      options.steps = 60;
      options.state_noise = 0.05;
      options.record_state = true;
      const auto run = [&](const Model& model) { return record(model, weights, options).at("state"); };
      const auto expected = run(overdamped);
      CHECK(expected == run(network({})));
      for (const auto* site : sites)
        for (const auto* noise : {"plain", "fdt"}) {
          const engine::test::DynamicsSpec adaptation{"adaptation", {{"strength", 0.0}, {"site", site}}},
              momentum{"underdamped", {{"friction", 1.0}, {"noise", noise}}};
          CHECK(expected == run(network({adaptation, momentum})));
          CHECK(expected == run(network({momentum, adaptation})));
        }
      for (const auto* site : sites)
        CHECK(expected != run(network({{"adaptation", {{"strength", 0.1}, {"site", site}}}})));
      CHECK(expected != run(network({{"underdamped", {{"friction", 0.9}, {"noise", "plain"}}}})));
    }
  };
  using Chain = std::vector<engine::test::DynamicsSpec>;
  for (const bool bias : {false, true})
    check(
        [&](const Chain& chain) {
          return make_model("arrays_task", plugin::json::object(), "gru", {{"bias", bias}}, 21, 0.05, chain);
        },
        {"preactivation", "increment"});
  check(
      [](const Chain& chain) {
        return make_model("ornstein_uhlenbeck", plugin::json::object(), "ou_score", plugin::json::object(), 1, 0.05,
                          chain);
      },
      {"increment"});
}
