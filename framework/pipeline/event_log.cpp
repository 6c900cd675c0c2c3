// SPDX-License-Identifier: BSD-3-Clause
#include <pipeline/event_log.hpp>
#include <pipeline/provenance.hpp>
#include <store/dataset.hpp>

namespace reverie::pipeline {

EventLog::EventLog(const std::filesystem::path& file) : stream_(file, std::ios::app) {
  if (!stream_) throw store::DataError(file.string() + ": cannot be written", "Check the folder's permissions.");
}

void EventLog::write(const std::string& event, const nlohmann::ordered_json& details) {
  nlohmann::ordered_json line;
  line["time"] = format_time(std::chrono::system_clock::now());
  line["event"] = event;
  line.update(details);
  // At once, so that a run can be watched.
  stream_ << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
}

}  // namespace reverie::pipeline
