// SPDX-License-Identifier: BSD-3-Clause
/// The wall rule of spatial_navigation on constructed cases.
#include <doctest/doctest.h>

#include <tasks/spatial_navigation/trajectory.hpp>

using trajectory::advance;
using trajectory::Animal;
using trajectory::pi;

namespace {

constexpr trajectory::Walk walk{2.2,  0.02, 1.0, 10.0,
                                0.03, 0.25, 0.0, {0, 0}};  // Rayleigh(1) pace is metres per second
constexpr double near = 1.1 - 0.02, far = 1.1 - 0.04;

struct Outcome {
  double length, heading;
};
Outcome step(double x, double y, double heading, double swerve = 0) {
  Animal animal{{x, y}, heading};
  advance(walk, 1.5, swerve, animal);
  const double dx = animal.position[0] - x, dy = animal.position[1] - y;
  CHECK(dx == doctest::Approx(std::hypot(dx, dy) * std::cos(heading)));  // the step goes along the old heading
  CHECK(dy == doctest::Approx(std::hypot(dx, dy) * std::sin(heading)));
  return {std::hypot(dx, dy), animal.heading};
}
constexpr double full = 1.5 * 0.02;

void check_parallel(Outcome outcome, double heading) {
  CHECK(outcome.length == doctest::Approx(0.25 * full));
  CHECK(std::cos(outcome.heading - heading) == doctest::Approx(1.0));
}
void check_free(Outcome outcome, double heading) {
  CHECK(outcome.length == doctest::Approx(full));
  CHECK(std::cos(outcome.heading - heading) == doctest::Approx(1.0));
}

}  // namespace

TEST_CASE("heading to a near wall slows down and turns parallel to it, to the side it was heading") {
  check_parallel(step(near, 0, 0.3), pi / 2);
  check_parallel(step(near, 0, -0.3), -pi / 2);
  check_parallel(step(near, 0, 1.5), pi / 2);
  check_parallel(step(0, near, pi / 2 + 0.2), pi);
  check_parallel(step(0, near, pi / 2 - 0.2), 0);
  check_parallel(step(-near, 0, pi - 0.1), pi / 2);
  check_parallel(step(-near, 0, -pi + 0.1), -pi / 2);
  check_parallel(step(0, -near, -pi / 2 + 0.4), 0);
  check_parallel(step(0, -near, -pi / 2 - 0.4), pi);
}

TEST_CASE("outside the box counts as near") {
  check_parallel(step(1.15, 0, 0.3), pi / 2);
  check_free(step(1.15, 0, pi - 0.3), pi - 0.3);
}

TEST_CASE("away from a near wall, and far from it, the walk is free") {
  check_free(step(near, 0, pi), pi);
  check_free(step(near, 0, 1.6), 1.6);
  check_free(step(far, 0, 0.3), 0.3);
  check_free(step(0, 0, 0.3), 0.3);
}

TEST_CASE("the random turn adds to the wall's") {
  check_parallel(step(near, 0, 0.3, 0.5), pi / 2 + 10.0 * 0.5 * 0.02);
  check_free(step(0, 0, 0.3, -1.0), 0.3 - 10.0 * 0.02);
}

TEST_CASE("in a corner the nearest wall counts") {
  check_parallel(step(near, near - 0.005, pi / 4), pi / 2);
  check_parallel(step(near - 0.005, near, pi / 4), 0);
}

TEST_CASE("the drift adds its share of the way to the anchor") {
  auto biased = walk;
  biased.drift = 0.05;
  biased.anchor = {0.2, -0.4};
  Animal animal{{0.6, 0.4}, 0.7};
  advance(biased, 0.0, 0.0, animal);
  CHECK(animal.position[0] == doctest::Approx(0.6 - 0.05 * 0.4));
  CHECK(animal.position[1] == doctest::Approx(0.4 - 0.05 * 0.8));
}
