// SPDX-License-Identifier: BSD-3-Clause
/// A plan as jobs of Slurm: arrays of tasks that each run some stages (`reverie run --worker --only LABEL ...`), in an
/// order of levels, and a last job that runs what is left and writes the report.
///
///   <runs>/<pipeline>/slurm/<n>/<job>.sh      a job's script; <n> counts submissions
///   <runs>/<pipeline>/slurm/<n>/<job>.list    what its tasks run: line k + 1 has the labels of task k
///   <runs>/<pipeline>/slurm/<n>/<job>-<k>.log what task k wrote
///   <runs>/<pipeline>/slurm/jobs.json         jobs that were submitted (slurm_queue.hpp)
///
/// An array begins when those that make its inputs have ended, however they ended: what failed takes along nothing but
/// the stages that need it.
#pragma once

#include <pipeline/plan.hpp>

namespace reverie::pipeline {

struct SlurmJob {
  std::string name;  ///< "1-train"; of its files
  std::vector<std::vector<std::size_t>>
      tasks;                       ///< stages of the plan, by index in the array; the last job has one task
  std::vector<std::size_t> after;  ///< jobs of this list that end first
  bool last = false;               ///< runs all that is left, and writes the report
};

/// Jobs that run the stages `missing` of the plan, numbers in its order, of different fingerprints: arrays and the last
/// job, or the last job alone. `largest_array`: tasks of an array. Gathers, figures and what reads them belong to the
/// last job.
std::vector<SlurmJob> make_slurm_jobs(const Plan& plan, const std::vector<std::size_t>& missing,
                                      std::size_t largest_array);

/// What all scripts of a submission say alike.
struct SlurmCommand {
  std::filesystem::path program, working_folder;  ///< absolute
  std::filesystem::path folder;                   ///< of scripts and lists: <runs>/<pipeline>/slurm/<n>
  std::vector<std::string> arguments;             ///< of `reverie run`: the file, --set, --runs, --plugin
  std::vector<std::string> only;                  ///< more of them, for the last job: --only
};

/// A script for sbatch. Error (usage) for a path that no script can name.
std::string slurm_script(const Plan& plan, const SlurmJob& job, const SlurmCommand& command);
/// Its list; "" for the last job, which needs none.
std::string slurm_list(const Plan& plan, const SlurmJob& job);

}  // namespace reverie::pipeline
