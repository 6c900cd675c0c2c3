// SPDX-License-Identifier: BSD-3-Clause
/// path_length, displacement, diffusion_exponent, occupancy and decoding_error on motions whose values are known.
#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace reverie;
using test::fails_naming;
using test::make_metric;
using test::normals;
using test::Paths;
using test::Recordings;
using test::run;

namespace {

/// Trials that move from the origin by (3, 4) times their own speed, per step.
Recordings uniform_motion(const std::vector<double>& speeds, std::int64_t steps) {
  Recordings r;
  auto& p = r["recording.position"];
  p = {{static_cast<std::int64_t>(speeds.size()), steps, 2}, {}, "m"};
  for (const double v : speeds)
    for (std::int64_t n = 0; n < steps; ++n)
      p.values.insert(p.values.end(), {3 * v * static_cast<double>(n), 4 * v * static_cast<double>(n)});
  return r;
}

/// Sums of normals along time.
Paths<double> walks(std::uint64_t seed, std::int64_t trials, std::int64_t steps, std::int64_t width, double sd) {
  auto p = normals(seed, {trials, steps, width}, 0, sd);
  for (std::int64_t trial = 0; trial < trials; ++trial)
    for (std::int64_t k = trial * steps * width + width; k < (trial + 1) * steps * width; ++k)
      p.values[static_cast<std::size_t>(k)] += p.values[static_cast<std::size_t>(k - width)];
  return p;
}

}  // namespace

TEST_CASE("a uniform motion covers its speed times its steps") {
  auto r = uniform_motion({0.1, 0.3}, 11);
  const auto length = run(make_metric("path_length"), r);
  CHECK(length.at("per_trial")[0] == doctest::Approx(5 * 0.1 * 10));
  CHECK(length.at("per_trial")[1] == doctest::Approx(5 * 0.3 * 10));
  CHECK(length.at("path_length")[0] == doctest::Approx(10));
  CHECK(length.at("path_length_se")[0] == doctest::Approx(5));  // |15 - 5| / 2

  const auto away = run(make_metric("displacement"), r);
  for (std::size_t n = 0; n < 11; ++n) {
    CHECK(away.at("mean")[n] == doctest::Approx(5 * 0.2 * static_cast<double>(n)));
    CHECK(away.at("sd")[n] == doctest::Approx(5 * 0.1 * std::sqrt(2.0) * static_cast<double>(n)));
  }
  CHECK(away.at("final")[0] == doctest::Approx(10));
  CHECK(away.at("final_se")[0] == doctest::Approx(5));

  const auto exponent = run(make_metric("diffusion_exponent", {{"last_lag", 9}}), r);
  CHECK(fails_naming(
      [&] {
        make_metric("diffusion_exponent", {{"first_lag", 9}, {"last_lag", 9}});
      },
      {"last_lag", "above 'first_lag' (9)"}));
  CHECK(exponent.at("exponent")[0] == doctest::Approx(2).epsilon(1e-12));
  // Over a lag of 1: the mean of (5 v)^2.
  CHECK(exponent.at("msd")[0] == doctest::Approx(25 * (0.01 + 0.09) / 2));
  CHECK(exponent.at("lag").front() == 1);
  CHECK(exponent.at("lag").back() == 9);
}

TEST_CASE("Brownian motion has exponent 1 within a few standard errors, and displacements of a Rayleigh law") {
  Recordings r;
  r["recording.position"] = walks(3, 400, 400, 2, 0.1);
  const auto results = run(make_metric("diffusion_exponent"), r);
  const double error = results.at("exponent_se")[0];
  CHECK(std::abs(results.at("exponent")[0] - 1) < 4 * error);
  CHECK(error > 0.001);
  CHECK(error < 0.03);
  for (std::size_t k = 0; k < results.at("lag").size(); ++k)
    CHECK(results.at("msd")[k] == doctest::Approx(2 * 0.01 * results.at("lag")[k]).epsilon(0.15).scale(0));
  // |x_n - x_0| is Rayleigh with scale 0.1 sqrt(n): mean scale sqrt(pi/2), variance scale^2 (2 - pi/2).
  const auto away = run(make_metric("displacement"), r);
  for (const std::size_t n : {1U, 100U, 399U}) {
    const double scale = 0.1 * std::sqrt(static_cast<double>(n));
    const double sd = scale * std::sqrt(2 - std::numbers::pi / 2);
    CHECK(std::abs(away.at("mean")[n] - scale * std::sqrt(std::numbers::pi / 2)) < 4 * sd / 20);
    CHECK(away.at("sd")[n] == doctest::Approx(sd).epsilon(0.15).scale(0));
  }
}

TEST_CASE("angles that pass pi go on, step by step and in sum") {
  // 0.5 rad per step for 20 steps, recorded in [-pi, pi).
  Recordings r;
  auto& p = r["recording.position"];
  p = {{1, 21, 1}, {}, "rad"};
  for (int n = 0; n <= 20; ++n) p.values.push_back(std::remainder(2.0 + 0.5 * n, 2 * std::numbers::pi));
  CHECK(run(make_metric("path_length"), r).at("path_length")[0] == doctest::Approx(10));
  CHECK(run(make_metric("stepwise_distance"), r).at("stepwise_distance")[0] == doctest::Approx(0.5));
  CHECK(run(make_metric("displacement"), r).at("final")[0] == doctest::Approx(10));
  CHECK(run(make_metric("diffusion_exponent"), r).at("exponent")[0] == doctest::Approx(2));
  CHECK(run(make_metric("total_variance"), r).at("total_variance")[0] == doctest::Approx(0.25 * 21 * 22 / 12));
}

TEST_CASE("every angle is in a grid of a full turn") {
  Recordings r;
  r["recording.position"] = {{1, 10, 1}, {}, "rad"};
  for (int k = -5; k < 5; ++k) r["recording.position"].values.push_back((20 * k + 1) * std::numbers::pi);
  CHECK(run(make_metric("occupancy"), r).at("outside")[0] == 0);
}

TEST_CASE("occupancy counts cells and their entropy, together and per trial") {
  // Trial 0 stays in one cell of a 4 x 4 grid; trial 1 spends a quarter of its steps in each of four others.
  Recordings r;
  r["recording.position"] = {{2, 4, 2}, {}, "m"};
  auto& values = r["recording.position"].values;
  for (int n = 0; n < 4; ++n) values.insert(values.end(), {0.1, 0.1});
  for (int n = 0; n < 4; ++n) values.insert(values.end(), {0.1 + 0.25 * n, 0.9});
  const auto results = run(make_metric("occupancy", {{"bins", 4}, {"range", {0, 1}}}), r);
  CHECK(results.at("visited")[0] == 5);
  CHECK(results.at("entropy")[0] == doctest::Approx(0.5 * std::log(2.0) + 4 * 0.125 * std::log(8.0)));
  CHECK(results.at("trial_visited")[0] == 2.5);
  CHECK(results.at("trial_entropy")[0] == doctest::Approx(std::log(4.0) / 2));
  CHECK(results.at("samples")[0] == 8);
  CHECK(results.at("counts")[0] == 4);
  CHECK(results.at("counts")[3] == 1);  // x in the first column, y in the last row
  CHECK(results.at("counts")[15] == 1);
  CHECK(results.at("center")[2 * 3] == doctest::Approx(0.125));
  CHECK(results.at("center")[2 * 3 + 1] == doctest::Approx(0.875));

  const auto half = run(make_metric("occupancy", {{"bins", 2}, {"range", {{0, 1}, {0, 0.5}}}}), r);
  CHECK(half.at("outside")[0] == 4);
  CHECK(half.at("entropy")[0] == 0);
  CHECK(fails_naming([&] { run(make_metric("occupancy", {{"range", {5, 6}}}), r); }, {"outside", "range"}));
  r["recording.position"].unit = "cm";
  CHECK(fails_naming([&] { run(make_metric("occupancy"), r); }, {"range", "default is in m", "'cm'"}));
  CHECK(run(make_metric("occupancy", {{"bins", 4}, {"range", {0, 1}}}), r).at("visited") == results.at("visited"));
  CHECK(fails_naming([&] { make_metric("occupancy", {{"range", {1, 0}}}); }, {"range", "low"}));
}

TEST_CASE("a uniform spread has the entropy of its cells, and angles are wrapped into the grid") {
  Recordings r;
  auto& p = r["recording.position"];
  p = {{1, 400, 1}, {}, "rad"};
  for (int n = 0; n < 400; ++n) p.values.push_back(2 * std::numbers::pi * (n + 0.5) / 40);  // ten turns
  const auto results = run(make_metric("occupancy", {{"bins", 20}}), r);
  CHECK(results.at("entropy")[0] == doctest::Approx(std::log(20.0)));
  CHECK(results.at("outside")[0] == 0);
}

TEST_CASE("a constant error is the decoding error") {
  auto r = uniform_motion({0.1, 0.2, 0.3}, 7);
  r["recording.latent"] = r["recording.position"];
  auto& values = r["recording.position"].values;
  for (std::size_t k = 0; k < values.size(); k += 2) {
    values[k] += 0.3;
    values[k + 1] -= 0.4;
  }
  auto results = run(make_metric("decoding_error"), r, 2);
  CHECK(results.at("squared_error")[0] == doctest::Approx((0.09 + 0.16) / 2));
  CHECK(results.at("distance")[0] == doctest::Approx(0.5));
  CHECK(results.at("squared_error_se")[0] == doctest::Approx(0).epsilon(1e-9));
  // Only the last trial errs, more.
  std::fill(values.begin(), values.end(), 0.0);
  r["recording.latent"].values.assign(values.size(), 0.0);
  for (std::size_t k = 28; k < 42; ++k) values[k] = 0.6;
  results = run(make_metric("decoding_error"), r, 2);
  CHECK(results.at("per_trial")[1] == 0);
  CHECK(results.at("per_trial")[2] == doctest::Approx(0.36));
  CHECK(results.at("squared_error")[0] == doctest::Approx(0.12));
}

TEST_CASE("errors of angles are taken the short way round") {
  Recordings r;
  r["recording.position"] = {{1, 2, 1}, {3.1, -3.1}, "rad"};
  r["recording.latent"] = {{1, 2, 1}, {-3.1, 3.1}, "rad"};
  CHECK(run(make_metric("decoding_error"), r).at("distance")[0] == doctest::Approx(2 * std::numbers::pi - 6.2));
}

TEST_CASE("times are read in seconds or milliseconds") {
  auto r = uniform_motion({0.1, 0.3}, 11);
  auto& times = r["recording.time"];
  times = {{11}, {}, "ms"};
  for (int n = 0; n < 11; ++n) times.values.push_back(20 * n);
  CHECK(run(make_metric("displacement"), r).at("time")[10] == doctest::Approx(0.2));
  times.unit = "days";
  CHECK(fails_naming([&] { run(make_metric("displacement"), r); }, {"'days'", "'ms'"}));
}

TEST_CASE("where a single trial moves there is an exponent and no standard error") {
  auto r = uniform_motion({0.1, 0}, 20);
  const auto results = run(make_metric("diffusion_exponent"), r);
  CHECK(results.at("exponent")[0] == doctest::Approx(2));
  CHECK(results.count("exponent_se") == 0);
}
