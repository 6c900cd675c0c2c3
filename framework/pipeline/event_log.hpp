// SPDX-License-Identifier: BSD-3-Clause
/// log.jsonl: one json object per line and event (time, from, event, and what the event is about); runs are appended.
///
/// Several runs of a machine may write at once: each line goes out whole, and "from" ("host:process") tells whose it
/// is. Network file systems do not promise that: a worker's log is a file of its own.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace reverie::pipeline {

inline const std::string main_log = "log.jsonl";
/// "log-<process>.jsonl", of this process.
std::string worker_log();
/// Those in a pipeline's folder: the main one first.
std::vector<std::filesystem::path> logs_of(const std::filesystem::path& index);

class EventLog {
 public:
  /// DataError when the file cannot be written.
  explicit EventLog(const std::filesystem::path& file);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// At once, so that a run can be watched. Lines that no longer fit on the disk are lost: the results say so, too.
  void write(const std::string& event, const nlohmann::ordered_json& details = nlohmann::ordered_json::object());
  /// "alive", where nothing has been written for a minute: elsewhere silence is taken for an end.
  void write_sign_of_life();

 private:
  void put(const std::string& text);

  int descriptor_;
  bool cut_off_;  ///< the last line, by a full disk: it must not swallow the next one
  std::string from_;
  std::chrono::steady_clock::time_point written_;
};

}  // namespace reverie::pipeline
