// SPDX-License-Identifier: BSD-3-Clause
/// reach_time on straight paths, whose times follow from their speed.
#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace reverie;
using test::fails_naming;
using test::make_metric;
using test::Paths;
using test::Recordings;
using test::run;

namespace {

constexpr std::int64_t steps = 100;

/// Paths from (0, 0) to the end (x, 1) of their direction at `speed` per step, where they stay: ends at (-1, 1), (1,
/// 1).
Paths<double> straight(const std::vector<int>& directions, double speed) {
  Paths<double> paths{{static_cast<std::int64_t>(directions.size()), steps, 2}, {}, "m"};
  for (const int d : directions)
    for (int n = 0; n < steps; ++n) {
      const double way = std::min(1.0, speed * n / std::sqrt(2.0));
      paths.values.insert(paths.values.end(), {d == 0 ? -way : way, way});
    }
  return paths;
}

Recordings maze(double awake_speed, double replay_speed) {
  Recordings r;
  r["awake.latent"] = straight({0, 1, 1, 0, 1}, awake_speed);
  r["awake.trial_direction"] = {{5}, {0, 1, 1, 0, 1}, "1"};
  r["awake.endpoint"] = {{2, 2}, {-1, 1, 1, 1}, "m"};
  auto ideal = straight({0, 1}, 0.05);
  ideal.shape = {2, steps, 2};
  r["awake.mean_path"] = ideal;
  r["awake.time"] = {{steps}, {}, "s"};
  for (int n = 0; n < steps; ++n) r["awake.time"].values.push_back(0.02 * (n + 1));
  r["replay.position"] = straight({1, 0, 0}, replay_speed);
  r["replay.time"] = r["awake.time"];
  return r;
}

/// First n with sqrt(2) - speed n <= radius.
double expected_time(double speed, double radius) { return std::ceil((std::sqrt(2.0) - radius) / speed - 1e-9); }

}  // namespace

TEST_CASE("straight paths arrive after their length over their speed, and compression is the ratio") {
  auto r = maze(0.02, 0.05);
  const auto results = run(make_metric("reach_time"), r);
  const double awake = expected_time(0.02, 0.1), replay = expected_time(0.05, 0.1);
  CHECK(results.at("awake")[0] == awake);
  CHECK(results.at("replay")[0] == replay);
  CHECK(results.at("compression")[0] == doctest::Approx(awake / replay));
  CHECK(results.at("awake_seconds")[0] == doctest::Approx(0.02 * awake));
  CHECK(results.at("replay_seconds")[0] == doctest::Approx(0.02 * replay));
  CHECK(results.at("awake_reached")[0] == 1);
  CHECK(results.at("replay_reached")[0] == 1);
  CHECK(results.at("censored")[0] == 0);
  CHECK(results.at("compression_se")[0] == 0);
  CHECK(results.at("awake_per_trial") == std::vector<double>(5, awake));
  CHECK(results.at("awake_direction") == std::vector<double>{0, 1, 1, 0, 1});
  CHECK(results.at("replay_direction") == std::vector<double>{1, 0, 0});
  CHECK(results.at("awake_count") == std::vector<double>{2, 3});
  CHECK(results.at("replay_count") == std::vector<double>{2, 1});
  CHECK(results.at("compression_per_direction")[1] == doctest::Approx(awake / replay));
  // A wider radius is reached sooner.
  CHECK(run(make_metric("reach_time", {{"radius", 0.3}}), r).at("awake")[0] == expected_time(0.02, 0.3));
}

TEST_CASE("paths that never arrive count as the number of steps and censor the ratio below one half") {
  auto r = maze(0.02, 0.05);
  // The first two of three replayed paths stand still.
  auto& replay = r["replay.position"].values;
  std::fill(replay.begin(), replay.begin() + 2 * steps * 2, 0.0);
  auto results = run(make_metric("reach_time"), r);
  CHECK(results.at("replay_per_trial") == std::vector<double>{steps, steps, expected_time(0.05, 0.1)});
  CHECK(results.at("replay_reached")[0] == doctest::Approx(1.0 / 3));
  CHECK(results.at("censored")[0] == 1);
  CHECK(results.at("replay")[0] == doctest::Approx((2 * steps + expected_time(0.05, 0.1)) / 3));
  const double m = results.at("replay")[0], d = steps - m, e = expected_time(0.05, 0.1) - m;
  const double error = std::sqrt((2 * d * d + e * e) / 2 / 3);
  CHECK(results.at("replay_se")[0] == doctest::Approx(error));
  // All awake paths take the same time a: the error of a/m is a/m^2 times that of m.
  CHECK(results.at("compression_se")[0] == doctest::Approx(expected_time(0.02, 0.1) / (m * m) * error));
}

TEST_CASE("endpoints may be given: one anchor for all paths, or one per direction without any landmarks") {
  auto r = maze(0.02, 0.05);
  Recordings foreign;
  foreign["awake.latent"] = r["awake.latent"];
  foreign["replay.position"] = r["replay.position"];
  CHECK(fails_naming([&] { run(make_metric("reach_time"), foreign); }, {"endpoint", "endpoints = [[x, y]"}));

  const auto two = run(make_metric("reach_time", {{"endpoints", {{-1, 1}, {1, 1}}}}), foreign);
  CHECK(two.at("awake")[0] == expected_time(0.02, 0.1));
  CHECK(two.at("awake_direction") == std::vector<double>{0, 1, 1, 0, 1});
  CHECK(two.count("awake_seconds") == 0);

  // The anchor (0, 1) is at distance sqrt(x^2 + (1 - y)^2) of (+-w, w): within 0.8 for 0.235 < w.
  const auto anchored = run(make_metric("reach_time", {{"endpoints", {{0, 1}}}, {"radius", 0.8}}), r);
  const double w = (1 - std::sqrt(1 - 2 * 0.36)) / 2;
  CHECK(anchored.at("awake")[0] == std::ceil(w * std::sqrt(2.0) / 0.02));
  CHECK(anchored.at("awake_count") == std::vector<double>{5});
}

TEST_CASE("compression compares times where steps are not equally long") {
  auto r = maze(0.02, 0.05);
  const auto equal = run(make_metric("reach_time"), r);
  for (double& time : r["replay.time"].values) time /= 4;
  const auto results = run(make_metric("reach_time"), r);
  CHECK(results.at("replay") == equal.at("replay"));
  for (const char* name : {"compression", "compression_se"})
    CHECK(results.at(name)[0] == doctest::Approx(4 * equal.at(name)[0]));
  for (std::size_t d = 0; d < 2; ++d)
    CHECK(results.at("compression_per_direction")[d] == doctest::Approx(4 * equal.at("compression_per_direction")[d]));
}

TEST_CASE("times may be rounded, and in minutes") {
  auto r = maze(0.02, 0.05);
  for (int n = 0; n < steps; ++n) r["awake.time"].values[static_cast<std::size_t>(n)] = std::round(1e3 * n / 30) / 1e3;
  r["replay.time"].unit = "min";
  const auto results = run(make_metric("reach_time"), r);
  CHECK(results.at("awake_seconds")[0] == doctest::Approx(results.at("awake")[0] / 30).epsilon(1e-3));
  CHECK(results.at("replay_seconds")[0] == doctest::Approx(results.at("replay")[0] * 0.02 * 60));
}

TEST_CASE("what cannot be timed is refused") {
  auto r = maze(0.02, 0.05);
  CHECK(fails_naming([&] { run(make_metric("reach_time", {{"radius", 2.0}}), r); }, {"smaller", "radius"}));
  CHECK(fails_naming([&] { run(make_metric("reach_time", {{"endpoints", {{1, 1, 1}}}}), r); }, {"2 coordinates"}));
  auto wrong = r;
  wrong["awake.trial_direction"].values[3] = 2;
  CHECK(fails_naming([&] { run(make_metric("reach_time"), wrong); }, {"trial 3", "2 directions"}));
  auto units = r;
  units["replay.position"].unit = "cm";
  CHECK(fails_naming([&] { run(make_metric("reach_time"), units); }, {"'m'", "'cm'"}));
  auto landmarks = r;
  landmarks["awake.endpoint"].unit = "cm";
  CHECK(fails_naming([&] { run(make_metric("reach_time"), landmarks); }, {"awake ('m')", "endpoint ('cm')"}));
  auto uneven = r;
  uneven["awake.time"].values[50] += 0.01;
  CHECK(fails_naming([&] { run(make_metric("reach_time"), uneven); }, {"step 50"}));
}

TEST_CASE("angles arrive the short way round") {
  Recordings r;
  // From 3 rad upwards through pi to -3 rad: 0.28 rad away.
  r["awake.latent"] = {{1, 4, 1}, {3.0, 3.1, -3.08, -2.99}, "rad"};
  r["replay.position"] = r["awake.latent"];
  const auto results = run(make_metric("reach_time", {{"endpoints", {-3.0}}, {"radius", 0.2}}), r);
  CHECK(results.at("awake")[0] == 1);
  CHECK(results.count("awake_se") == 0);
}
