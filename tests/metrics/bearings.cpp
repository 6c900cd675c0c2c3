// SPDX-License-Identifier: BSD-3-Clause
/// polar_histogram and angular_velocity.
#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace reverie;
using std::numbers::pi;
using test::fails_naming;
using test::make_metric;
using test::normals;
using test::Recordings;
using test::run;

TEST_CASE("a ring has equal sectors whose areas are their shares") {
  Recordings ring;
  auto& p = ring["recording.position"];
  p = {{4, 100, 2}, {}, "m"};
  for (int n = 0; n < 400; ++n) {
    const double angle = 2 * pi * (n + 0.5) / 400;
    p.values.insert(p.values.end(), {0.7 * std::cos(angle), 0.7 * std::sin(angle)});
  }
  const auto results = run(make_metric("polar_histogram"), ring);
  CHECK(results.at("counts") == std::vector<double>(20, 20.0));
  for (const double radius : results.at("radius")) CHECK(radius == doctest::Approx(std::sqrt(1 / (20 * pi))));
  CHECK(results.at("bearing")[0] == doctest::Approx(-pi + pi / 20));
  CHECK(results.at("bearing")[19] == doctest::Approx(pi - pi / 20));
  CHECK(results.at("samples")[0] == 400);
}

TEST_CASE("angles fall into their sector, however many turns they have made") {
  Recordings r;
  r["recording.position"] = {{1, 4, 1}, {0.1, 0.1 + 2 * pi, 0.1 - 6 * pi, -3.0}, "rad"};
  const auto results = run(make_metric("polar_histogram", {{"bins", 4}}), r);
  CHECK(results.at("counts") == std::vector<double>{1, 0, 3, 0});
  r["recording.position"] = {{1, 2, 1}, {10, 370}, "degree"};
  CHECK(run(make_metric("polar_histogram", {{"bins", 4}}), r).at("counts") == std::vector<double>{0, 0, 2, 0});
}

TEST_CASE("a steady turn is the angular velocity, across the seam too") {
  Recordings r;
  auto& p = r["recording.position"];
  p = {{2, 50, 1}, {}, "rad"};
  for (const double w : {0.4, -0.2})
    for (int n = 0; n < 50; ++n) p.values.push_back(std::remainder(3 + w * n, 2 * pi));
  r["recording.time"] = {{50}, {}, "s"};
  for (int n = 0; n < 50; ++n) r["recording.time"].values.push_back(0.02 * n);
  const auto results = run(make_metric("angular_velocity"), r);
  CHECK(results.at("mean")[0] == doctest::Approx(0.1));
  CHECK(results.at("per_trial")[0] == doctest::Approx(0.4));
  CHECK(results.at("per_trial")[1] == doctest::Approx(-0.2));
  CHECK(results.at("mean_se")[0] == doctest::Approx(0.3));
  CHECK(results.at("sd")[0] == doctest::Approx(0.3 * std::sqrt(98.0 / 97)));
  CHECK(results.at("dt")[0] == doctest::Approx(0.02));
}

TEST_CASE("differences up to the share of a turn that wrap names are left as they are") {
  Recordings r;
  r["recording.position"] = {{1, 4, 1}, {-0.6 * pi, 0.6 * pi, -0.9 * pi, 0.9 * pi}, "rad"};  // 1.2, -1.5, 1.8 pi
  CHECK(run(make_metric("angular_velocity"), r).at("mean")[0] == doctest::Approx((-0.8 + 0.5 - 0.2) * pi / 3));
  r["recording.position"].values[2] = -0.8 * pi;  // 1.2, -1.4, 1.7 pi
  CHECK(run(make_metric("angular_velocity", {{"wrap", 0.75}}), r).at("mean")[0] ==
        doctest::Approx((1.2 - 1.4 - 0.3) * pi / 3));
}

TEST_CASE("independent turns have their spread as standard error") {
  auto steps = normals(5, {200, 101, 1}, 0.02, 0.3);
  Recordings r;
  auto& p = r["recording.position"];
  p = steps;
  p.unit = "rad";
  for (std::size_t k = 0; k < p.values.size(); ++k)
    if (k % 101 != 0) p.values[k] = std::remainder(p.values[k] + p.values[k - 1], 2 * pi);
  const auto results = run(make_metric("angular_velocity"), r);
  CHECK(results.at("sd")[0] == doctest::Approx(0.3).epsilon(0.03));
  CHECK(results.at("mean_se")[0] == doctest::Approx(0.3 / std::sqrt(20000.0)).epsilon(0.2).scale(0));
  CHECK(std::abs(results.at("mean")[0] - 0.02) < 4 * results.at("mean_se")[0]);
}

TEST_CASE("what is no bearing is refused") {
  Recordings r;
  r["recording.position"] = {{1, 4, 2}, std::vector<double>(8, 0.5), "rad"};
  CHECK(fails_naming([&] { run(make_metric("polar_histogram"), r); }, {"2 coordinates", "rad"}));
  CHECK(fails_naming([&] { run(make_metric("angular_velocity"), r); }, {"2 in 'rad'"}));
  r["recording.position"].unit = "m";
  CHECK(fails_naming([&] { run(make_metric("angular_velocity"), r); }, {"2 in 'm'"}));
}
