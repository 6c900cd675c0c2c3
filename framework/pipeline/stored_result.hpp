// SPDX-License-Identifier: BSD-3-Clause
/// A result folder as a whole: its description, written last, and whether it is still what was written.
///
///   stage.json        fingerprint, kind, configuration, plugins, and size and SHA-256 of every other file but
///                     provenance.json; no clock, host or path: equal work gives equal bytes
///   provenance.json   when, where and by what it was computed
///
/// Both end with a checksum of themselves.
#pragma once

#include <pipeline/plan.hpp>

namespace reverie::pipeline {

inline constexpr const char *stage_file = "stage.json", *provenance_file = "provenance.json";

/// Writes both into a folder that is otherwise complete.
void seal_result(const std::filesystem::path& folder, const Stage& stage, nlohmann::ordered_json provenance);

/// What is wrong with a stored result, a sentence per file; empty: nothing. Reads every byte. DataError for a file that
/// may not be read.
std::vector<std::string> damage_of(const std::filesystem::path& folder, const std::string& fingerprint);

/// A damaged result that gave way.
struct SetAside {
  std::vector<std::string> problems;  ///< as damage_of
  std::filesystem::path to;
};
/// For who has the result's lock: moves it away if it is damaged. None where it is whole or gone, as of one that
/// another run has made anew since it was found damaged.
std::optional<SetAside> set_aside_if_damaged(const std::filesystem::path& result, const std::string& fingerprint);

/// DataError unless the folder is that of a result; of a folder of results it names some.
void require_result(const std::filesystem::path& folder);

/// stage.json; DataError when it is missing or no json.
json read_description(const std::filesystem::path& folder);

/// The stages among `which` whose stored results are damaged, or cannot be read.
struct Finding {
  std::size_t stage = 0;
  std::vector<std::string> problems;  ///< as damage_of
  std::string error, remedy;          ///< of one that cannot be read
};
/// Checks results in up to `workers` child processes, or in this one (0). `meanwhile` is called a few times a second
/// (in this process: between results); what it throws ends the check.
std::vector<Finding> verify_results(
    const Plan& plan, const std::filesystem::path& runs, const std::vector<std::size_t>& which, int workers,
    const std::function<void()>& meanwhile = [] {});

}  // namespace reverie::pipeline
