// SPDX-License-Identifier: BSD-3-Clause
/// Which points of a trade-off no other point beats.
#pragma once

#include <vector>

namespace reverie::analysis {

struct FrontPoint {
  double x = 0, y = 0;  ///< both finite; higher is better
};

/// The Pareto front: of each point, whether no other one is at least as good in x and y and better in one of them.
/// Equal points stand on it together.
std::vector<bool> pareto_front(const std::vector<FrontPoint>& points);

}  // namespace reverie::analysis
