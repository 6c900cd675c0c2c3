// SPDX-License-Identifier: BSD-3-Clause
/// Which job starts next, and on how many threads: a graph of jobs within a budget of threads and memory.
///
/// A job is ready when all it needs have succeeded. Ready jobs start by kind and size, longest first. With fewer ready
/// jobs than free threads, these are shared out among them, and with none a running job may get them. A job that fails
/// takes those that need it along. Each step costs O(log n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace reverie::pipeline {

struct Job {
  std::vector<std::size_t> needs;  ///< other jobs
  int kind = 0;                    ///< smaller first
  double work = 0;                 ///< within a kind, larger first
  std::uint64_t memory = 0, memory_per_thread = 0;
  int useful_threads = 1;
  bool grows = false;  ///< takes more threads while it runs
};

class Schedule {
 public:
  /// `memory` in bytes; 0: no limit.
  Schedule(std::vector<Job> jobs, int threads, std::uint64_t memory);
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  struct Start {
    std::size_t job;
    int threads;
  };
  /// Takes a ready job that fits into what is free. A job that needs more than there is at all runs alone.
  std::optional<Start> next();
  /// Gives what is free to a running job that grows; `threads` are all it has then. Nothing while a job is ready.
  std::optional<Start> grow();

  /// The job is somebody else's for the moment: its share is free, and it is ready again by retry().
  void put_off(std::size_t job);
  void retry(std::size_t job);

  /// Frees the job's share, and makes those ready that waited for it alone.
  void succeeded(std::size_t job);
  /// The same for one that failed: returns all jobs that can no longer run, in the order of their numbers.
  std::vector<std::size_t> failed(std::size_t job);

  /// Jobs that neither succeeded nor failed nor can no longer run.
  std::size_t open() const { return open_; }
  std::size_t running() const { return running_.size(); }

 private:
  struct Order {
    const std::vector<Job>* jobs;
    bool operator()(std::size_t a, std::size_t b) const;
  };
  void free_share(std::size_t job);
  std::uint64_t memory_of(std::size_t job, int threads) const;

  std::vector<Job> jobs_;
  std::vector<std::vector<std::size_t>> dependents_;
  std::vector<std::size_t> missing_;  ///< how many needed jobs have not succeeded yet
  std::vector<bool> lost_;            ///< failed, or cannot run
  std::vector<int> share_;            ///< threads of running jobs, 0 for others
  std::set<std::size_t, Order> ready_, running_;
  int threads_, free_threads_;
  std::uint64_t memory_, used_memory_ = 0;
  std::size_t open_;
};

}  // namespace reverie::pipeline
