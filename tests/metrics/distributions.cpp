// SPDX-License-Identifier: BSD-3-Clause
/// marginal_distance, mean_paths and density on distributions whose moments are known.
#include "../support/npy.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <numbers>

using namespace reverie;
using test::fails_naming;
using test::make_metric;
using test::normals;
using test::Paths;
using test::Recordings;
using test::run;

namespace {

Paths<double> reference(const std::string& folder, const std::string& name) {
  const auto array = npy::read_npy(std::filesystem::path(REVERIE_TEST_DATA) / "reference" / folder / (name + ".npy"));
  return {array.shape, array.values};
}

}  // namespace

TEST_CASE("marginal distances on a line are those of sorted samples, and near the closed form of normals") {
  // At step n: awake N(0, 1), replay N(n / 2, 1 + n / 2).
  Recordings r;
  r["awake.latent"] = normals(1, {4000, 3, 1});
  r["replay.position"] = normals(2, {3000, 3, 1});
  auto& replay = r["replay.position"].values;
  for (std::size_t k = 0; k < replay.size(); ++k) {
    const double n = static_cast<double>(k % 3);
    replay[k] = n / 2 + (1 + n / 2) * replay[k];
  }
  const auto results = run(make_metric("marginal_distance"), r);
  for (std::size_t n = 0; n < 3; ++n) {
    const double half = static_cast<double>(n) / 2;
    CHECK(std::abs(results.at("distance")[n] - std::sqrt(2.0) * half) < 0.08);  // sampling: about 1/sqrt(3000) each
    CHECK(results.at("replay_mean")[n] == doctest::Approx(half).epsilon(0.05).scale(1));
    CHECK(results.at("replay_sd")[n] == doctest::Approx(1 + half).epsilon(0.05));
  }

  // Exactly: {0, 1, 5} against {2, 3}: quantiles differ by 2 on 1/3, by 1 on 1/6, 2 on 1/6, 2 on 1/3.
  Recordings small;
  small["awake.latent"] = {{3, 1, 1}, {5, 0, 1}};
  small["replay.position"] = {{2, 1, 1}, {3, 2}};
  CHECK(run(make_metric("marginal_distance"), small).at("awake_sd")[0] == doctest::Approx(std::sqrt(7.0)));
  CHECK(run(make_metric("marginal_distance"), small).at("replay_sd")[0] == doctest::Approx(std::sqrt(0.5)));
  const double squared = 4.0 / 3 + 1.0 / 6 + 4.0 / 6 + 4.0 / 3;
  CHECK(run(make_metric("marginal_distance"), small).at("distance")[0] == doctest::Approx(std::sqrt(squared)));
}

TEST_CASE("marginal distances in the plane are the closed form of the samples' moments") {
  Recordings r;
  r["awake.latent"] = normals(1, {5000, 2, 2});
  r["replay.position"] = normals(2, {5000, 2, 2});
  auto& replay = r["replay.position"].values;
  for (std::size_t k = 0; k < replay.size(); k += 2) {  // covariance R diag(4, 1/4) R^T, R a turn by 45 degrees
    const double u = 2 * replay[k], v = 0.5 * replay[k + 1];
    replay[k] = 1 + (u - v) / std::numbers::sqrt2;
    replay[k + 1] = (u + v) / std::numbers::sqrt2;
  }
  const auto results = run(make_metric("marginal_distance"), r);
  // Commuting covariances: |m|^2 + (2 - 1)^2 + (1/2 - 1)^2.
  for (const double d : results.at("distance")) CHECK(d == doctest::Approx(std::sqrt(1 + 1 + 0.25)).epsilon(0.03));
  CHECK(results.at("mean_distance")[0] == doctest::Approx((results.at("distance")[0] + results.at("distance")[1]) / 2));
  r["awake.latent"].unit = "rad";
  CHECK(fails_naming([&] { run(make_metric("marginal_distance"), r); }, {"angles"}));
}

TEST_CASE("mean paths are the directions' own") {
  // Directions 0 and 1 travel to x = -1 and 1; trials of direction 1 are off by +-0.1.
  Recordings r;
  const std::vector<double> ideal = {-0.5, -1, 0.5, 1};
  r["awake.mean_path"] = {{2, 2, 1}, ideal};
  r["awake.endpoint"] = {{2, 1}, {-1, 1}};
  r["awake.trial_direction"] = {{3}, {1, 0, 1}};
  r["awake.latent"] = {{3, 2, 1}, {0.6, 1.1, -0.5, -1, 0.4, 0.9}};
  r["replay.position"] = {{2, 2, 1}, {0.3, 0.8, 0.1, 0.2}};
  const auto results = run(make_metric("mean_paths"), r);
  for (std::size_t k = 0; k < 4; ++k) CHECK(results.at("awake_mean")[k] == doctest::Approx(ideal[k]));
  CHECK(results.at("awake_count") == std::vector<double>{1, 2});
  CHECK(std::isnan(results.at("awake_sd")[0]));
  CHECK(results.at("awake_sd")[2] == doctest::Approx(0.1 * std::sqrt(2.0)));
  CHECK(results.at("replay_count") == std::vector<double>{0, 2});
  CHECK(std::isnan(results.at("replay_mean")[0]));
  CHECK(results.at("replay_mean")[2] == doctest::Approx(0.2));
  CHECK(results.at("replay_mean")[3] == doctest::Approx(0.5));

  Recordings alone;
  alone["awake.latent"] = r["awake.latent"];
  CHECK(run(make_metric("mean_paths"), alone).at("awake_count") == std::vector<double>{3});
}

TEST_CASE("mean paths of angles are circular") {
  // 3.1 and -3.1 rad are 0.083 rad apart, with pi between them.
  Recordings r;
  r["awake.latent"] = {{2, 1, 1}, {3.1, -3.1}, "rad"};
  const auto results = run(make_metric("mean_paths"), r);
  CHECK(std::abs(results.at("awake_mean")[0]) == doctest::Approx(std::numbers::pi));
  // The mean of two unit vectors at angle +-a from it has length cos a.
  CHECK(results.at("awake_sd")[0] == doctest::Approx(std::sqrt(-2 * std::log(std::cos(std::numbers::pi - 3.1)))));
}

TEST_CASE("densities on the grid agree with the reference at a point, and integrate to one") {
  Recordings r;
  auto samples = reference("kde", "active");
  samples.shape = {40, 10, 2};
  r["awake.position"] = samples;
  // Two points of the grid are the first reference point and another.
  const auto points = reference("kde", "points").values, expected = reference("kde", "active_density").values;
  const auto at_point = run(
      make_metric("density", {{"cells", 2}, {"range", {{points[0], points[0] + 1}, {points[1], points[1] + 1}}}}), r);
  CHECK(at_point.at("awake")[0] == doctest::Approx(expected[0]).epsilon(1e-10));
  CHECK(at_point.at("x")[0] == doctest::Approx(points[0]));

  const auto wide = run(make_metric("density", {{"range", {{-4, 4}, {-3, 3}}}}), r);
  double sum = 0;
  for (const double value : wide.at("awake")) sum += value;
  CHECK(sum * 8 / 99 * 6 / 99 == doctest::Approx(1).epsilon(1e-6));
  // Mean position, by the same sum: rows are y, columns x.
  double x = 0, y = 0, mean_x = 0, mean_y = 0;
  for (std::size_t row = 0; row < 100; ++row)
    for (std::size_t column = 0; column < 100; ++column) {
      x += wide.at("x")[column] * wide.at("awake")[row * 100 + column] / sum;
      y += wide.at("y")[row] * wide.at("awake")[row * 100 + column] / sum;
    }
  for (std::size_t k = 0; k < samples.values.size(); k += 2) {
    mean_x += samples.values[k] / 400;
    mean_y += samples.values[k + 1] / 400;
  }
  CHECK(x == doctest::Approx(mean_x).epsilon(1e-6));
  CHECK(y == doctest::Approx(mean_y).epsilon(1e-6));
}

TEST_CASE("densities on principal axes are those of the projected states, over the awake range and a tenth more") {
  // States (u, 0, v, 0), with most of their variance in u: the principal axes are those of the covariance of u and v.
  const auto samples = normals(1, {20, 20, 2});
  const double n = 400;
  Recordings states, plane;
  auto& s = states["awake.state"];
  s = {{20, 20, 4}, {}, "1"};
  double u_mean = 0, v_mean = 0, uu = 0, uv = 0, vv = 0;
  for (std::size_t k = 0; k < samples.values.size(); k += 2) {
    const double u = 2 * samples.values[k], v = samples.values[k + 1] / 2;
    s.values.insert(s.values.end(), {u, 0, v, 0});
    u_mean += u / n, v_mean += v / n;
    uu += u * u / n, uv += u * v / n, vv += v * v / n;
  }
  states["replay.state"] = s;
  const double turn = 0.5 * std::atan2(2 * (uv - u_mean * v_mean), uu - u_mean * u_mean - vv + v_mean * v_mean);
  auto& p = plane["awake.position"];
  p = {{20, 20, 2}, {}, "1"};
  double low[2] = {}, high[2] = {};
  for (std::size_t k = 0; k < s.values.size(); k += 4) {
    const double u = s.values[k] - u_mean, v = s.values[k + 2] - v_mean;
    const double on[2] = {std::cos(turn) * u + std::sin(turn) * v, std::cos(turn) * v - std::sin(turn) * u};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      p.values.push_back(on[axis]);
      low[axis] = std::min(low[axis], on[axis]);
      high[axis] = std::max(high[axis], on[axis]);
    }
  }
  const auto results = run(make_metric("density", {{"axes", "principal"}, {"cells", 50}}), states);
  const auto &x = results.at("x"), &y = results.at("y");
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const auto& ends = axis == 0 ? x : y;
    CHECK(ends.back() - ends.front() == doctest::Approx(1.2 * (high[axis] - low[axis])));
    // An axis may point either way.
    const bool mirrored = std::abs(ends.front() + ends.back() - low[axis] - high[axis]) > 1e-6;
    for (std::size_t k = axis; mirrored && k < p.values.size(); k += 2) p.values[k] *= -1;
    CHECK(ends.front() + ends.back() == doctest::Approx((mirrored ? -1 : 1) * (low[axis] + high[axis])));
  }
  const plugin::json range = {{x.front(), x.back()}, {y.front(), y.back()}};
  const auto expected = run(make_metric("density", {{"cells", 50}, {"range", range}}), plane).at("awake");
  REQUIRE(results.at("awake").size() == expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k)
    CHECK(results.at("awake")[k] == doctest::Approx(expected[k]).epsilon(1e-9));
  CHECK(results.at("awake") == results.at("replay"));
  double sum = 0;
  for (const double value : results.at("awake")) sum += value;
  // The kernels' tails beyond a tenth of the range are lost.
  CHECK(sum * (x[1] - x[0]) * (y[1] - y[0]) == doctest::Approx(1).epsilon(0.03));
}

TEST_CASE("what has no grid is refused") {
  Recordings r;
  r["awake.position"] = normals(1, {10, 10, 3});
  CHECK(fails_naming([&] { run(make_metric("density"), r); }, {"2 coordinates, not 3"}));
  r["awake.position"] = normals(1, {10, 10, 2});
  CHECK(fails_naming([&] { make_metric("density", {{"range", {0, 1}}}); }, {"[[low, high], [low, high]]"}));
  r["replay.position"] = r["awake.position"];
  r["replay.position"].unit = "cm";
  r["awake.position"].unit = "m";
  CHECK(fails_naming([&] { run(make_metric("density"), r); }, {"'m'", "'cm'"}));
}
