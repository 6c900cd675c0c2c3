// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <pipeline/export_result.hpp>
#include <pipeline/run_stage.hpp>
#include <pipeline/stored_result.hpp>

namespace reverie::pipeline {

namespace fs = std::filesystem;

fs::path exportable_file(const fs::path& result) {
  if (!fs::is_directory(result)) return result;
  require_result(result);
  const auto fingerprint = read_description(result).value("fingerprint", "");
  if (const auto problems = damage_of(result, fingerprint); !problems.empty())
    throw store::DataError(fmt::format("'{}' is damaged: {}", result.string(), fmt::join(problems, "; ")),
                           "Run the pipeline again: it makes damaged results anew.");
  for (const char* name : {recording_file, result_file, weights_file})
    if (fs::exists(result / name)) return result / name;
  throw store::DataError(fmt::format("'{}' has neither a recording, nor numbers, nor weights", result.string()),
                         "A figure's data lie in its folder as figure.csv.");
}

}  // namespace reverie::pipeline
