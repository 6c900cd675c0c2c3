// SPDX-License-Identifier: BSD-3-Clause
/// The most active cells of a population: the first step of decoding.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

/// Fills `cell` with the numbers of its size() most active cells, the most active first; of equally active ones the
/// first count. Activity that is not a number does not count; false where too few remain.
template <class T>
bool most_active(const T* activity, std::int64_t cells, std::vector<std::int64_t>& cell) {
  std::size_t found = 0;
  for (std::int64_t k = 0; k < cells; ++k) {
    if (std::isnan(activity[k]) || (found == cell.size() && !(activity[k] > activity[cell[found - 1]]))) continue;
    std::size_t at = found < cell.size() ? found++ : found - 1;
    for (; at > 0 && activity[k] > activity[cell[at - 1]]; --at) cell[at] = cell[at - 1];
    cell[at] = k;
  }
  return found == cell.size();
}
