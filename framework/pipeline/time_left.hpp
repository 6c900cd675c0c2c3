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

/// A stage of a run, as far as its time is concerned.
struct StageTime {
  std::string table, kind;
  enum State { open, running, ended, not_run } state = open;  ///< not_run: done before, skipped, ...
  double took = 0;                                            ///< so far
  std::optional<double> left = {};                            ///< of a running one, where it can be told
};

/// Stages that have not begun take as long as others of their table, or else of their kind, take in this run; as many
/// run side by side as do now. None: nothing can be said yet.
std::optional<TimeLeft> time_left(const std::vector<StageTime>& stages);
/// Of a run by its log; none also when it does not run.
std::optional<TimeLeft> time_left(const RunStatus& status, const RecordedPlan& plan);
/// Of one stage at work: what it did since its first word of progress goes on at that pace. None: no pace yet.
std::optional<double> time_left(const StageStatus& stage);

/// "about 40 s", "at least 5 min", "about 2.5 h".
std::string text_of(const TimeLeft& left);

}  // namespace reverie::pipeline
