// SPDX-License-Identifier: BSD-3-Clause
/// log.jsonl: one json object per line and event (time, from, event, and what the event is about); runs are appended.
///
/// Several runs may write at once: each line goes out whole, and "from" ("host:process") tells whose it is.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace reverie::pipeline {

class EventLog {
 public:
  /// DataError when the file cannot be written.
  explicit EventLog(const std::filesystem::path& file);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// At once, so that a run can be watched. Lines that no longer fit on the disk are lost: the results say so, too.
  void write(const std::string& event, const nlohmann::ordered_json& details = nlohmann::ordered_json::object());

 private:
  void put(std::string_view text);

  int descriptor_;
  std::string from_;
};

}  // namespace reverie::pipeline
