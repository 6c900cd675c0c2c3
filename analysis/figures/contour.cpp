// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/contour.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

namespace reverie::analysis {
namespace {

/// Crossings of the level with the grid's edges. Edge 2k runs from grid point k to the right, 2k + 1 upwards.
struct Crossings {
  std::span<const double> x, y, values;
  double level;

  std::pair<double, double> point(std::size_t edge) const {
    const std::size_t from = edge / 2, columns = x.size();
    const std::size_t to = edge % 2 == 0 ? from + 1 : from + columns;
    const double share = (level - values[from]) / (values[to] - values[from]);
    const auto mix = [share](double a, double b) { return a + share * (b - a); };
    return {mix(x[from % columns], x[to % columns]), mix(y[from / columns], y[to / columns])};
  }
};

}  // namespace

std::vector<Polyline> contour_lines(std::span<const double> x, std::span<const double> y,
                                    std::span<const double> values, double level) {
  const Crossings crossings{x, y, values, level};
  const std::size_t columns = x.size();
  std::map<std::size_t, std::vector<std::size_t>> neighbours;  // of a crossing: one at the grid's edge, else two
  const auto join = [&](std::size_t a, std::size_t b) {
    neighbours[a].push_back(b);
    neighbours[b].push_back(a);
  };
  for (std::size_t j = 0; j + 1 < y.size(); ++j) {
    for (std::size_t i = 0; i + 1 < columns; ++i) {
      const std::size_t at = j * columns + i;
      const std::array<std::size_t, 4> corners = {at, at + 1, at + columns + 1, at + columns};
      const std::array<std::size_t, 4> edges = {2 * at, 2 * (at + 1) + 1, 2 * (at + columns), 2 * at + 1};
      std::vector<std::size_t> crossed;
      double centre = 0;
      for (std::size_t k = 0; k < 4; ++k) {
        centre += values[corners[k]] / 4;
        if ((values[corners[k]] > level) != (values[corners[(k + 1) % 4]] > level)) crossed.push_back(edges[k]);
      }
      if (crossed.size() == 2) join(crossed[0], crossed[1]);
      if (crossed.size() == 4) {
        // The lower left corner is cut off where it differs from the centre.
        const bool cut = (values[at] > level) != (centre > level);
        join(crossed[0], crossed[cut ? 3 : 1]);
        join(crossed[2], crossed[cut ? 1 : 3]);
      }
    }
  }
  std::vector<Polyline> lines;
  const auto walk = [&](std::size_t start) {
    Polyline line = {crossings.point(start)};
    for (std::size_t here = start; !neighbours[here].empty();) {
      const std::size_t next = neighbours[here].back();
      neighbours[here].pop_back();
      auto& back = neighbours[next];
      back.erase(std::find(back.begin(), back.end(), here));
      line.push_back(crossings.point(next));
      here = next;
    }
    if (line.size() > 1) lines.push_back(std::move(line));
  };
  for (const bool open : {true, false})
    for (auto& [edge, others] : neighbours)
      if (others.size() == 1 || (!open && !others.empty())) walk(edge);
  return lines;
}

}  // namespace reverie::analysis
