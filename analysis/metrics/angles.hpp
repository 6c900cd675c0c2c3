// SPDX-License-Identifier: BSD-3-Clause
/// Coordinates that may be angles: a variable in "rad" or "degree" is one, and its differences are taken the short way
/// round.
#pragma once

#include "../angle_units.hpp"

#include <reverie/metric.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace angles {

/// a - b; of angles wrapped to half a turn.
inline double difference(double a, double b, double turn) { return turn > 0 ? std::remainder(a - b, turn) : a - b; }

/// |a_n - b_m| of two rows of `width` coordinates.
inline double distance(const double* a, const double* b, std::int64_t width, double turn) {
  double squares = 0;
  for (std::int64_t k = 0; k < width; ++k) {
    const double d = difference(a[k], b[k], turn);
    squares += d * d;
  }
  return std::sqrt(squares);
}

/// A path [steps, width] without jumps: angles count full turns from the first sample on.
inline std::vector<double> unwrapped(const double* path, std::int64_t steps, std::int64_t width, double turn) {
  std::vector<double> result(path, path + steps * width);
  for (std::int64_t k = width; turn > 0 && k < steps * width; ++k)
    result[static_cast<std::size_t>(k)] =
        result[static_cast<std::size_t>(k - width)] + difference(path[k], path[k - width], turn);
  return result;
}

/// Fails for angles, for metrics that take coordinates to lie in flat space. `instead` names what would do.
inline void refuse(const std::string& unit, const std::string& role, const std::string& instead) {
  if (turn_of(unit) > 0)
    throw reverie::invalid("recording '" + role + "' is of angles ('" + unit +
                           "'), which this metric cannot treat: " + instead);
}

}  // namespace angles
