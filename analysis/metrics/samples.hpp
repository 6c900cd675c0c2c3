// SPDX-License-Identifier: BSD-3-Clause
/// The samples that densities are estimated from: decoded positions, or states on the principal axes of the awake ones.
#pragma once

#include "angles.hpp"
#include "principal_axes.hpp"

namespace samples {

enum class Space { position, principal };

/// The inputs of a metric that reads `awake` and perhaps `replay` in one of these spaces.
inline reverie_metric_input input(Space space, const char* role, bool optional, const char* doc) {
  const bool position = space == Space::position;
  const char *variable = position ? "position" : "state", *dims = position ? "trial time space" : "trial time unit";
  return optional ? reverie::optional_input(role, variable, dims, doc) : reverie::input(role, variable, dims, doc);
}

/// Principal axes need a pass of their own before anything can be projected on them.
inline std::uint32_t passes(Space space) { return space == Space::position ? 1 : 2; }

/// Gathers samples [trials * steps, dimensions] of input 0 (awake) and, where it is given, of input 1 (replay).
class Collector {
 public:
  Collector(Space space, std::int64_t components, const reverie::MetricJob& job, bool has_replay)
      : space_(space), components_(components), moments_(space == Space::principal ? job.shape(0)[2] : 0) {
    if (has_replay) trials::require_same_space(job, 0, 1, "awake", "replay");
    angles::refuse(has_replay ? trials::shared_unit(job, {0, 1}) : job.unit(0), "awake",
                   "polar_histogram counts angles");
    if (space == Space::principal && components > job.shape(0)[2])
      throw reverie::invalid("there are fewer units (" + std::to_string(job.shape(0)[2]) + ") than components (" +
                             std::to_string(components) + ")");
    dimensions_ = space == Space::position ? job.shape(0)[2] : components;
  }

  void add(const reverie::MetricJob& job, std::uint32_t pass, std::uint32_t input, std::int64_t first_trial,
           const trials::Chunk& x) {
    if (pass == 0) trials::require_finite(x, input == 0 ? "awake" : "replay", first_trial);
    const auto per_trial = x.extent(1) * x.extent(2);
    if (space_ == Space::position) {
      data[input].insert(data[input].end(), x.data, x.data + x.extent(0) * per_trial);
    } else if (pass == 0) {
      if (input == 0) moments_.add(job, x.data, x.extent(0) * x.extent(1));
    } else {
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        const auto coordinates = axes_.project(x.data + trial * per_trial, x.extent(1));
        data[input].insert(data[input].end(), coordinates.begin(), coordinates.end());
      }
    }
  }

  /// True when the samples are complete.
  bool finish(const reverie::MetricJob& job, std::uint32_t pass) {
    if (space_ == Space::position || pass == 1) return true;
    moments_.finish(job);
    axes_ = principal::axes_of(moments_, components_, "awake");
    return false;
  }

  std::size_t dimensions() const { return trials::index(dimensions_); }
  std::vector<double> data[2];  // awake, replay

 private:
  Space space_;
  std::int64_t components_, dimensions_;
  principal::Moments moments_;
  principal::Axes axes_;
};

}  // namespace samples
