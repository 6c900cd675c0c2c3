// SPDX-License-Identifier: BSD-3-Clause
/// Replay with the analytic score against the exact recursion of its mean and covariance.
#include "recursion.hpp"
#include "simulation.hpp"

#include <doctest/doctest.h>

using namespace reverie;
using namespace reverie::closed_forms;
using engine::test::DynamicsSpec;

namespace {

constexpr int steps = 100;

/// Sums over trials: of r, r² and r_n r_{n−1} per step.
struct Sums {
  std::int64_t trials = 0;
  std::array<double, steps> first{}, second{}, lagged{};
};

Model model_of(const Problem& p, const std::vector<DynamicsSpec>& dynamics) {
  return engine::test::make_model("ornstein_uhlenbeck", plugin::json::object(), "ou_score", plugin::json::object(), 1,
                                  std::sqrt(p.sigma_squared * p.dt), dynamics);
}

Sums replay(const Model& model, std::int64_t trials) {
  SimulationOptions options;
  options.quiescent = true;
  options.trials = trials;
  options.steps = steps;
  options.state_noise = std::sqrt(2.0) * model.noise;
  Sums sums;
  engine::simulate<double>(
      model, engine::initial_weights(model, 0), options,
      [&](const std::string& name, std::int64_t, std::int64_t count, const float* values) {
        if (name != "position") return;
        sums.trials += count;
        for (std::int64_t trial = 0; trial < count; ++trial)
          for (std::size_t n = 0; n < steps; ++n) {
            const float* r = values + trial * steps + n;
            const double here = *r;
            sums.first[n] += here;
            sums.second[n] += here * here;
            if (n > 0) sums.lagged[n] += here * static_cast<double>(r[-1]);
          }
      },
      [](std::int64_t) { return true; });
  return sums;
}

/// How many means, variances and covariances of neighbouring steps are more than five standard errors from the exact
/// ones.
int deviations(const Sums& sums, const Problem& p) {
  const auto exact = exact_moments(p, steps);
  const auto count = static_cast<double>(sums.trials);
  int found = 0;
  double mean_before = 0;
  for (std::size_t n = 0; n < steps; ++n) {
    const double variance = exact[n].covariance[0][0], mean = sums.first[n] / count;
    if (!(std::abs(mean - exact[n].mean[0]) <= 5 * std::sqrt(variance / count))) ++found;
    if (!(std::abs(sums.second[n] / count - mean * mean - variance) <= 5 * variance * std::sqrt(2 / count))) ++found;
    if (n > 0) {
      const double before = exact[n - 1].covariance[0][0], lagged = exact[n].lagged;
      const double error = std::sqrt((variance * before + lagged * lagged) / count);
      if (!(std::abs(sums.lagged[n] / count - mean * mean_before - lagged) <= 5 * error)) ++found;
    }
    mean_before = mean;
  }
  return found;
}

DynamicsSpec adaptation(const Problem& p) {
  return {"adaptation", {{"strength", p.strength}, {"tau", p.tau / p.dt}, {"site", "increment"}}};
}
DynamicsSpec momentum(const Problem& p) {
  return {"underdamped", {{"friction", p.friction}, {"noise", p.fdt ? "fdt" : "plain"}}};
}

void check_against_recursion(const Problem& p, const std::vector<DynamicsSpec>& dynamics) {
  const auto sums = replay(model_of(p, dynamics), 100000);
  REQUIRE(sums.trials == 100000);
  CHECK(deviations(sums, p) == 0);
  // The comparison must see a noise whose variance is 3 % off.
  for (const double factor : {1.03, 1 / 1.03}) {
    auto off = p;
    off.sigma_squared *= factor;
    CHECK(deviations(sums, off) > 0);
  }
}

}  // namespace

TEST_CASE("overdamped replay with the score follows the exact recursion") {
  check_against_recursion(Problem{}, {{"overdamped", plugin::json::object()}});
}

TEST_CASE("replay with momentum follows the exact recursion under both noise rules") {
  for (const bool fdt : {false, true}) {
    Problem p;
    p.friction = 0.6;
    p.fdt = fdt;
    CAPTURE(fdt);
    check_against_recursion(p, {momentum(p)});
  }
}

TEST_CASE("replay with adaptation of the increment follows the exact recursion") {
  Problem p;
  p.strength = 0.5;
  check_against_recursion(p, {adaptation(p)});
}

TEST_CASE("replay with adaptation and momentum, in this order, follows the exact recursion") {
  Problem p;
  p.strength = 0.5;
  p.friction = 0.6;
  p.fdt = true;
  check_against_recursion(p, {adaptation(p), momentum(p)});
  // In the other order the trace does not enter the velocity, which is another process.
  CHECK(deviations(replay(model_of(p, {momentum(p), adaptation(p)}), 2000), p) > 0);
}

TEST_CASE("the score in three dimensions moves each coordinate as in one") {
  const auto one = model_of(Problem{}, {});
  const auto three = engine::test::make_model("ornstein_uhlenbeck", {{"dimension", 3}}, "ou_score",
                                              plugin::json::object(), 3, one.noise);
  SimulationOptions options;
  options.quiescent = true;
  options.trials = 2;
  const auto expected = record(one, engine::initial_weights(one, 0), options).at("position");
  const auto got = record(three, engine::initial_weights(three, 0), options).at("position");
  REQUIRE(got.size() == 3 * expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == expected[i / 3]);
  CHECK(expected[50] > 0.1F);
}

TEST_CASE("adaptation inside the nonlinearity is refused by a cell that has none, with the option that would work") {
  const auto problems = engine::check_model(model_of(Problem{}, {{"adaptation", plugin::json::object()}}), false);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("'adaptation'") != std::string::npos);
  CHECK(problems[0].find("'ou_score'") != std::string::npos);
  CHECK(problems[0].find("use site = \"increment\"") != std::string::npos);
  CHECK(engine::check_model(model_of(Problem{}, {adaptation(Problem{})}), false).empty());
}

TEST_CASE("the analytic score cannot be trained, and needs as many units as the task has outputs") {
  const auto problems = engine::check_model(model_of(Problem{}, {}), true);
  REQUIRE(!problems.empty());
  CHECK(problems[0].find("'ou_score' is not trainable") != std::string::npos);
  const auto wide = engine::test::make_model("ornstein_uhlenbeck", plugin::json::object(), "ou_score",
                                             plugin::json::object(), 2, 0.1);
  const auto sizes = engine::check_model(wide, false);
  REQUIRE(sizes.size() == 1);
  CHECK(sizes[0].find("units must be 1") != std::string::npos);
}
