// SPDX-License-Identifier: BSD-3-Clause
/// Directions of travel: where they end, their ideal paths, and which one a path took.
///
/// The direction of an awake trial is recorded (trial_direction). That of a replayed path is the one whose ideal mean
/// path g_d is nearest in L2,  argmin_d sum_n |x_n - g_d(n)|^2,  over the steps that both have. Where there are no
/// ideal paths it is the direction whose endpoint is nearest to the last sample.
#pragma once

#include "angles.hpp"
#include "trials.hpp"

#include <limits>

namespace directions {

class Landmarks {
 public:
  explicit Landmarks(std::int64_t width, double turn) : width_(width), turn_(turn) {}

  /// Endpoints that the user gives in place of the recorded ones: one row each.
  void set_endpoints(const reverie::Table& table, int parameter) {
    if (table.columns != width_)
      throw reverie::invalid("each endpoint needs " + std::to_string(width_) + " coordinates, as [[x, y], [x, y]]",
                             parameter);
    given_ = true;
    count_ = table.rows;
    endpoints_ = table.values;
  }
  /// [direction, space].
  void add_endpoints(const trials::Chunk& recorded) {
    if (given_) return;
    trials::require_finite(recorded, "endpoint");
    require_width(recorded.extent(1), "endpoint");
    count_ = recorded.extent(0);
    endpoints_.assign(recorded.data, recorded.data + count_ * width_);
  }
  /// [direction, time, space]. Ignored where the endpoints given are of another number of directions.
  void add_mean_paths(const trials::Chunk& recorded) {
    if (given_ && recorded.extent(0) != count_) return;
    trials::require_finite(recorded, "mean_path");
    require_width(recorded.extent(2), "mean_path");
    if (count_ == 0) count_ = recorded.extent(0);
    if (count_ != recorded.extent(0)) throw reverie::invalid("'endpoint' and 'mean_path' have different directions");
    steps_ = recorded.extent(1);
    mean_paths_.assign(recorded.data, recorded.data + count_ * steps_ * width_);
  }

  std::int64_t count() const { return count_; }
  bool has_endpoints() const { return !endpoints_.empty(); }
  const double* endpoint(std::int64_t direction) const { return &endpoints_[trials::index(direction * width_)]; }

  /// The direction of a path [steps, space].
  std::int64_t nearest(const double* path, std::int64_t steps) const {
    std::int64_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::int64_t d = 0; d < count_; ++d) {
      const double here = mean_paths_.empty()
                              ? angles::distance(path + (steps - 1) * width_, endpoint(d), width_, turn_)
                              : from_mean_path(path, steps, d);
      if (here < least) {
        least = here;
        best = d;
      }
    }
    return best;
  }

  /// A recorded direction as an index, checked. Where one endpoint was given, there is one direction.
  std::int64_t recorded(double value, std::int64_t trial) const {
    if (given_ && count_ == 1) return 0;
    if (!(value >= 0 && value < static_cast<double>(count_)) || value != std::floor(value))
      throw reverie::invalid("trial " + std::to_string(trial) + " has trial_direction " + std::to_string(value) +
                             ", and there are " + std::to_string(count_) + " directions (endpoints)");
    return static_cast<std::int64_t>(value);
  }

 private:
  double from_mean_path(const double* path, std::int64_t steps, std::int64_t d) const {
    double sum = 0;
    for (std::int64_t n = 0; n < std::min(steps, steps_); ++n) {
      const double distance =
          angles::distance(path + n * width_, &mean_paths_[trials::index((d * steps_ + n) * width_)], width_, turn_);
      sum += distance * distance;
    }
    return sum;
  }
  void require_width(std::int64_t width, const char* what) const {
    if (width != width_)
      throw reverie::invalid("'" + std::string(what) + "' has " + std::to_string(width) +
                             " coordinates, the paths have " + std::to_string(width_));
  }

  std::int64_t width_, count_ = 0, steps_ = 0;
  double turn_;
  bool given_ = false;
  std::vector<double> endpoints_, mean_paths_;  // [direction, space], [direction, step, space]
};

}  // namespace directions
