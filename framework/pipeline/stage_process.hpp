// SPDX-License-Identifier: BSD-3-Clause
/// A stage at work in a child process: what it says, and in which words its end is told.
#pragma once

#include <signal.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <pipeline/child.hpp>
#include <pipeline/stage_work.hpp>
#include <store/lock.hpp>

namespace reverie::pipeline {

class StageProcess {
 public:
  /// Starts the work on `threads` threads. The child keeps the lock and releases it when it has finished.
  StageProcess(const StageRequest& request, store::Lock lock, int threads, std::filesystem::path log);

  /// What the child may say.
  struct Listener {
    std::function<void(const Progress&)> progress;
    std::function<void(int level, const std::string&)> message;
  };
  /// Passes on what has arrived since; the report once the child has ended, however it ended.
  std::optional<Report> poll(const Listener& listener);

  /// More threads, from the next word of progress on.
  void grow(int threads) { *threads_ = threads; }

  const Child& child() const { return child_; }
  /// Asks it to stop (SIGTERM): it saves what it can and reports `stopped`.
  void stop() { child_.send_signal(SIGTERM); }
  /// Ends it: what is no training has nothing to save. It counts as stopped.
  void drop() {
    dropped_ = true;
    child_.send_signal(SIGKILL);
  }
  /// Asks it which plugin it is in; the next poll() hears the answer.
  void ask_where_it_is() const { child_.send_signal(SIGUSR1); }
  /// "in 'advance' of dynamics 'fast'", as it said when it was asked or crashed; else "".
  std::string called() const;

 private:
  Report report_of_end(const ChildEnd& end) const;

  std::filesystem::path result_, log_;
  struct Unmap {
    void operator()(std::atomic<int>* shared) const;
  };
  std::unique_ptr<std::atomic<int>, Unmap> threads_;  ///< the child reads them, too
  Child child_;
  std::optional<Report> report_;
  bool dropped_ = false;
  nlohmann::json calling_;  ///< words about the plugin it is or ended in, and that plugin's file
};

/// The log of a stage's process in a pipeline's folder: logs/<label>.log, shortened where a file's name ends.
std::filesystem::path log_file(const std::filesystem::path& index, const Stage& stage);

}  // namespace reverie::pipeline
