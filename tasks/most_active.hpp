// SPDX-License-Identifier: BSD-3-Clause
/// The most active cells of a population: the first step of decoding.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace most_active_detail {

inline constexpr std::int64_t lanes = 16, block = 64;

/// A value that no fewer than `count` activities reach: the count-th largest of the maxima of every 16th cell.
template <class T>
T reached_by(std::size_t count, const T* activity, std::int64_t cells) {
  constexpr T none = -std::numeric_limits<T>::infinity();
  if (count > lanes) return none;
  T largest[lanes];
  std::fill(largest, largest + lanes, none);
  for (std::int64_t first = 0; first + lanes <= cells; first += lanes)
    for (std::int64_t k = 0; k < lanes; ++k)
      largest[k] = activity[first + k] > largest[k] ? activity[first + k] : largest[k];
  std::nth_element(largest, largest + count - 1, largest + lanes, std::greater<T>());
  return largest[count - 1];
}

template <class T>
bool any_reaches(const T* activity, T limit) {
  int any = 0;
  for (std::int64_t k = 0; k < block; ++k) any |= activity[k] >= limit ? 1 : 0;
  return any != 0;
}

}  // namespace most_active_detail

/// Fills `cell` with the numbers of its size() most active cells, the most active first; of equally active ones the
/// first count. Activity that is not a number does not count; false where too few remain.
template <class T>
bool most_active(const T* activity, std::int64_t cells, std::vector<std::int64_t>& cell) {
  using most_active_detail::block;
  const T limit = most_active_detail::reached_by(cell.size(), activity, cells);
  std::size_t found = 0;
  for (std::int64_t first = 0; first < cells; first += block) {
    const std::int64_t end = std::min(first + block, cells);
    if (end - first == block && !most_active_detail::any_reaches(activity + first, limit)) continue;
    for (std::int64_t k = first; k < end; ++k) {
      if (!(activity[k] >= limit) || (found == cell.size() && !(activity[k] > activity[cell[found - 1]]))) continue;
      std::size_t at = found < cell.size() ? found++ : found - 1;
      for (; at > 0 && activity[k] > activity[cell[at - 1]]; --at) cell[at] = cell[at - 1];
      cell[at] = k;
    }
  }
  return found == cell.size();
}
