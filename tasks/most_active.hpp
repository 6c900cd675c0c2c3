// SPDX-License-Identifier: BSD-3-Clause
/// The most active cells of a population: the first step of decoding.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

/// Fills `cell` with the numbers of its size() most active cells, the most active first; of equally active ones the
/// first count. Activity that is not a number does not count; false where too few remain.
///
/// Cells are dealt out to lanes. A lane whose maximum is below the size()-th largest of the lanes' maxima has none of
/// those looked for, so that few cells are compared one by one.
template <class T>
bool most_active(const T* activity, std::int64_t cells, std::vector<std::int64_t>& cell) {
  constexpr std::int64_t lanes = 16;
  constexpr T none = -std::numeric_limits<T>::infinity();
  const std::int64_t dealt = cells / lanes * lanes;
  T largest[lanes], left[lanes];
  for (T& value : largest) value = none;
  for (std::int64_t first = 0; first < dealt; first += lanes)
    for (std::int64_t k = 0; k < lanes; ++k)
      largest[k] = activity[first + k] > largest[k] ? activity[first + k] : largest[k];

  for (std::int64_t k = 0; k < lanes; ++k) left[k] = largest[k];
  T limit = none;
  for (std::size_t rank = 0; rank < cell.size() && (rank == 0 || limit > none); ++rank) {
    limit = none;
    for (const T value : left) limit = value > limit ? value : limit;
    for (T& value : left) value = value == limit ? none : value;  // equal ones together: the limit only gets lower
  }

  std::size_t found = 0;
  const auto before = [activity](std::int64_t a, std::int64_t b) {
    return activity[a] > activity[b] || (activity[a] == activity[b] && a < b);
  };
  const auto consider = [&](std::int64_t k) {
    if (!(activity[k] >= limit) || (found == cell.size() && !before(k, cell[found - 1]))) return;
    std::size_t at = found < cell.size() ? found++ : found - 1;
    for (; at > 0 && before(k, cell[at - 1]); --at) cell[at] = cell[at - 1];
    cell[at] = k;
  };
  for (std::int64_t lane = 0; lane < lanes; ++lane)
    for (auto k = lane; largest[lane] >= limit && k < dealt; k += lanes) consider(k);
  for (auto k = dealt; k < cells; ++k) consider(k);
  return found == cell.size();
}
