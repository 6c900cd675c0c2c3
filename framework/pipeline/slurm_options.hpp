// SPDX-License-Identifier: BSD-3-Clause
/// The table [slurm] of a pipeline: what `reverie submit --slurm` asks of a cluster. No result depends on it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace reverie::pipeline {

struct SlurmOptions {
  std::string partition, account, qos, time, memory;    ///< as sbatch takes them; "": the cluster's default
  std::int64_t cpus = 1;                                ///< of a task, or of each of its ranks
  std::int64_t ranks = 1;                               ///< processes of a training or simulation, under srun
  std::string mpi;                                      ///< how ranks find each other: of srun --mpi
  std::int64_t array_limit = 0;                         ///< tasks of an array; 0: what the cluster takes
  std::int64_t at_once = 0;                             ///< tasks of an array that may run at a time; 0: all
  std::int64_t requeue = 0;                             ///< how often a task may start again
  std::map<std::string, std::int64_t> stages_per_task;  ///< by kind of stage
  std::vector<std::string> modules, setup, extra;
};

/// `memory` in bytes; 0 when it is not given.
std::uint64_t bytes_of_memory(const SlurmOptions& options);

}  // namespace reverie::pipeline
