// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <pipeline/failures.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr int most_attempts = 3;

fs::path folder_of(const fs::path& index) { return index / ".failed"; }
fs::path file_of(const fs::path& index, const std::string& fingerprint) {
  return folder_of(index) / (fingerprint.substr(0, 16) + ".json");
}

struct Failure {
  int attempts = 0;
  Report report;
};

/// A file that is missing or damaged tells nothing.
std::optional<Failure> read_failure(const fs::path& file) {
  std::ifstream stream(file);
  const auto record = json::parse(stream, nullptr, false);
  if (!record.is_object()) return std::nullopt;
  return Failure{record.value("attempts", 1),
                 {StageState::failed, record.value("message", ""), record.value("remedy", ""),
                  static_cast<ExitCode>(record.value("code", static_cast<int>(ExitCode::run_failed)))}};
}

}  // namespace

Failures::Failures(fs::path index) : index_(std::move(index)) {
  std::error_code none;
  for (fs::directory_iterator entry(folder_of(index_), none), end; !none && entry != end; entry.increment(none))
    if (const auto failure = read_failure(entry->path())) before_[entry->path().filename()] = failure->attempts;
}

std::optional<Report> Failures::of(const Stage& stage) const {
  const auto file = file_of(index_, stage.fingerprint);
  const auto failure = read_failure(file);
  if (!failure) return std::nullopt;
  const auto before = before_.find(file.filename());
  if (before != before_.end() && before->second == failure->attempts && failure->attempts < most_attempts)
    return std::nullopt;
  auto report = failure->report;
  if (failure->attempts >= most_attempts)
    report.remedy += fmt::format("{}A run without --worker tries again.", report.remedy.empty() ? "" : " ");
  return report;
}

void Failures::add(const Stage& stage, const Report& report) const {
  const auto file = file_of(index_, stage.fingerprint);
  const auto earlier = read_failure(file);
  const nlohmann::ordered_json record = {
      {"stage", stage.label()},
      {"attempts", 1 + (earlier ? earlier->attempts : 0)},
      {"message", fmt::format("{} (worker {}:{})", report.message, store::host_name(), getpid())},
      {"remedy", report.remedy},
      {"code", static_cast<int>(report.code)}};
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  try {
    store::write_file_atomically(file, record.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
  } catch (const store::DataError&) {
  }
}

std::optional<Report> recorded_failure(const fs::path& index, const std::string& fingerprint) {
  const auto failure = read_failure(file_of(index, fingerprint));
  return failure ? std::optional(failure->report) : std::nullopt;
}

void forget_failures(const fs::path& index) {
  std::error_code ignored;
  fs::remove_all(folder_of(index), ignored);
}

}  // namespace reverie::pipeline
