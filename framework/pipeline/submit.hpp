// SPDX-License-Identifier: BSD-3-Clause
/// Submitting a plan to Slurm: of its stages those that have no result and that no earlier submission will bring.
#pragma once

#include <functional>
#include <pipeline/slurm.hpp>
#include <pipeline/slurm_queue.hpp>

namespace reverie::pipeline {

struct SubmitOptions {
  std::filesystem::path runs = "runs";
  std::vector<std::string> only;                  ///< these stages and what they need; empty: all
  std::filesystem::path program, working_folder;  ///< absolute: the command, and where it runs
  std::vector<std::string> arguments;             ///< of `reverie run`, but --only
  int workers = 0;                                ///< child processes that check stored results
  /// Called a few times a second while results are checked, or others waited for; what it throws ends that.
  std::function<void()> meanwhile = [] {};
};

struct Submission {
  std::size_t done = 0, queued = 0;  ///< stages with a result, and in the hands of earlier jobs
  SlurmCommand command;
  std::vector<std::string> only;  ///< that the last job runs, with what they need; none: all
  std::vector<SlurmJob> jobs;
  std::vector<std::vector<std::string>> after;  ///< earlier jobs that each waits for, by number
  std::vector<SubmittedJob> earlier;            ///< that have not ended
};

/// What is to be submitted, when Slurm says `states` of the jobs that were submitted before. `largest_array`: tasks of
/// an array, at least 1.
Submission prepare_submission(const Plan& plan, const SubmitOptions& options, const SlurmStates& states,
                              std::size_t largest_array);

/// Writes scripts and lists, and submits them one after the other; `tell` is called after each with its number, and may
/// throw. A last job of an earlier submission that has not begun is cancelled: the new one waits for all. DataError
/// when Slurm refuses; what was submitted until then stands in jobs.json.
void submit_all(const Plan& plan, const SubmitOptions& options, const Submission& submission,
                const std::function<void(const SlurmJob&, const std::string& id)>& tell);

}  // namespace reverie::pipeline
