// SPDX-License-Identifier: BSD-3-Clause
/// How far a run is, or came, by what it left in the pipeline's folder: plan.json and the logs.
#pragma once

#include <pipeline/event_log.hpp>
#include <pipeline/index.hpp>

namespace reverie::pipeline {

struct StageStatus {
  std::string stage;
  std::string state;         ///< "done", "running", "waiting", "failed", ...; "open": not begun; "left out": by --only
  std::string message = {};  ///< of one that failed
  std::int64_t done = 0, total = 0;
  std::string of = {};                          ///< "batches", "trials"
  double loss = 0, seconds = 0;                 ///< of a training at work; that an ended one took
  std::string started = {};                     ///< time
  std::int64_t first_done = 0;                  ///< by the first word of progress, which came at ...
  std::string first_word = {}, last_word = {};  ///< ... and the last one
};
struct RunStatus {
  std::string pipeline, started, last;  ///< times of the run's first and last line
  std::string state;                    ///< "running", "finished", "interrupted", "ended without a word", "not begun"
  int exit_code = -1;                   ///< of a finished one
  int runs = 1;                         ///< how many are running, if several
  std::vector<StageStatus> stages;      ///< in the plan's order
  std::vector<std::string> warnings;
};

/// Seconds after which a run of which only its words are known counts as over. It gives a sign of life every minute.
inline constexpr double longest_silence = 150;

/// Of the run that was begun last; while several run, what they reached together: a stage that one of them waits for
/// is as far as the other has it. DataError when the folder holds no run. Whether a run still runs is known on the
/// machine it runs on. `logs`: those that are read.
RunStatus read_status(const std::filesystem::path& index, const std::vector<std::filesystem::path>& logs);
inline RunStatus read_status(const std::filesystem::path& index) { return read_status(index, logs_of(index)); }

}  // namespace reverie::pipeline
