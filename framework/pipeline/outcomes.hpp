// SPDX-License-Identifier: BSD-3-Clause
/// What came of the stages of a run: entered as they end, linked in the pipeline's folder, and told to the log and to
/// whoever listens.
#pragma once

#include <pipeline/event_log.hpp>
#include <pipeline/run.hpp>

namespace reverie::pipeline {

class Outcomes {
 public:
  /// All stages are left out to begin with.
  Outcomes(const Plan& plan, const RunOptions& options, std::filesystem::path index, EventLog& log);

  const StageOutcome& of(std::size_t stage) const { return outcomes_[stage]; }
  std::vector<StageOutcome> take() { return std::move(outcomes_); }

  /// Stages of one fingerprint have ended. False: they failed, or a link could not be made, which fails them.
  bool finish(const std::vector<std::size_t>& stages, const Report& report, double seconds,
              const std::filesystem::path& log_file = "");
  /// Something they need failed or was skipped.
  void skip(const std::vector<std::size_t>& stages);
  /// Their result turned out to be damaged.
  void reopen(const std::vector<std::size_t>& stages);

 private:
  void announce(std::size_t stage);

  const Plan& plan_;
  const RunOptions& options_;
  std::filesystem::path index_;
  EventLog& log_;
  std::vector<StageOutcome> outcomes_;  ///< by stage
};

}  // namespace reverie::pipeline
