// SPDX-License-Identifier: BSD-3-Clause
/// The animal's walk: random speed and turns, and a rule that keeps it in the box.
///
/// Step n, from position p, heading h (rad), with speed v ~ Rayleigh(b) [m/s] and turn w ~ N(0, turn_sd) [rad/s]:
///
///   near a wall and heading to it:  v *= wall_slowing,  wall turn t = sign(a) (pi/2 - |a|);  otherwise t = 0
///   p' = p + v dt (cos h, sin h) + drift (anchor - p)         the last term only where biased
///   h' = h + w dt + t
///
/// a is the heading minus the direction of the nearest wall (that of its outward normal), wrapped to +-pi; "heading to
/// it" is |a| < pi/2 and "near" is nearer than `wall_distance` (outside the box counts as near). So the slow step still
/// goes along the old heading, and the turn, which makes the heading parallel to the wall up to the random turn, acts
/// from the next step on. This is the order of the generator of Sorscher et al. (2019), which P1's code follows.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace trajectory {

inline constexpr double pi = std::numbers::pi;

struct Walk {
  double box, dt, speed, turn, wall_distance, wall_slowing;
  double drift;  ///< per step; 0: unbiased
  std::array<double, 2> anchor;
};

struct Animal {
  std::array<double, 2> position;
  double heading;
};

inline double wrapped(double angle) { return angle - 2 * pi * std::round(angle / (2 * pi)); }

/// One step with Rayleigh(1) `pace` and standard normal `swerve`.
inline void advance(const Walk& walk, double pace, double swerve, Animal& animal) {
  const auto [x, y] = animal.position;
  const double half = walk.box / 2;
  const double distance[] = {half - x, half - y, half + x, half + y};  // walls at 0, pi/2, pi, -pi/2
  const auto wall = std::min_element(std::begin(distance), std::end(distance)) - std::begin(distance);
  const double toward = wrapped(animal.heading - static_cast<double>(wall) * pi / 2);

  double length = walk.speed * pace * walk.dt, wall_turn = 0;
  if (distance[wall] < walk.wall_distance && std::abs(toward) < pi / 2) {
    length *= walk.wall_slowing;
    const double sign = toward > 0 ? 1 : (toward < 0 ? -1 : 0);
    wall_turn = sign * (pi / 2 - std::abs(toward));
  }
  animal.position = {x + length * std::cos(animal.heading) + walk.drift * (walk.anchor[0] - x),
                     y + length * std::sin(animal.heading) + walk.drift * (walk.anchor[1] - y)};
  animal.heading = wrapped(animal.heading + walk.turn * swerve * walk.dt + wall_turn);
}

}  // namespace trajectory
