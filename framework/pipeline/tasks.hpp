// SPDX-License-Identifier: BSD-3-Clause
/// The stages of a plan that a run shall bring about, those of one fingerprint together, and what they ask of the
/// machine.
#pragma once

#include <pipeline/run.hpp>
#include <pipeline/schedule.hpp>
#include <pipeline/stored_result.hpp>

namespace reverie::pipeline {

/// Stages of one fingerprint: computed once, by the first of them.
struct Task {
  std::vector<std::size_t> stages;
  bool anew = false;     ///< whether it is there or not
  bool damaged = false;  ///< its stored result was found so
  Finding unreadable;    ///< or may not be read
};

struct Tasks {
  std::vector<Task> list;             ///< in the plan's order
  std::vector<std::size_t> of_stage;  ///< by stage, of those asked for
};

/// Those that --only, --from and --force ask for. Error (usage) for names that no stage has.
Tasks make_tasks(const Plan& plan, const RunOptions& options);

/// One job per task in `open`, in that order; tasks that are not among them have what others need of them.
std::vector<Job> make_jobs(const Plan& plan, const Tasks& tasks, const std::vector<std::size_t>& open);

}  // namespace reverie::pipeline
