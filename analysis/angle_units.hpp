// SPDX-License-Identifier: BSD-3-Clause
/// Units of angles, as recordings name them.
#pragma once

#include <numbers>
#include <string>

namespace angles {

/// One turn in this unit; 0 for a unit that is not one of angles.
inline double turn_of(const std::string& unit) {
  if (unit == "rad" || unit == "radian" || unit == "radians") return 2 * std::numbers::pi;
  if (unit == "deg" || unit == "degree" || unit == "degrees") return 360;
  return 0;
}

}  // namespace angles
