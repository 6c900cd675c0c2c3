// SPDX-License-Identifier: BSD-3-Clause
/// The most active cells of a population: the first step of decoding.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

inline constexpr std::int64_t lanes_at_once = 16;

/// Is any of `lanes_at_once` values above the limit? (Not a number is not.) A loop that compilers vectorise.
template <class T>
bool any_above(const T* values, T limit) {
  int above = 0;
  for (std::int64_t k = 0; k < lanes_at_once; ++k) above |= values[k] > limit ? 1 : 0;
  return above != 0;
}

/// Fills `cell` with the numbers of its size() most active cells, the most active first; of equally active ones the
/// first count. Activity that is not a number does not count; false where too few remain.
template <class T>
bool most_active(const T* activity, std::int64_t cells, std::vector<std::int64_t>& cell) {
  std::size_t found = 0;
  for (std::int64_t first = 0; first < cells; first += lanes_at_once) {
    const std::int64_t end = std::min(first + lanes_at_once, cells);
    // Once enough are found, most of the others are passed over many at a time.
    if (found == cell.size() && end - first == lanes_at_once && !any_above(activity + first, activity[cell[found - 1]]))
      continue;
    for (std::int64_t k = first; k < end; ++k) {
      if (std::isnan(activity[k]) || (found == cell.size() && !(activity[k] > activity[cell[found - 1]]))) continue;
      std::size_t at = found < cell.size() ? found++ : found - 1;
      for (; at > 0 && activity[k] > activity[cell[at - 1]]; --at) cell[at] = cell[at - 1];
      cell[at] = k;
    }
  }
  return found == cell.size();
}
