// SPDX-License-Identifier: BSD-3-Clause
/// What lies in a folder of results: stored results and who refers to them, and what nobody needs any more.
#pragma once

#include <pipeline/index.hpp>

namespace reverie::pipeline {

struct StoredResult {
  std::filesystem::path folder;
  std::string name;         ///< 16 digits of the fingerprint
  std::string run;          ///< "train", ...; "?" when its description cannot be read
  std::uintmax_t size = 0;  ///< bytes
  std::filesystem::file_time_type date;
  std::vector<std::string> used_by;  ///< "navigation: train", of the pipelines' plan.json
};
/// By name. DataError when a pipeline's plan.json is damaged or a folder cannot be read: who refers to what would be
/// unknown.
std::vector<StoredResult> stored_results(const std::filesystem::path& runs);

/// Something that can go.
struct Removable {
  std::filesystem::path path;
  std::string why;  ///< "in no pipeline's last run", "left by a process that ended", "damaged"
  std::uintmax_t size = 0;
};
/// Results that no pipeline's plan.json and no link refers to, and leftovers of processes that are gone. What an
/// interrupted training of a planned stage left is kept. DataError as above.
std::vector<Removable> removable(const std::filesystem::path& runs);

/// Removes it unless somebody works there now (false). DataError when the system refuses.
bool remove(const Removable& removable);

}  // namespace reverie::pipeline
