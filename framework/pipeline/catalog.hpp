// SPDX-License-Identifier: BSD-3-Clause
/// What lies in a folder of results: stored results and who refers to them, and what nobody needs any more.
#pragma once

#include <pipeline/index.hpp>
#include <set>

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

/// Which results the pipelines below a folder refer to, by their plan.json or by links. DataError as above.
class Users {
 public:
  explicit Users(std::filesystem::path runs);
  bool use(const std::string& name) const { return names_.contains(name); }
  /// Looks again, if a plan.json has changed.
  void refresh();

 private:
  void read();

  std::filesystem::path runs_;
  std::string plans_;
  std::set<std::string> names_;
};

/// Something that can go.
struct Removable {
  std::filesystem::path path;
  std::string why;  ///< "in no pipeline's last run", "left by a process that ended", "damaged"
  std::uintmax_t size = 0;
};
/// Results that have no users, and leftovers of processes that are gone; first what can go on a full disk. What an
/// interrupted training of a planned stage left is kept. DataError as above.
std::vector<Removable> removable(const std::filesystem::path& runs, const Users& users);

enum class Removal {
  removed,
  in_use,           ///< by a run that has begun meanwhile
  locked_elsewhere  ///< by a process of another machine, or of before a restart: asked again a minute later one knows
};
/// Removes it unless somebody works there now. DataError when the system refuses.
Removal remove(const Removable& removable, Users& users);

}  // namespace reverie::pipeline
