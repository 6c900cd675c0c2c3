// SPDX-License-Identifier: BSD-3-Clause
/// Progress on stderr: on a terminal a few lines that are redrawn (counts, what runs now, time left), otherwise plain
/// lines, every ten seconds while nothing else happens.
#pragma once

#include <chrono>
#include <map>
#include <pipeline/run.hpp>
#include <pipeline/time_left.hpp>

namespace reverie::cli {

class ProgressDisplay {
 public:
  /// `quiet`: only failures and warnings are shown.
  ProgressDisplay(const pipeline::Plan& plan, bool quiet);
  ~ProgressDisplay() { clear(); }
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void checking(std::size_t results);
  void started(const pipeline::Stage& stage);
  void waiting(const pipeline::Stage& stage);
  void progress(const pipeline::Stage& stage, const pipeline::Progress& progress);
  void finished(const pipeline::Stage& stage, const pipeline::StageOutcome& outcome);
  void say(const std::string& line);  ///< a line between
  /// Removes what is being redrawn.
  void clear();

  std::string bold(const std::string& text) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    Clock::time_point start, first;  ///< first word of progress: what was done before (a resumed training) has no rate
    std::int64_t first_done = 0;
    pipeline::Progress now;
    bool waits = false;
  };

  std::string line_of(const pipeline::Stage& stage, const Running& running) const;
  std::optional<double> left_of(const Running& running) const;
  std::optional<pipeline::TimeLeft> time_left() const;
  std::string summary() const;
  void show();
  void show_if_due();
  std::string coloured(const char* code, const std::string& text) const;

  std::size_t total_, name_width_ = 5;
  std::size_t done_ = 0, before_ = 0, failed_ = 0;
  bool quiet_, terminal_, colour_, lists_all_;
  const pipeline::Plan& plan_;
  std::map<const pipeline::Stage*, Running> running_;
  std::map<const pipeline::Stage*, pipeline::StageTime> ended_;
  std::size_t lines_open_ = 0;
  Clock::time_point begun_, last_shown_;
};

/// "0.4 s", "12 s", "3 min 20 s".
std::string format_seconds(double seconds);
/// "3.2 GiB".
std::string format_bytes(double bytes);

}  // namespace reverie::cli
