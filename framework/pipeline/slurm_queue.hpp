// SPDX-License-Identifier: BSD-3-Clause
/// Jobs that were submitted to Slurm, and what became of them: <runs>/<pipeline>/slurm/jobs.json, sbatch, squeue,
/// sacct.
///
/// Slurm's programs are run as they are found in PATH. DataError with their words when one is missing, finds no
/// controller or refuses.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace reverie::pipeline {

/// A job as jobs.json has it.
struct SubmittedJob {
  std::string id, name;                         ///< "1042", "1/2-simulate"
  std::vector<std::vector<std::string>> tasks;  ///< by array index: the first 16 digits of its stages' fingerprints
  bool last = false;                            ///< no array: its one task runs what is left
  std::vector<std::string> only = {};           ///< the last job's: of these stages; none: of all
};

/// <runs>/<pipeline>/slurm.
std::filesystem::path slurm_folder(const std::filesystem::path& index);
/// None where nothing was submitted. DataError for a damaged file.
std::vector<SubmittedJob> read_submitted(const std::filesystem::path& index);
void write_submitted(const std::filesystem::path& index, const std::vector<SubmittedJob>& jobs);

enum class SlurmState { pending, running, done, failed };
/// Tasks that Slurm knows of, by job and index in the array (0 for a job that is none). It forgets those that ended
/// minutes ago.
using SlurmStates = std::map<std::pair<std::string, std::size_t>, SlurmState>;
SlurmStates ask_squeue();
/// Of these jobs, also long after their end; empty where the cluster keeps no accounts.
SlurmStates ask_sacct(const std::vector<SubmittedJob>& jobs);

bool is_live(const SlurmStates& states, const SubmittedJob& job, std::size_t task);
bool is_live(const SlurmStates& states, const SubmittedJob& job);

/// How many tasks an array may have on this cluster.
std::size_t largest_array();

/// Submits a script that shall wait for the end of these jobs; returns its number.
std::string submit(const std::filesystem::path& script, const std::vector<std::string>& after);

/// Cancels a job unless it has begun. That it cannot be done is no error.
void cancel_pending(const std::string& id);

struct SlurmCounts {
  std::size_t pending = 0, running = 0, failed = 0, tasks = 0;
};
/// Of all tasks in jobs.json; nullopt where nothing was submitted.
std::optional<SlurmCounts> count_tasks(const std::filesystem::path& index);

}  // namespace reverie::pipeline
