// SPDX-License-Identifier: BSD-3-Clause
/// path_wasserstein against POT and closed forms.
#include "../support/npy.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

using namespace reverie;
using test::fails_naming;
using test::make_metric;
using test::normals;
using test::Paths;
using test::Recordings;
using test::run;

namespace {

plugin::Array reference(const std::string& name) {
  return npy::read_npy(std::filesystem::path(REVERIE_TEST_DATA) / "reference" / "wasserstein" / (name + ".npy"));
}
/// Clouds [n, 12] as paths of 6 steps in the plane.
Paths<double> paths(const std::string& name) {
  const auto cloud = reference(name);
  return {{cloud.shape[0], 6, 2}, cloud.values};
}
Recordings compare(Paths<double> awake, Paths<double> replay) {
  Recordings r;
  r["awake.latent"] = std::move(awake);
  r["replay.position"] = std::move(replay);
  return r;
}
/// Normals of 3 steps in the plane: the coordinates at step n have standard deviation sd[n].
Paths<double> scaled(std::uint64_t seed, std::int64_t trials, double mean, const std::vector<double>& sd) {
  auto p = normals(seed, {trials, 3, 2});
  for (std::size_t k = 0; k < p.values.size(); ++k) p.values[k] = mean + sd[k % 6 / 2] * p.values[k];
  return p;
}

}  // namespace

TEST_CASE("exact distances agree with the reference, for equal and unequal numbers of paths") {
  const auto metric = make_metric("path_wasserstein");
  auto ab = compare(paths("a"), paths("b")), ac = compare(paths("a"), paths("c")), ca = compare(paths("c"), paths("a"));
  CHECK(run(metric, ab).at("distance")[0] ==
        doctest::Approx(reference("w2_exact_ab").values[0] / std::sqrt(6.0)).epsilon(1e-10));
  const double expected = reference("w2_exact_ac").values[0] / std::sqrt(6.0);
  CHECK(run(metric, ac).at("distance")[0] == doctest::Approx(expected).epsilon(1e-10));
  CHECK(run(metric, ca).at("distance")[0] == doctest::Approx(expected).epsilon(1e-10));
}

TEST_CASE("the floor is the distance of a second awake recording, or of two halves") {
  const auto metric = make_metric("path_wasserstein");
  auto r = compare(paths("a"), paths("b"));
  r["floor.latent"] = paths("c");
  const auto given = run(metric, r);
  CHECK(given.at("floor")[0] == doctest::Approx(reference("w2_exact_ac").values[0] / std::sqrt(6.0)).epsilon(1e-10));
  CHECK(given.at("floor_paths")[0] == 45);

  // Trials of two directions, 2 apart, however they take turns: as many of both in either half.
  for (const std::size_t block : {1U, 2U, 4U, 100U, 200U}) {
    CAPTURE(block);
    Paths<double> turns{{400, 4, 1}, std::vector<double>(1600)};
    for (std::size_t k = 0; k < turns.values.size(); ++k) turns.values[k] = k / 4 / block % 2 == 0 ? -1 : 1;
    auto split = compare(turns, turns);
    const auto results = run(metric, split);
    CHECK(results.at("distance")[0] == 0);
    // Of 200 paths at most four have to move.
    CHECK(results.at("floor")[0] <= 2 * std::sqrt(4 / 200.0) + 1e-12);
    CHECK(results.at("floor_paths")[0] == 200);
  }
}

TEST_CASE("a shift of all paths is their distance, by every method") {
  auto r = compare(paths("a"), paths("a"));
  for (double& value : r["replay.position"].values) value += 0.3;
  const double expected = 0.3 * std::sqrt(2.0);  // per step, two coordinates
  for (const char* method : {"exact", "gaussian"})
    CHECK(run(make_metric("path_wasserstein", {{"method", method}}), r).at("distance")[0] ==
          doctest::Approx(expected).epsilon(1e-6));
  // A shift by s moves projections by <s, u>, whose mean square is |s|^2 / (T d).
  const auto sliced = run(make_metric("path_wasserstein", {{"method", "sliced"}, {"projections", 4000}}), r);
  const double error = sliced.at("distance_se")[0];
  CHECK(std::abs(sliced.at("distance")[0] - expected / std::sqrt(12.0)) < 4 * error);
  CHECK(error > 0);
  CHECK(error < 0.01);
}

TEST_CASE("the gaussian method is the closed form between normals") {
  auto r = compare(scaled(1, 4000, 0.0, {1.0, 0.5, 2.0}), scaled(2, 4000, 0.2, {1.5, 0.5, 1.0}));
  const auto results = run(make_metric("path_wasserstein", {{"method", "gaussian"}}), r);
  const double squared = 6 * 0.2 * 0.2 + 2 * (0.5 * 0.5 + 1.0 * 1.0);
  CHECK(results.at("distance")[0] == doctest::Approx(std::sqrt(squared / 3)).epsilon(0.03));
  CHECK(results.at("floor")[0] < 0.15);
}

TEST_CASE("sliced distances of isotropic normals follow from their widths") {
  // Every projection is normal: W2 = |s - t|.
  auto r = compare(normals(1, {4000, 3, 2}, 0, 1.0), normals(2, {4000, 3, 2}, 0, 1.5));
  const auto metric = make_metric("path_wasserstein", {{"method", "sliced"}});
  const auto results = run(metric, r);
  CHECK(results.at("distance")[0] == doctest::Approx(0.5 / std::sqrt(3.0)).epsilon(0.05));
  CHECK(run(metric, r, 100, 2).at("distance") != results.at("distance"));
}

TEST_CASE("angles are compared the short way round") {
  auto r = compare({{2, 1, 1}, {3.1, 3.1}, "rad"}, {{1, 1, 1}, {-3.1}, "rad"});
  CHECK(run(make_metric("path_wasserstein"), r).at("distance")[0] == doctest::Approx(2 * std::numbers::pi - 6.2));
  CHECK(fails_naming([&] { run(make_metric("path_wasserstein", {{"method", "sliced"}}), r); }, {"angles"}));
}

TEST_CASE("distances whose squares leave the numbers are refused, and those that hardly are numbers are solved") {
  const auto metric = make_metric("path_wasserstein");
  auto far = compare({{2, 1, 1}, {1e200, -1e200}}, {{2, 1, 1}, {0, 1}});
  CHECK(fails_naming([&] { run(metric, far); }, {"squared distance between two paths is too large"}));
  auto near = compare({{2, 1, 1}, {1e-150, 2e-150}}, {{2, 1, 1}, {2e-150, 1e-150}});
  CHECK(run(metric, near).at("distance")[0] == 0);
}

TEST_CASE("paths that cannot be compared are refused") {
  auto covariances = compare({{4, 8200, 1}, std::vector<double>(32800)}, {{4, 8200, 1}, std::vector<double>(32800)});
  CHECK(fails_naming(
      [&] {
        run(make_metric("path_wasserstein", {{"method", "gaussian"}}), covariances);
      },
      {"8192 numbers for each path", "8200"}));
  const auto metric = make_metric("path_wasserstein");
  auto r = compare(paths("a"), paths("b"));
  r["replay.position"].shape = {120, 3, 2};
  CHECK(fails_naming([&] { run(metric, r); }, {"6 and 3"}));
  auto single = compare({{1, 6, 2}, std::vector<double>(12)}, paths("b"));
  CHECK(fails_naming([&] { run(metric, single); }, {"single awake path", "floor"}));
}
