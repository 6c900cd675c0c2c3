// SPDX-License-Identifier: BSD-3-Clause
/// How long a run will still take, judged by what it did so far.
#pragma once

#include <optional>
#include <pipeline/status.hpp>

namespace reverie::pipeline {

struct TimeLeft {
  double seconds = 0;
  bool at_least = false;  ///< stages of some kind have not run yet, and do not count
};

/// Of one stage at work: what it did since its first word of progress goes on at that pace. None: no pace yet.
std::optional<double> time_left(const StageStatus& stage);

/// Of a run at work: stages that have not begun take as long as others of their table, or else of their kind, took in
/// this run; as many run side by side as do now. None: nothing can be said yet, or it does not run.
std::optional<TimeLeft> time_left(const RunStatus& status, const RecordedPlan& plan);

/// "about 40 s", "at least 5 min", "about 2.5 h".
std::string text_of(const TimeLeft& left);

}  // namespace reverie::pipeline
