// SPDX-License-Identifier: BSD-3-Clause
/// Tasks along paths (t_maze, triangle, own waypoints) against their closed forms: the mean path g_d(n), around it
///   V_n = V∞ (1 − e^{−2θn}),  Cov(n, n + l) = V_n e^{−θl},  θ = restoring / T per step.
#include <doctest/doctest.h>

#include <array>

#include "trials.hpp"

using namespace reverie;
using plugin::json;
using test::make_task;
using test::Pair;
using test::Trials;

namespace {

using Point = std::array<double, 2>;

/// The same speed all along, here told from the lengths of the legs by hand: the point a share of the way from a to b.
Point between(Point a, Point b, double share) { return {a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share}; }

/// Where the T-maze's mean path is: two legs of length 1 in 80 steps of 100.
Point maze(std::int64_t d, std::int64_t n) {
  const double at = std::min(static_cast<double>(n), 80.0) / 40;
  const Point top = {0, 1}, arm = {d == 0 ? -1.0 : 1.0, 1};
  return at <= 1 ? between({0, 0}, top, at) : between(top, arm, at - 1);
}

/// The triangle's: two sides of length 1.
Point triangle(std::int64_t d, std::int64_t n) {
  const double at = std::min(static_cast<double>(n), 80.0) / 40;
  const Point b = {1, 0}, c = {0.5, std::sqrt(0.75)};
  const Point first = d == 0 ? b : c, last = d == 0 ? c : b;
  return at <= 1 ? between({0, 0}, first, at) : between(first, last, at - 1);
}

/// Three directions: legs of 3 and 1; 1, 2 and 1; 2 with a waypoint twice. Speeds 0.05, 0.05 and 0.025 m a step.
const json three_ways = {{0, 0, 3, 0, 3, 1, 3, 1}, {1, 1, 1, 2, -1, 2, -1, 3}, {0, 0, 0, 0, 0, -1, 0, -2}};
Point of_three(std::int64_t d, std::int64_t n) {
  const double at = static_cast<double>(std::min<std::int64_t>(n, 80));
  if (d == 0) return at <= 60 ? Point{0.05 * at, 0} : Point{3, 0.05 * (at - 60)};
  if (d == 1)
    return at <= 20   ? Point{1, 1 + 0.05 * at}
           : at <= 60 ? Point{1 - 0.05 * (at - 20), 2}
                      : Point{-1, 2 + 0.05 * (at - 60)};
  return {0, -0.025 * at};
}

struct Mixture {
  const char* id;
  json parameters;
  std::int64_t directions;
  Point (*mean)(std::int64_t d, std::int64_t n);
  double theta, sd;

  double variance(std::int64_t n) const { return sd * sd * (1 - std::exp(-2 * theta * static_cast<double>(n))); }
};

const Mixture mixtures[] = {
    {"t_maze", json::object(), 2, maze, 0.1, 0.05},
    {"triangle", json::object(), 2, triangle, 0.1, 0.05},
    {"t_maze", {{"paths", three_ways}, {"restoring", 50.0}, {"sd", 0.3}}, 3, of_three, 0.5, 0.3}};

/// Deviations from the mean path of one direction's trials: coordinate a at step n, b at step m.
Pair deviations(const Trials& t, const Mixture& x, std::int64_t d, std::int64_t n, std::size_t a, std::int64_t m,
                std::size_t b) {
  Pair pair;
  const auto at_n = x.mean(d, n), at_m = x.mean(d, m);
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    if (t.direction(trial) == d)
      pair.add(t.latent(trial, n, static_cast<std::int64_t>(a)) - at_n[a],
               t.latent(trial, m, static_cast<std::int64_t>(b)) - at_m[b]);
  return pair;
}

/// Mean paths [direction, step] of a task.
Point landmark(const plugin::Array& path, std::int64_t d, std::int64_t n) {
  const auto at = static_cast<std::size_t>((d * path.shape[1] + n) * 2);
  return {path.values[at], path.values[at + 1]};
}

}  // namespace

TEST_CASE(
    "landmarks are the mean paths: constant speed through every waypoint, at the end after 0.8 T and from then on") {
  for (const auto& x : mixtures) {
    const auto task = make_task(x.id, x.parameters);
    REQUIRE(static_cast<std::int64_t>(task.directions().size()) == x.directions);
    const auto [endpoint, path] = task.landmarks({}, 300);
    for (std::int64_t d = 0; d < x.directions; ++d) {
      for (std::int64_t n = 0; n <= 300; ++n)
        for (std::size_t k = 0; k < 2; ++k) REQUIRE(std::abs(landmark(path, d, n)[k] - x.mean(d, n)[k]) < 1e-12);
      for (std::size_t k = 0; k < 2; ++k) {
        CHECK(endpoint.values[static_cast<std::size_t>(2 * d) + k] == doctest::Approx(x.mean(d, 80)[k]));
        CHECK(landmark(path, d, 80)[k] == endpoint.values[static_cast<std::size_t>(2 * d) + k]);
      }
    }
  }
}

TEST_CASE("arrival is a share of the task's trial, however long a recording is") {
  const auto task = make_task("t_maze", {{"steps", 50}, {"arrival", 0.4}});
  const auto path = task.landmarks({}, 30).second;
  for (std::int64_t n = 0; n <= 30; ++n)  // twenty steps of 0.1 m
    for (std::size_t k = 0; k < 2; ++k) REQUIRE(std::abs(landmark(path, 1, n)[k] - maze(1, 4 * n)[k]) < 1e-12);
  const auto whole = make_task("t_maze", {{"arrival", 1.0}}).landmarks({}, 100).second;
  CHECK(landmark(whole, 1, 99)[0] == doctest::Approx(0.98));
  CHECK(landmark(whole, 1, 100)[0] == 1);
}

TEST_CASE("mean and variance of every step and direction follow the closed forms") {
  for (const auto& x : mixtures) {
    const Trials t(x.id, x.parameters, 6000, 120);
    for (std::int64_t d = 0; d < x.directions; ++d)
      for (std::int64_t n = 1; n <= t.steps; ++n)
        for (const std::size_t k : {0U, 1U}) {
          CAPTURE(n);
          const double v = x.variance(n);
          const auto pair = deviations(t, x, d, n, k, n, k);
          REQUIRE(pair.mean_deviation(v) < 5);
          REQUIRE(pair.covariance_deviation(v, v, v) < 5);
        }
  }
}

TEST_CASE("deviations decay with the restoring rate, and coordinates deviate independently") {
  for (const auto& x : mixtures) {
    const Trials t(x.id, x.parameters, 6000, 120);
    for (std::int64_t d = 0; d < x.directions; ++d)
      for (const std::int64_t n : {1, 5, 40})
        for (const std::int64_t lag : {0, 1, 10, 60}) {
          const double v = x.variance(n), w = x.variance(n + lag);
          for (const std::size_t k : {0U, 1U})
            CHECK(deviations(t, x, d, n, k, n + lag, k)
                      .covariance_deviation(v, w, v * std::exp(-x.theta * static_cast<double>(lag))) < 5);
          CHECK(deviations(t, x, d, n, 0, n + lag, 1).covariance_deviation(v, w, 0) < 5);
        }
  }
}

TEST_CASE("all directions are equally likely") {
  for (const auto& x : mixtures) {
    const Trials t(x.id, x.parameters, 10000, 1);
    const double n = static_cast<double>(t.trials), p = 1 / static_cast<double>(x.directions);
    for (std::int64_t d = 0; d < x.directions; ++d) {
      double count = 0;
      for (std::int64_t trial = 0; trial < t.trials; ++trial) count += t.direction(trial) == d ? 1 : 0;
      CHECK(std::abs(count - n * p) < 5 * std::sqrt(n * p * (1 - p)));
    }
  }
}

TEST_CASE("trials start at the first waypoint, and inputs are the changes of the coordinates") {
  for (const auto& x : mixtures) {
    const Trials t(x.id, x.parameters, 30, 100);
    for (std::int64_t trial = 0; trial < t.trials; ++trial)
      for (std::int64_t k = 0; k < 2; ++k) {
        REQUIRE(t.latent(trial, 0, k) == x.mean(t.direction(trial), 0)[static_cast<std::size_t>(k)]);
        for (std::int64_t n = 0; n < t.steps; ++n)
          REQUIRE(t.input(trial, n, k) == t.latent(trial, n + 1, k) - t.latent(trial, n, k));
      }
  }
}

TEST_CASE("without noise a trial is the mean path, and stays at its end in a longer recording") {
  const Trials t("triangle", {{"sd", 0.0}}, 20, 250);
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t n = 0; n <= t.steps; ++n)
      for (std::size_t k = 0; k < 2; ++k)
        REQUIRE(std::abs(t.latent(trial, n, static_cast<std::int64_t>(k)) - triangle(t.direction(trial), n)[k]) <
                1e-12);
}

TEST_CASE("relaxation spends five time constants on each leg and goes on towards the end") {
  // One leg: 1 − e^{−5n/80}. Two: forty steps each, the second from where the first one got.
  const auto one =
      make_task("t_maze", {{"paths", {{0, 0, 1, 0}}}, {"profile", "relaxation"}}).landmarks({}, 400).second;
  for (std::int64_t n = 0; n <= 400; ++n)
    REQUIRE(landmark(one, 0, n)[0] == doctest::Approx(1 - std::exp(-5 * static_cast<double>(n) / 80)).epsilon(1e-12));
  const auto two = make_task("t_maze", {{"profile", "relaxation"}}).landmarks({}, 400).second;
  const double left = std::exp(-5.0);
  for (std::int64_t n = 0; n <= 400; ++n) {
    const double first = std::exp(-static_cast<double>(std::min<std::int64_t>(n, 40)) / 8);
    const double second = n < 40 ? 1 : std::exp(-static_cast<double>(n - 40) / 8);
    REQUIRE(std::abs(landmark(two, 1, n)[0] - (1 - second)) < 1e-12);
    REQUIRE(std::abs(landmark(two, 1, n)[1] - (n < 40 ? 1 - first : 1 - left * second)) < 1e-12);
  }
  CHECK(std::abs(landmark(two, 1, 80)[0] - 1) < 0.007);
}

TEST_CASE("targets, start and decoded position of a path task are the coordinates") {
  const auto task = make_task("t_maze");
  const std::vector<double> s = {0.5, -1.25, 3, 0.1, 1e-9, -7};
  CHECK(test::encode<double>(task, {}, s) == s);
  CHECK(test::encode<double>(task, {}, s, REVERIE_ENCODE_START) == s);
  CHECK(test::encode<float>(task, {}, s) == std::vector<float>(s.begin(), s.end()));
  CHECK(test::decode(task, {}, s) == s);
}

TEST_CASE("a path trial depends on its number and the stream, not on how many are asked for") {
  const auto task = make_task("triangle");
  const auto all = task.generate({}, test::task_stream(), 10, 6, 50);
  const auto one = task.generate({}, test::task_stream(), 13, 1, 50);
  const auto step = task.generate({}, test::task_stream(), 13, 1, 1);
  CHECK(one.directions.values[0] == all.directions.values[3]);
  CHECK(std::equal(one.latents.values.begin(), one.latents.values.end(), all.latents.values.begin() + 3 * 102));
  CHECK(std::equal(step.latents.values.begin(), step.latents.values.end(), one.latents.values.begin()));
  CHECK(task.generate({}, test::task_stream(2), 13, 1, 50).latents.values != one.latents.values);
}

TEST_CASE("one direction, one step and one trial work; paths that lead nowhere are refused by name") {
  const Trials t("t_maze", {{"paths", {{0, 0, 2, 0}}}, {"steps", 1}}, 1, 1);
  CHECK(t.direction(0) == 0);
  CHECK(std::abs(t.latent(0, 1, 0) - 2) < 0.5);  // the only step takes it there
  CHECK(make_task("t_maze", {{"paths", {0, 0, 2, 0}}}).directions().size() == 1);

  const json nowhere[] = {json::array(), {{0, 0}}, {{0, 0, 1}}, {{0, 0, 1, 0, 1}}, {{0, 0}, {1, 1}}};
  for (const auto& paths : nowhere) {
    CAPTURE(paths.dump());
    for (const char* id : {"t_maze", "triangle"}) CHECK(test::refuses(id, {{"paths", paths}}, "paths"));
  }
  const auto& schema = make_task("t_maze").component().schema;
  for (const auto& [key, value] : {std::pair<const char*, double>{"arrival", 0},
                                   {"arrival", 1.1},
                                   {"restoring", 0},
                                   {"sd", -1},
                                   {"dt", 0},
                                   {"steps", 0}}) {
    const auto problems = plugin::check_parameters(schema, {{key, value}}).problems;
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].key == key);
  }
}
