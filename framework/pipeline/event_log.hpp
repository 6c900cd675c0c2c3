// SPDX-License-Identifier: BSD-3-Clause
/// log.jsonl: one json object per line and event (time, event, and what the event is about); runs are appended.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace reverie::pipeline {

class EventLog {
 public:
  /// DataError when the file cannot be written.
  explicit EventLog(const std::filesystem::path& file);
  void write(const std::string& event, const nlohmann::ordered_json& details = nlohmann::ordered_json::object());

 private:
  std::ofstream stream_;
};

}  // namespace reverie::pipeline
