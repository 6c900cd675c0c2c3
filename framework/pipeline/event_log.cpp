// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <pipeline/event_log.hpp>
#include <pipeline/provenance.hpp>
#include <store/files.hpp>

namespace reverie::pipeline {

std::string worker_log() { return fmt::format("log-{}.jsonl", store::process_name()); }

std::vector<std::filesystem::path> logs_of(const std::filesystem::path& index) {
  std::vector<std::filesystem::path> logs;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(index, failed), end; !failed && entry != end; entry.increment(failed))
    if (const auto name = entry->path().filename().string(); name.starts_with("log-") && name.ends_with(".jsonl"))
      logs.push_back(entry->path());
  std::sort(logs.begin(), logs.end());
  if (std::filesystem::exists(index / main_log, failed)) logs.insert(logs.begin(), index / main_log);
  return logs;
}

EventLog::EventLog(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)),
      from_(fmt::format("{}:{}", store::host_name(), getpid())) {
  if (descriptor_ < 0) throw store::cannot_write(file, errno);
  char last = '\n';
  const auto size = ::lseek(descriptor_, 0, SEEK_END);
  cut_off_ = size > 0 && ::pread(descriptor_, &last, 1, size - 1) == 1 && last != '\n';
}

/// One call: the file is opened for appending, so that lines of two runs do not mix.
void EventLog::put(const std::string& text) {
  const auto whole = cut_off_ ? "\n" + text : text;
  const auto written = ::write(descriptor_, whole.data(), whole.size());
  if (written > 0) cut_off_ = static_cast<std::size_t>(written) < whole.size();
}

EventLog::~EventLog() { ::close(descriptor_); }

void EventLog::write(const std::string& event, const nlohmann::ordered_json& details) {
  nlohmann::ordered_json line;
  line["time"] = format_time(std::chrono::system_clock::now());
  line["from"] = from_;
  line["event"] = event;
  line.update(details);
  const auto text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  put(text + "\n");
  written_ = std::chrono::steady_clock::now();
}

void EventLog::write_sign_of_life() {
  if (std::chrono::steady_clock::now() - written_ > std::chrono::minutes(1)) write("alive");
}

}  // namespace reverie::pipeline
