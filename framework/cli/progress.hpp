// SPDX-License-Identifier: BSD-3-Clause
/// Progress on stderr: on a terminal one line per stage that is redrawn; otherwise a plain line every ten seconds.
#pragma once

#include <chrono>
#include <pipeline/run.hpp>

namespace reverie::cli {

class ProgressDisplay {
 public:
  /// `quiet`: only failures are shown.
  ProgressDisplay(const pipeline::Plan& plan, bool quiet);

  void started(const pipeline::Stage& stage);
  void progress(const pipeline::Stage& stage, const pipeline::Progress& progress);
  void finished(const pipeline::Stage& stage, const pipeline::StageOutcome& outcome);
  /// Ends a line that is being redrawn.
  void clear();

  std::string bold(const std::string& text) const;

 private:
  using Clock = std::chrono::steady_clock;
  void redraw(const std::string& text);
  std::string coloured(const char* code, const std::string& text) const;

  std::size_t name_width_ = 0;
  bool quiet_, terminal_, colour_;
  bool line_open_ = false;
  Clock::time_point stage_start_, last_shown_;
};

/// "0.4 s", "12 s", "3 min 20 s".
std::string format_seconds(double seconds);

}  // namespace reverie::cli
