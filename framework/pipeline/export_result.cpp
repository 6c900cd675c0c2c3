// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <pipeline/export_result.hpp>
#include <pipeline/run_stage.hpp>
#include <pipeline/stored_result.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;

/// Names of the results that a folder of links holds.
std::vector<std::string> results_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code ignored;
    if (fs::exists(entry->path() / stage_file, ignored)) names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

[[noreturn]] void refuse(const fs::path& folder) {
  constexpr std::size_t shown = 5;
  auto names = results_in(folder);
  if (names.empty())
    throw store::DataError(fmt::format("'{}' is not the folder of a result", folder.string()),
                           "name that of a stage, as in runs/navigation/replay");
  const auto count = names.size();
  names.resize(std::min(count, shown));
  throw store::DataError(fmt::format("'{}' is a folder of results: {}{}", folder.string(), fmt::join(names, ", "),
                                     count > shown ? fmt::format(" and {} more", count - shown) : ""),
                         fmt::format("name one of them: '{}'", (folder / names.front()).string()));
}

}  // namespace

fs::path exportable_file(const fs::path& result) {
  std::error_code ignored;
  if (!fs::is_directory(result, ignored)) return result;
  if (!fs::exists(result / stage_file, ignored)) refuse(result);
  const auto fingerprint = read_description(result).value("fingerprint", "");
  if (const auto problems = damage_of(result, fingerprint); !problems.empty())
    throw store::DataError(fmt::format("'{}' is damaged: {}", result.string(), fmt::join(problems, "; ")),
                           "Run the pipeline again: it makes damaged results anew.");
  for (const char* name : {recording_file, result_file, weights_file})
    if (fs::exists(result / name, ignored)) return result / name;
  throw store::DataError(fmt::format("'{}' has neither a recording, nor numbers, nor weights", result.string()),
                         "A figure's data lie in its folder as figure.csv.");
}

}  // namespace reverie::pipeline
