// SPDX-License-Identifier: BSD-3-Clause
/// Reading decoded or true positions out of recordings, as figures need them: the first two coordinates of space.
#pragma once

#include <analysis/figures/figure.hpp>

#include <cstdint>

namespace reverie::analysis {

/// The part of the plane a figure shows.
struct PlaneLimits {
  double x_min = 0, x_max = 1, y_min = 0, y_max = 1;
};

/// Positions of one recording, trial by trial: x and y are [trials, steps], row-major.
struct Positions {
  std::string label;
  std::string phase;  ///< "awake", "quiescent" or "" when the recording does not say
  std::string unit, time_unit;
  std::int64_t recorded_trials = 0, trials = 0, steps = 0;
  std::vector<double> time;  ///< [steps]; the number of the step when the recording has no time
  std::vector<float> x, y;
  bool bearings = false;  ///< one angle: (x, y) points there, as far out as the trial has passed (0 to 1)
  /// Of each trial, awake only: a quiescent one takes no direction from the trial whose start it shares. Empty where
  /// the recording has none, or one for all.
  std::vector<std::int64_t> direction;
};

/// The first `trials` trials (all, when there are fewer or trials < 0) of `variable`, which must be [trial, time,
/// space] with at least two coordinates, or an angle. DataError names the recording and what it has instead.
Positions read_positions(const FigureSource& source, const std::string& variable, std::int64_t trials);

/// At most `maximum` positions, taken evenly over all trials and steps, in order.
struct PositionSample {
  Positions positions;     ///< one "trial": x and y are [taken]
  std::int64_t total = 0;  ///< positions in the recording
  std::int64_t stride = 1, not_finite = 0;
  std::int64_t recorded_steps = 0;
};
PositionSample sample_positions(const FigureSource& source, const std::string& variable, std::int64_t maximum);

/// Options of figures in the plane: `limits` as written, or empty. Error (pipeline invalid) unless two increasing
/// pairs.
std::vector<PlaneLimits> limits_option(const plugin::json& options);
plugin::ParameterSpec limits_parameter(const std::string& doc);
plugin::ParameterSpec variable_parameter();

/// The smallest rectangle that holds every finite position.
PlaneLimits extent_of(const Positions& positions);
/// The smallest square around all extents, with a margin of 5 % on each side.
PlaneLimits enclosing_square(const std::vector<PlaneLimits>& extents);

/// "#2ca7c5" awake, "#ee3233" quiescent, grey when the recording does not say.
std::string phase_colour(const std::string& phase);

/// "awake, 100 steps of 0.02 s": what a caption says of a recording.
std::string describe_recording(const Positions& positions, std::int64_t steps);

}  // namespace reverie::analysis
