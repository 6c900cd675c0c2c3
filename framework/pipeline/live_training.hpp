// SPDX-License-Identifier: BSD-3-Clause
/// What a training at work shows on the page of its run: losses so far and decoded paths of the evaluations that are
/// made anyway, in <work folder>/live.json. It is no part of the result, and nothing depends on it.
#pragma once

#include <analysis/report/report.hpp>
#include <chrono>
#include <engine/trainer.hpp>
#include <filesystem>
#include <optional>

namespace reverie::pipeline {

/// Keeps the file while the training runs, and removes it at the end.
class LiveTraining {
 public:
  LiveTraining(std::filesystem::path folder, std::int64_t batches, const plugin::Task& task,
               const std::vector<engine::HistoryEntry>& before);
  ~LiveTraining();
  LiveTraining(const LiveTraining&) = delete;
  LiveTraining& operator=(const LiveTraining&) = delete;

  /// Takes a batch, and writes the file if the last time is a few seconds ago. A file that cannot be written is passed
  /// over.
  void add(const engine::HistoryEntry& entry);
  void add(const engine::EvaluatedPaths& paths);

 private:
  void write();

  std::filesystem::path file_;
  analysis::ReportTraining shown_;
  std::chrono::steady_clock::time_point written_;
};

/// What a training in this work folder shows now; none: it has not begun, or has ended.
std::optional<analysis::ReportTraining> read_live_training(const std::filesystem::path& work_folder);

}  // namespace reverie::pipeline
