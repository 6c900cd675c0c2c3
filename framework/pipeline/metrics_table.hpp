// SPDX-License-Identifier: BSD-3-Clause
/// All single numbers of a run as two tidy tables.
///
/// metrics.csv has one row per number: run, seed, condition, metric, value, units, n. `run` is the pipeline's name,
/// `seed` the value of the axis "seed", `condition` the other axes ("friction=0.5,strength=0.05"), `metric` is
/// STAGE.VARIABLE. `n` is the number of trials or samples behind the value, empty where the result does not say:
/// in this order the result's own NAME_n, NAME_count, the only one among PHASE_samples, PHASE_trials and PHASE_paths
/// when NAME begins with PHASE ("awake", "replay", "floor"), `samples`, `trials`, and the length of its dimension
/// "trial".
///
/// metrics_summary.csv has one row per condition and metric over the seeds: run, condition, metric, mean, sd, low,
/// high, units, seeds; sd with ddof 1, low and high the 95 % interval of the mean, Student's t (gather.hpp). One seed
/// has neither: these cells are empty.
#pragma once

#include <pipeline/gather.hpp>

namespace reverie::pipeline {

/// The result of one measure stage at its point.
struct MeasuredResult {
  std::string stage;
  Point point;
  store::Dataset numbers;
  std::size_t number = 0;  ///< of the stage in the plan
};

std::string metrics_table(const std::string& run, const std::vector<MeasuredResult>& results);

/// The point without the seed, as text.
std::string condition_of(const Point& point);

/// A single number of a measure stage, over the seeds of one condition.
struct NumberOverSeeds {
  std::string stage, variable, condition, unit, doc;
  Reduced reduced;
};
std::vector<NumberOverSeeds> over_seeds(const std::vector<MeasuredResult>& results);
std::string metrics_summary(const std::string& run, const std::vector<NumberOverSeeds>& numbers);

/// The number behind a variable, or nullopt.
std::optional<double> count_behind(const std::string& variable, const store::Dataset& result);

}  // namespace reverie::pipeline
