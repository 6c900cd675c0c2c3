// SPDX-License-Identifier: BSD-3-Clause
#include "../path_mixture.hpp"

/// Equilateral triangle A (0,0), B (1,0), C (½, √3/2), run from A counter-clockwise (A → B → C) or clockwise (A → C →
/// B).
struct TriangleLayout {
  static constexpr const char* doc = "Triangle: two sides of it, counter-clockwise or clockwise from the same corner.";
  static reverie::Table paths() {
    const double height = std::sqrt(3.0) / 2;
    return {{0, 0, 1, 0, 0.5, height, 0, 0, 0.5, height, 1, 0}, 2, 6};
  }
  static std::string direction(std::int64_t d) {
    return d == 0 ? "counter-clockwise" : d == 1 ? "clockwise" : "direction " + std::to_string(d);
  }
};
REVERIE_TASK("triangle", path_mixture::PathMixture<TriangleLayout>)
