// SPDX-License-Identifier: BSD-3-Clause
/// report.html of a run at work: written again every few seconds, with a refresh for the browser that is gone in the
/// last version. Nothing depends on it: a page that cannot be written does not disturb the run.
#pragma once

#include <chrono>
#include <pipeline/run_report.hpp>

namespace reverie::pipeline {

class RunPage {
 public:
  /// `interval` in seconds; 0: only at the end. Writes the first version at once.
  RunPage(std::filesystem::path index, double interval);
  /// The last version, where finish() was not called: the run was stopped or failed.
  ~RunPage();
  RunPage(const RunPage&) = delete;
  RunPage& operator=(const RunPage&) = delete;

  const std::filesystem::path& file() const { return file_; }
  /// Writes it again if the last time is long enough ago: also at least twenty times as long as writing takes.
  void update();
  /// The last version, without refresh. DataError when it cannot be written.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void write(int refresh_seconds);

  std::filesystem::path index_, file_;
  double interval_;
  std::chrono::duration<double> pause_;  ///< until the next version
  Clock::time_point next_;
  RunReader reader_;
  bool finished_ = false;
};

}  // namespace reverie::pipeline
