// SPDX-License-Identifier: BSD-3-Clause
/// Running a plan: stages side by side, each in a child process and published whole or not at all, with an index of
/// links, a log and a report.
///
///   <runs>/store/<fingerprint>/        results, shared by all pipelines (store/publication.hpp)
///   <runs>/<pipeline>/<stage>          -> ../store/<fingerprint>; <stage>/<point> in a sweep
///   <runs>/<pipeline>/logs/<stage>.log what a stage's process wrote, where it wrote something
///   <runs>/<pipeline>/report.html, log.jsonl, plan.json
///   <runs>/<pipeline>/log-<process>.jsonl of a worker
///
/// Stored results are checked byte by byte before they are used; damaged ones are set aside and made anew. A failed
/// stage takes those with it that need it; the others still run. Several runs may share a store: what one of them works
/// on the others wait for.
#pragma once

#include <analysis/report/report.hpp>
#include <pipeline/claims.hpp>
#include <pipeline/index.hpp>
#include <pipeline/metrics_table.hpp>
#include <pipeline/outcome.hpp>
#include <pipeline/plan.hpp>
#include <pipeline/run_stage.hpp>

namespace reverie::pipeline {

/// What a run tells while it goes; called on the calling thread.
struct RunEvents {
  std::function<void(std::size_t results)> checking;  ///< stored results are being checked
  std::function<void(const Stage&)> started;
  std::function<void(const Stage&)> waiting;  ///< another run works on it
  std::function<void(const Stage&, const Progress&)> progress;
  std::function<void(const Stage&, const StageOutcome&)> finished;
  std::function<void(const std::string&)> warning;
  /// A line that a plugin logs in a child (REVERIE_LOG_...).
  std::function<void(const Stage&, int level, const std::string&)> message;
  std::function<void()> tick;  ///< a few times a second
};

struct RunOptions {
  std::filesystem::path runs = "runs";
  RunEvents events;
  /// The exit code to leave with when the user has asked to stop; none: go on. Asked a few times a second.
  std::function<std::optional<ExitCode>()> stop;
  /// Budget of all children together: numeric::thread_count() threads, and so many bytes (0: no limit).
  std::uint64_t memory = 0;
  double checkpoint_seconds = 60;  ///< between checkpoints of a training; 0: only when the run is stopped
  double page_seconds = 10;        ///< between versions of report.html; 0: only at the end
  bool fail_fast = false;          ///< after a failure start nothing more, and end what runs
  bool strict = false;             ///< a claim that does not hold is a failure (check_failed)
  bool in_process = false;         ///< one stage after the other, in this process
  /// That help with trainings and simulations (ranks.hpp), only in_process; this is rank 0.
  numeric::Communicator* ranks = nullptr;
  /// One of many that share the folder of results, here and on other machines: takes what is free, writes a log of its
  /// own, checks stored results only where a stage of its own reads them, and leaves report and claims to a run that is
  /// no worker. Nothing is computed anew: `from` and `force` are empty.
  bool worker = false;
  // Names of tables or labels of stages. Error (usage) for one that does not exist.
  std::vector<std::string> only;   ///< these and what they need; empty: all
  std::vector<std::string> from;   ///< compute these and all that come after them anew
  std::vector<std::string> force;  ///< compute these anew
};

struct RunResult {
  std::vector<StageOutcome> stages;  ///< in the plan's order
  std::vector<analysis::ReportMetric> metrics;
  std::vector<NumberOverSeeds> over_seeds;  ///< the same numbers, seeds of a condition together
  std::vector<ClaimResult> claims;
  std::filesystem::path report;  ///< empty where none could be written; none of a worker, nor numbers and claims
  ExitCode code = ExitCode::ok;  ///< that of the first failure
};

/// Creates the folder and tries to write there; DataError otherwise.
void require_writable(const std::filesystem::path& folder);

/// Throws Interrupted when the user asks to stop (trainings go on from there next time), DataError when `runs` cannot
/// be written.
RunResult run(const Plan& plan, const RunOptions& options);

}  // namespace reverie::pipeline
