// SPDX-License-Identifier: BSD-3-Clause
/// Running a plan: stage by stage, each published whole or not at all, with an index of links, a log and a report.
///
///   <runs>/store/<fingerprint>/    results, shared by all pipelines
///   <runs>/<pipeline>/<stage>      -> ../store/<fingerprint>
///   <runs>/<pipeline>/report.html, log.jsonl
///
/// A failed stage takes those with it that need it; the others still run.
#pragma once

#include <analysis/report/report.hpp>
#include <pipeline/plan.hpp>
#include <pipeline/run_stage.hpp>

namespace reverie::pipeline {

enum class StageState { done, done_before, failed, skipped };
/// "done", "done before", "failed", "skipped".
std::string_view name_of(StageState state);

struct StageOutcome {
  std::string stage;
  StageState state = StageState::done;
  double seconds = 0;
  std::string message, remedy;  ///< of a failed or skipped stage
  ExitCode code = ExitCode::ok;
};

/// What a run tells while it goes; called on the calling thread.
struct RunEvents {
  std::function<void(const Stage&)> started;
  std::function<void(const Stage&, const Progress&)> progress;
  std::function<void(const Stage&, const StageOutcome&)> finished;
};

struct RunOptions {
  std::filesystem::path runs = "runs";
  RunEvents events;
  /// The exit code to leave with when the user has asked to stop; none: go on.
  std::function<std::optional<ExitCode>()> stop;
};

struct RunResult {
  std::vector<StageOutcome> stages;  ///< in the plan's order
  std::vector<analysis::ReportMetric> metrics;
  std::filesystem::path report;
  ExitCode code = ExitCode::ok;  ///< that of the first failure
};

/// Creates the folder and tries to write there; DataError otherwise.
void require_writable(const std::filesystem::path& folder);

/// Throws Interrupted when the user asks to stop (nothing half-done is left), DataError when `runs` cannot be written.
RunResult run(const Plan& plan, const RunOptions& options);

/// <runs>/<stem of the pipeline's file>.
std::filesystem::path index_folder(const std::filesystem::path& runs, const Plan& plan);

}  // namespace reverie::pipeline
