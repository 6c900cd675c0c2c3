// SPDX-License-Identifier: BSD-3-Clause
/// The divergence of normal samples against the closed form, and what must not change it.
#include "support.hpp"

#include <doctest/doctest.h>

#include <numeric/threads.hpp>

#include <cmath>
#include <limits>

using namespace reverie;
using test::fails_naming;
using test::make_metric;
using test::Paths;
using test::run;

namespace {

/// Independent normals of the given mean and standard deviation, [trials, 100, 2].
Paths<double> normal_paths(std::uint64_t seed, std::int64_t trials, double mean_x, double sd) {
  Paths<double> paths{{trials, 100, 2}, std::vector<double>(static_cast<std::size_t>(trials * 200))};
  const auto stream = numeric::make_stream(seed, numeric::Role::simulate, numeric::Purpose::awake_noise);
  numeric::fill_normal(stream, 0, 0, trials * 200, sd, paths.values.data());
  for (std::size_t k = 0; k < paths.values.size(); k += 2) paths.values[k] += mean_x;
  return paths;
}

}  // namespace

TEST_CASE("the divergence of two normal distributions is near its closed form") {
  auto awake = normal_paths(1, 100, 0.0, 0.20), replay = normal_paths(2, 100, 0.1, 0.15);
  const auto results = run(make_metric("kde_divergence"), {awake.source(), replay.source()});
  // With 10^4 samples, kernels widen both covariances by 1 + h^2, h^2 = n^(-1/3).
  const double widening = 1 + std::pow(1e4, -1.0 / 3);
  const double p = 0.04 * widening, q = 0.0225 * widening;
  const double expected = q / p - 1 + 0.01 / (2 * p) + std::log(p / q);
  const double error = results.at("standard_error")[0];
  CHECK(error > 0.001);
  CHECK(error < 0.03);
  // Beside the Monte Carlo error, the estimated densities themselves fluctuate by about one per cent.
  CHECK(std::abs(results.at("divergence")[0] - expected) < 4 * error + 0.01);
  CHECK(results.at("awake_samples")[0] == 10'000);
  CHECK(results.at("replay_samples")[0] == 10'000);
  CHECK(results.at("clipped")[0] == 0);
}

TEST_CASE("a recording does not diverge from itself, and the far away one by the clipped ratio") {
  auto awake = normal_paths(1, 10, 0.0, 0.1), far = normal_paths(2, 10, 50.0, 0.1);
  CHECK(run(make_metric("kde_divergence"), {awake.source(), awake.source()}).at("divergence")[0] == 0.0);
  const auto results = run(make_metric("kde_divergence"), {awake.source(), far.source()});
  CHECK(results.at("divergence")[0] == doctest::Approx(7 * std::log(10.0)));
  CHECK(results.at("clipped")[0] == 2500);
}

TEST_CASE("a uniform distribution diverges from a normal one by the closed form, and P1's density adds ln 2.2") {
  test::Recordings r;
  r["awake.position"] = normal_paths(1, 400, 0.0, 0.5);
  const auto metric = [](const char* pdf) {
    return make_metric("kde_divergence", {{"sampled", "uniform"}, {"uniform_pdf", pdf}});
  };
  const auto correct = run(metric("correct"), r), code = run(metric("code"), r);
  // mean of ln(1/2.2^2) - ln N(x; 0, s^2 I): |x|^2 has mean 2 * 1.1^2 / 3. Kernels widen s^2 by 1 + n^(-1/3).
  const double variance = 0.25 * (1 + std::pow(4e4, -1.0 / 3));
  const double expected =
      -2 * std::log(2.2) + std::log(2 * std::numbers::pi * variance) + 2 * 1.21 / 3 / (2 * variance);
  CHECK(std::abs(correct.at("divergence")[0] - expected) < 4 * correct.at("standard_error")[0] + 0.01);
  CHECK(correct.at("standard_error")[0] < 0.03);
  CHECK(code.at("divergence")[0] - correct.at("divergence")[0] == doctest::Approx(std::log(2.2)).epsilon(1e-9));
  CHECK(correct.count("replay_samples") == 0);
  CHECK(fails_naming(
      [] {
        make_metric("kde_divergence", {{"sampled", "uniform"}, {"box", {{1.1, -1.1}, {-1.1, 1.1}}}});
      },
      {"box", "low"}));
}

TEST_CASE("on principal axes the divergence is that of the states' coordinates") {
  // States are a rotation of the plane into five units: distances, and so densities, are those of the plane.
  auto awake = normal_paths(1, 30, 0.0, 0.20), replay = normal_paths(2, 30, 0.1, 0.15);
  for (auto* paths : {&awake, &replay})  // unequal spreads make the axes x and y, in this order
    for (std::size_t k = 1; k < paths->values.size(); k += 2) paths->values[k] *= 0.5;
  const auto embed = [](const Paths<double>& paths) {
    Paths<double> states{{paths.shape[0], paths.shape[1], 5}, {}, "1"};
    for (std::size_t k = 0; k < paths.values.size(); k += 2) {
      const double x = paths.values[k], y = paths.values[k + 1];
      states.values.insert(states.values.end(), {0.6 * x, 0.8 * x, 1.0, -0.6 * y, 0.8 * y});
    }
    return states;
  };
  test::Recordings plane, states;
  plane["awake.position"] = awake;
  plane["replay.position"] = replay;
  states["awake.state"] = embed(awake);
  states["replay.state"] = embed(replay);
  const auto expected = run(make_metric("kde_divergence"), plane);
  const auto found = run(make_metric("kde_divergence", {{"axes", "principal"}}), states);
  // Other axes, other Monte Carlo points: equal within the errors.
  const double error = std::hypot(expected.at("standard_error")[0], found.at("standard_error")[0]);
  CHECK(std::abs(found.at("divergence")[0] - expected.at("divergence")[0]) < 4 * error);
}

TEST_CASE("threads and chunks do not change the divergence, the stream does") {
  auto awake = normal_paths(1, 20, 0.0, 0.20), replay = normal_paths(2, 20, 0.1, 0.15);
  const auto metric = make_metric("kde_divergence", {{"samples", 1001}});
  numeric::set_thread_count(1);
  const auto expected = run(metric, {awake.source(), replay.source()});
  for (const int threads : {2, 3}) {
    numeric::set_thread_count(threads);
    CHECK(run(metric, {awake.source(1), replay.source(7)}) == expected);
  }
  CHECK(run(metric, {awake.source(), replay.source()}, 2).at("divergence") != expected.at("divergence"));
}

TEST_CASE("recordings that cannot be compared are refused by name") {
  auto awake = normal_paths(1, 10, 0.0, 0.20), replay = normal_paths(2, 10, 0.1, 0.15);
  const auto metric = make_metric("kde_divergence");

  auto missing = replay;
  missing.values[(3 * 100 + 42) * 2] = std::numeric_limits<double>::quiet_NaN();
  CHECK(fails_naming([&] { run(metric, {awake.source(), missing.source(2)}); }, {"replay", "trial 3", "step 42"}));

  auto still = awake;
  std::fill(still.values.begin(), still.values.end(), 0.25);
  CHECK(fails_naming([&] { run(metric, {still.source(), replay.source()}); }, {"awake", "singular"}));
  auto flat = replay;
  for (std::size_t k = 1; k < flat.values.size(); k += 2) flat.values[k] = 0.1;
  CHECK(fails_naming([&] { run(metric, {awake.source(), flat.source()}); }, {"replay", "singular"}));
  // Of many samples rounding moves the mean farther from them.
  auto track = normal_paths(2, 2000, 0.1, 0.15);
  for (std::size_t k = 1; k < track.values.size(); k += 2) track.values[k] = 0.1;
  CHECK(fails_naming([&] { run(metric, {awake.source(), track.source()}); }, {"replay", "singular"}));
  auto angles = awake;
  angles.unit = "rad";
  const auto principal = make_metric("kde_divergence", {{"axes", "principal"}});
  CHECK(fails_naming([&] { run(principal, {angles.source(), replay.source()}); }, {"angles", "rad"}));

  Paths<double> spatial{{10, 100, 3}, std::vector<double>(3000, 0.1)};
  CHECK(fails_naming([&] { run(metric, {awake.source(), spatial.source()}); }, {"2 and 3"}));
}
