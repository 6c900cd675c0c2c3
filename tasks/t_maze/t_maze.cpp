// SPDX-License-Identifier: BSD-3-Clause
#include "../path_mixture.hpp"

/// T-maze: up the stem (0,0) → (0,1), then left to (−1,1) or right to (1,1), with equal probability.
struct TMazeLayout {
  static constexpr const char* doc =
      "T-maze: up the stem, then left or right; the animal reaches the end of the arm and stays.";
  static reverie::Table paths() { return {{0, 0, 0, 1, -1, 1, 0, 0, 0, 1, 1, 1}, 2, 6}; }
  static std::string direction(std::int64_t d) {
    return d == 0 ? "left" : d == 1 ? "right" : "direction " + std::to_string(d);
  }
};
REVERIE_TASK("t_maze", path_mixture::PathMixture<TMazeLayout>)
