// SPDX-License-Identifier: BSD-3-Clause
/// What metrics over trials share: refusing samples that are missing and recordings that cannot be compared, averages
/// over trials and their standard errors, the time step.
#pragma once

#include "../angle_units.hpp"

#include <reverie/metric.hpp>

#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace trials {

using Chunk = reverie::View<const double>;

inline std::size_t index(std::int64_t k) { return static_cast<std::size_t>(k); }

/// Fails where a sample of chunk [trials, ...] is not finite, naming role, trial and step.
inline void require_finite(const Chunk& chunk, const char* role, std::int64_t first_trial) {
  std::int64_t per_trial = 1, per_step = 1;
  for (std::size_t dim = 1; dim < chunk.shape.size(); ++dim) per_trial *= chunk.extent(dim);
  for (std::size_t dim = 2; dim < chunk.shape.size(); ++dim) per_step *= chunk.extent(dim);
  for (std::int64_t k = 0; k < chunk.extent(0) * per_trial; ++k)
    if (!std::isfinite(chunk.data[k]))
      throw reverie::not_finite("recording '" + std::string(role) + "': trial " +
                                std::to_string(first_trial + k / per_trial) + ", step " +
                                std::to_string(k % per_trial / per_step) + " is missing or not finite");
}

/// Fails where an input given whole (times, landmarks) holds a value that is not finite.
inline void require_finite(const Chunk& whole, const char* what) {
  std::int64_t count = 1;
  for (const auto extent : whole.shape) count *= extent;
  for (std::int64_t k = 0; k < count; ++k)
    if (!std::isfinite(whole.data[k]))
      throw reverie::not_finite("entry " + std::to_string(k) + " of '" + what + "' is missing or not finite");
}

inline bool is_metre(const std::string& unit) {
  return unit == "m" || unit == "metre" || unit == "metres" || unit == "meter" || unit == "meters";
}

/// The same unit in any spelling.
inline bool is_same_unit(const std::string& a, const std::string& b) {
  return a == b || (is_metre(a) && is_metre(b)) || (angles::turn_of(a) > 0 && angles::turn_of(a) == angles::turn_of(b));
}

/// Two inputs in the same unit, where both are given and name one.
inline void require_same_unit(const reverie::MetricJob& job, std::size_t a, std::size_t b, const std::string& role_a,
                              const std::string& role_b) {
  if (!job.has(a) || !job.has(b)) return;
  const auto &unit_a = job.unit(a), &unit_b = job.unit(b);
  if (!unit_a.empty() && !unit_b.empty() && !is_same_unit(unit_a, unit_b))
    throw reverie::invalid("the units of " + role_a + " ('" + unit_a + "') and " + role_b + " ('" + unit_b +
                           "') disagree: convert one of them");
}

/// Two inputs [trial, time, space] with as many coordinates, in the same unit where both name one.
inline void require_same_space(const reverie::MetricJob& job, std::size_t a, std::size_t b, const std::string& role_a,
                               const std::string& role_b) {
  const auto of_a = job.shape(a)[2], of_b = job.shape(b)[2];
  if (of_a != of_b)
    throw reverie::invalid(role_a + " and " + role_b + " have different numbers of coordinates (" +
                           std::to_string(of_a) + " and " + std::to_string(of_b) + ")");
  require_same_unit(job, a, b, role_a, role_b);
}

/// The unit of inputs in one space: that of the first which names one.
inline std::string shared_unit(const reverie::MetricJob& job, std::initializer_list<std::uint32_t> inputs) {
  for (const auto input : inputs)
    if (job.has(input) && !job.unit(input).empty()) return job.unit(input);
  return "";
}

/// Fails for paths in another unit than m (in cm, pixels) where a parameter was left at its default, which is meant in
/// m. Angles, and paths without a unit, are let through.
inline void require_given_unless_metres(const std::string& unit, bool given, int parameter) {
  if (!given && !unit.empty() && unit != "1" && !is_metre(unit) && angles::turn_of(unit) == 0)
    throw reverie::invalid("its default is in m, and the paths are in '" + unit + "': give it", parameter);
}

/// Fails unless each row of a parameter's table is [low, high].
inline void require_extents(const reverie::Table& table, int parameter) {
  if (table.columns != 2) throw reverie::invalid("[low, high] is needed for each coordinate", parameter);
  for (std::int64_t row = 0; row < table.rows; ++row)
    if (!(table(row, 1) > table(row, 0))) throw reverie::invalid("low must be below high", parameter);
}

/// Fails unless input `a` has as many steps as input `b`.
inline void require_same_steps(const reverie::MetricJob& job, std::size_t a, std::size_t b, const std::string& role_a,
                               const std::string& role_b) {
  if (job.shape(a)[1] != job.shape(b)[1])
    throw reverie::invalid(role_a + " and " + role_b + " have different numbers of steps (" +
                           std::to_string(job.shape(a)[1]) + " and " + std::to_string(job.shape(b)[1]) + ")");
}

inline double mean(const std::vector<double>& per_trial) {
  if (per_trial.empty()) throw reverie::invalid("the recording has no trials");
  return std::accumulate(per_trial.begin(), per_trial.end(), 0.0) / static_cast<double>(per_trial.size());
}

/// Standard deviation (ddof 1); none of fewer than two values.
inline std::optional<double> deviation(const std::vector<double>& values) {
  if (values.size() < 2) return std::nullopt;
  const double m = mean(values);
  double squares = 0;
  for (const double v : values) squares += (v - m) * (v - m);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

/// Standard error of the mean; none of fewer than two values.
inline std::optional<double> standard_error(const std::vector<double>& values) {
  const auto sd = deviation(values);
  if (!sd) return std::nullopt;
  return *sd / std::sqrt(static_cast<double>(values.size()));
}

/// Emits an optional result, if there is one.
inline void emit_if(reverie::MetricJob& job, const char* name, const std::optional<double>& value) {
  if (value) job.emit(name, *value);
}

/// A recording's times [time] in seconds; its unit is one of time, and seconds where it names none.
inline std::vector<double> seconds(const Chunk& times, const std::string& unit) {
  require_finite(times, "time");
  double scale = 0;
  for (const char* name : {"", "s", "sec", "second", "seconds"})
    if (unit == name) scale = 1;
  for (const char* name : {"ms", "millisecond", "milliseconds"})
    if (unit == name) scale = 1e-3;
  for (const char* name : {"min", "minute", "minutes"})
    if (unit == name) scale = 60;
  if (scale == 0)
    throw reverie::invalid("the unit of 'time' is '" + unit + "'; 's', 'ms' or 'min' is needed: convert the times");
  std::vector<double> result(times.data, times.data + times.extent(0));
  for (double& t : result) t *= scale;
  return result;
}

/// The spacing of times in seconds; none of a single time. Times may be off by a quarter of it; uneven or
/// descending ones are refused.
inline std::optional<double> time_step(const std::vector<double>& times) {
  if (times.size() < 2) return std::nullopt;
  const double dt = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
  for (std::size_t n = 1; n < times.size(); ++n)
    if (!(std::abs(times[n] - (times.front() + static_cast<double>(n) * dt)) <= 0.25 * dt) || !(dt > 0))
      throw reverie::invalid("the times of the recording are not evenly spaced and ascending (step " +
                             std::to_string(n) + "): resample it");
  return dt;
}

}  // namespace trials
