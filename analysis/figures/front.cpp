// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/front.hpp>

#include <algorithm>

namespace reverie::analysis {

std::vector<bool> pareto_front(const std::vector<FrontPoint>& points) {
  std::vector<bool> front;
  for (const FrontPoint& point : points)
    front.push_back(std::none_of(points.begin(), points.end(), [&](const FrontPoint& other) {
      return other.x >= point.x && other.y >= point.y && (other.x > point.x || other.y > point.y);
    }));
  return front;
}

}  // namespace reverie::analysis
