// SPDX-License-Identifier: BSD-3-Clause
/// What came of a stage.
#pragma once

#include <base/error.hpp>
#include <filesystem>

namespace reverie::pipeline {

enum class StageState {
  done,
  done_before,
  failed,
  skipped,   ///< something it needs failed
  stopped,   ///< ended because the run ends: it goes on next time
  left_out,  ///< not asked for (--only)
};
/// "done", "done before", "failed", "skipped", "stopped", "left out".
std::string_view name_of(StageState state);

/// As the process that worked on the stage tells it.
struct Report {
  StageState state = StageState::done;
  std::string message, remedy;  ///< of one that failed
  ExitCode code = ExitCode::ok;
};

struct StageOutcome {
  std::string stage;  ///< its label
  StageState state = StageState::left_out;
  double seconds = 0;
  std::string message, remedy;  ///< of a failed or skipped stage
  ExitCode code = ExitCode::ok;
  std::filesystem::path log;  ///< what a failed stage wrote; may be empty

  bool has_result() const { return state == StageState::done || state == StageState::done_before; }
};

}  // namespace reverie::pipeline
