// SPDX-License-Identifier: BSD-3-Clause
/// Awake Ornstein–Uhlenbeck trials against their closed forms:
///   m = μ + (s₀ − μ) e^{−θt},  V = V∞ (1 − e^{−2θt}),  Cov(s_t, s_u) = V(t) e^{−θ(u−t)},  V∞ = σ_s²/2θ.
#include <doctest/doctest.h>

#include "trials.hpp"

using namespace reverie;
using test::make_task;
using test::Pair;
using test::Trials;

namespace {

struct Process {
  double theta = 1, mu = 1, s0 = 0, sigma_s = 0.5, dt = 0.02;

  plugin::json parameters(std::int64_t dimension = 1) const {
    return {{"theta", theta}, {"mu", mu}, {"s0", s0}, {"sigma_s", sigma_s}, {"dt", dt}, {"dimension", dimension}};
  }
  double mean(std::int64_t n) const { return mu + (s0 - mu) * std::exp(-theta * dt * static_cast<double>(n)); }
  double variance(std::int64_t n) const {
    return sigma_s * sigma_s / (2 * theta) * (1 - std::exp(-2 * theta * dt * static_cast<double>(n)));
  }
  double covariance(std::int64_t n, std::int64_t lag) const {
    return variance(n) * std::exp(-theta * dt * static_cast<double>(lag));
  }
};

/// Deviations of coordinates a at step n and b at step m from their means.
Pair deviations(const Trials& t, const Process& p, std::int64_t n, std::int64_t a, std::int64_t m, std::int64_t b) {
  Pair pair;
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    pair.add(t.latent(trial, n, a) - p.mean(n), t.latent(trial, m, b) - p.mean(m));
  return pair;
}

// The paper's process; a step as long as the time constant, which only exact sampling gets right; a start above the
// mean.
const Process processes[] = {{}, {2.0, -1.0, 3.0, 0.7, 0.5}, {0.3, 0.0, 1.0, 2.0, 0.1}};

}  // namespace

TEST_CASE("mean and variance of every step follow the closed forms") {
  for (const auto& p : processes) {
    const Trials t("ornstein_uhlenbeck", p.parameters(), 10000, 100);
    for (std::int64_t n = 1; n <= t.steps; ++n) {
      CAPTURE(n);
      const double v = p.variance(n);
      const auto pair = deviations(t, p, n, 0, n, 0);
      REQUIRE(pair.mean_deviation(v) < 5);
      REQUIRE(pair.covariance_deviation(v, v, v) < 5);
    }
  }
}

TEST_CASE("the correlation between two times decays with the rate of return") {
  for (const auto& p : processes) {
    const Trials t("ornstein_uhlenbeck", p.parameters(), 10000, 100);
    for (const std::int64_t n : {1, 10, 50})
      for (const std::int64_t lag : {1, 2, 10, 50}) {
        CAPTURE(n);
        CAPTURE(lag);
        REQUIRE(deviations(t, p, n, 0, n + lag, 0)
                    .covariance_deviation(p.variance(n), p.variance(n + lag), p.covariance(n, lag)) < 5);
      }
  }
}

TEST_CASE("coordinates are independent processes of the same law") {
  const Process p;
  const Trials t("ornstein_uhlenbeck", p.parameters(3), 10000, 60);
  for (const std::int64_t n : {1, 20, 60})
    for (std::int64_t a = 0; a < 3; ++a)
      for (std::int64_t b = 0; b < 3; ++b)
        for (const std::int64_t lag : {0, 1}) {
          if (n - lag < 1) continue;
          const auto pair = deviations(t, p, n - lag, a, n, b);
          CHECK(pair.mean_deviation(p.variance(n - lag)) < 5);
          CHECK(pair.covariance_deviation(p.variance(n - lag), p.variance(n), a == b ? p.covariance(n - lag, lag) : 0) <
                5);
        }
}

TEST_CASE("a thousand coordinates in one trial have the variance of a thousand trials") {
  const Process p;
  const Trials t("ornstein_uhlenbeck", p.parameters(1000), 1, 100);
  Pair pair;
  for (std::int64_t k = 0; k < 1000; ++k)
    pair.add(t.latent(0, 100, k) - p.mean(100), t.latent(0, 100, k) - p.mean(100));
  CHECK(pair.mean_deviation(p.variance(100)) < 5);
  CHECK(pair.covariance_deviation(p.variance(100), p.variance(100), p.variance(100)) < 5);
  CHECK(make_task("ornstein_uhlenbeck", p.parameters(1000)).latent_names().back() == "s999");
}

TEST_CASE("trials start at the start, and inputs are the changes of the coordinates") {
  const Process p{1, 1, -0.4, 0.5, 0.02};
  const Trials t("ornstein_uhlenbeck", p.parameters(2), 20, 30);
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t k = 0; k < 2; ++k) {
      REQUIRE(t.latent(trial, 0, k) == -0.4);
      for (std::int64_t n = 0; n < t.steps; ++n)
        REQUIRE(t.input(trial, n, k) == t.latent(trial, n + 1, k) - t.latent(trial, n, k));
    }
}

TEST_CASE("without diffusion a trial is its mean, and the landmark is that mean") {
  Process p;
  p.sigma_s = 0;
  const Trials t("ornstein_uhlenbeck", p.parameters(2), 1, 250);
  const auto [endpoint, path] = make_task("ornstein_uhlenbeck", p.parameters(2)).landmarks({}, 250);
  CHECK(endpoint.values == std::vector<double>{1, 1});
  REQUIRE(path.shape == std::vector<std::int64_t>{1, 251, 2});
  for (std::int64_t n = 0; n <= 250; ++n)
    for (std::int64_t k = 0; k < 2; ++k) {
      REQUIRE(t.latent(0, n, k) == doctest::Approx(p.mean(n)).epsilon(1e-12));
      REQUIRE(path.values[static_cast<std::size_t>(2 * n + k)] == doctest::Approx(p.mean(n)).epsilon(1e-12));
    }
}

TEST_CASE("targets, start and decoded position of a coordinate task are the coordinates") {
  const auto task = make_task("ornstein_uhlenbeck", {{"dimension", 3}});
  const std::vector<double> s = {0.5, -1.25, 3, 0.1, 1e-9, -7};
  CHECK(test::encode<double>(task, {}, s) == s);
  CHECK(test::encode<double>(task, {}, s, REVERIE_ENCODE_START) == s);
  CHECK(test::encode<float>(task, {}, s) == std::vector<float>(s.begin(), s.end()));
  CHECK(test::decode(task, {}, s) == s);
}

TEST_CASE("a process trial depends on its number and the stream, not on how many are asked for") {
  const auto task = make_task("ornstein_uhlenbeck", {{"dimension", 3}});
  const auto all = task.generate({}, test::task_stream(), 10, 6, 50);
  const auto one = task.generate({}, test::task_stream(), 13, 1, 50);
  const auto step = task.generate({}, test::task_stream(), 13, 1, 1);
  CHECK(std::equal(one.latents.values.begin(), one.latents.values.end(), all.latents.values.begin() + 3 * 153));
  CHECK(std::equal(step.latents.values.begin(), step.latents.values.end(), one.latents.values.begin()));
  CHECK(task.generate({}, test::task_stream(2), 13, 1, 50).latents.values != one.latents.values);
}

TEST_CASE("a process without return or dimension is refused by name") {
  const auto& schema = make_task("ornstein_uhlenbeck").component().schema;
  for (const auto& [key, value] :
       {std::pair<const char*, double>{"theta", 0}, {"dt", 0}, {"sigma_s", -1}, {"dimension", 0}, {"steps", 0}}) {
    const auto problems = plugin::check_parameters(schema, {{key, value}}).problems;
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].key == key);
  }
}
