// SPDX-License-Identifier: BSD-3-Clause
/// The recursion that simulations are compared with, itself compared with tabulated numbers and closed forms.
#include "recursion.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace reverie::closed_forms;

namespace {

/// A process that is stationary from the first step on: variance V, mean μ = s₀ = m.
Problem stationary(double variance, double mean) {
  Problem p;
  p.theta = 1e6;
  p.sigma_s = std::sqrt(2 * p.theta * variance);
  p.mu = p.s0 = mean;
  return p;
}

double rate(const Problem& p) {
  const double kick = p.sigma_squared * p.dt;
  return kick / (p.stationary_variance() + kick);
}

/// Errors at dt = 0.02 / 2^k, k = 0 ... 3, halve each time.
void check_first_order(const std::string& what, const std::array<double, 4>& errors) {
  CAPTURE(what);
  for (std::size_t k = 0; k + 1 < errors.size(); ++k)
    CHECK(errors[k] / errors[k + 1] == doctest::Approx(2).epsilon(0.05));
  CHECK(std::abs(errors[3]) < 2e-3);
}

}  // namespace

TEST_CASE("the recursion gives the tabulated means and variances after 2 s") {
  struct Row {
    double friction;
    bool fdt;
    double strength, mean, variance;
  };
  for (const Row& row :
       {Row{1, false, 0, .62737, .11914}, Row{.6, false, 0, .73335, .20537}, Row{.6, true, 0, .73335, .12322},
        Row{1, false, .5, .51643, .09725}, Row{.6, true, .5, .56507, .10319}}) {
    Problem p;
    p.friction = row.friction;
    p.fdt = row.fdt;
    p.strength = row.strength;
    const auto end = exact_moments(p, 100).back();
    CAPTURE(row.friction);
    CAPTURE(row.strength);
    CHECK(std::abs(end.mean[0] - row.mean) <= 0.5e-5);
    CHECK(std::abs(end.covariance[0][0] - row.variance) <= 0.5e-5);
  }
}

TEST_CASE("with a constant score overdamped replay has variance (V + σ²Δt) 2 / (2 − a)") {
  for (const double variance : {0.001, 0.1, 2.0}) {
    const auto p = stationary(variance, 0.3);
    const double a = rate(p);
    const auto end = exact_moments(p, 40000).back();
    CHECK(end.mean[0] == doctest::Approx(0.3).epsilon(1e-9));
    CHECK(end.covariance[0][0] == doctest::Approx((variance + p.sigma_squared * p.dt) * 2 / (2 - a)).epsilon(1e-9));
  }
}

TEST_CASE("with a constant score the heavy ball has variance s²(2 − λ) / (λ a (2(2 − λ) − a))") {
  for (const double friction : {0.2, 0.6, 1.0})
    for (const bool fdt : {false, true}) {
      auto p = stationary(0.05, 0);
      p.friction = friction;
      p.fdt = fdt;
      const double a = rate(p), s2 = 2 * (fdt ? friction : 1) * p.sigma_squared * p.dt;
      const double expected = s2 * (2 - friction) / (friction * a * (2 * (2 - friction) - a));
      CHECK(exact_moments(p, 20000).back().covariance[0][0] == doctest::Approx(expected).epsilon(1e-9));
    }
}

TEST_CASE("overdamped replay of the moving score converges to its continuous form with first order") {
  std::array<double, 4> mean_error{}, variance_error{};
  for (int k = 0; k < 4; ++k) {
    Problem p;
    p.dt = 0.02 / (1 << k);
    const double x = std::exp(p.theta * 2), d = x * x - 1;
    const auto end = exact_moments(p, 100 << k).back();
    mean_error[static_cast<std::size_t>(k)] = end.mean[0] - (p.mu + (p.s0 - p.mu) * std::acosh(x) / std::sqrt(d));
    variance_error[static_cast<std::size_t>(k)] =
        end.covariance[0][0] - p.stationary_variance() * (1 - 2 * p.theta * 2 / d);
  }
  check_first_order("mean", mean_error);
  check_first_order("variance", variance_error);
}

TEST_CASE("adaptation at a constant rate converges to its continuous stationary form with first order") {
  // κ = σ² / V; mean κm / (κ + b), variance σ² / (κ + b / (1 + τ(κ + b))).
  std::array<double, 4> mean_error{}, variance_error{};
  for (int k = 0; k < 4; ++k) {
    auto p = stationary(0.1, 1);
    p.dt = 0.02 / (1 << k);
    p.strength = 0.5;
    const double kappa = p.sigma_squared / 0.1, sum = kappa + p.strength;
    const auto end = exact_moments(p, 1500 << k).back();
    mean_error[static_cast<std::size_t>(k)] = end.mean[0] - kappa / sum;
    variance_error[static_cast<std::size_t>(k)] =
        end.covariance[0][0] - p.sigma_squared / (kappa + p.strength / (1 + p.tau * sum));
  }
  check_first_order("mean", mean_error);
  check_first_order("variance", variance_error);
}
