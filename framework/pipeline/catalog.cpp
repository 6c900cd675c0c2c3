// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pipeline/catalog.hpp>
#include <pipeline/stored_result.hpp>
#include <set>
#include <store/files.hpp>
#include <store/lock.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t digits = 16;

/// What cannot be read may refer to any result: only what is not there refers to none.
void require_known(const fs::path& place, const std::error_code& error) {
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
    throw store::cannot_read(place, error.value());
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    entries.push_back(entry->path());
  require_known(folder, failed);
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// Folders of pipelines: those with a plan.json.
std::vector<fs::path> index_folders(const fs::path& runs) {
  auto folders = entries_of(runs);
  std::erase_if(folders, [](const fs::path& folder) {
    std::error_code failed;
    const bool has_plan = fs::is_regular_file(folder / plan_file, failed);
    require_known(folder / plan_file, failed);
    return !has_plan;
  });
  return folders;
}

std::uintmax_t size_of(const fs::path& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return fs::is_regular_file(path, failed) ? fs::file_size(path, failed) : 0;
  std::uintmax_t size = 0;
  for (fs::recursive_directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code gone;
    if (entry->is_regular_file(gone)) size += entry->file_size(gone);
  }
  return size;
}

/// "pipeline: stage" by the name of the result.
std::map<std::string, std::vector<std::string>> references(const fs::path& runs) {
  std::map<std::string, std::vector<std::string>> users;
  for (const auto& index : index_folders(runs))
    for (const auto& stage : read_plan_record(index).stages)
      users[stage.fingerprint.substr(0, digits)].push_back(
          fmt::format("{}: {}", index.filename().string(), stage.label));
  return users;
}

/// Names of results that links below <runs> point to.
std::set<std::string> linked_results(const fs::path& runs) {
  std::set<std::string> names;
  for (const auto& folder : entries_of(runs)) {
    if (folder.filename() == "store") continue;
    std::error_code failed;
    const bool is_folder = fs::is_directory(folder, failed);
    require_known(folder, failed);
    if (!is_folder) continue;
    failed.clear();
    for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
      if (entry->is_symlink()) names.insert(fs::read_symlink(entry->path()).filename().string());
    if (failed) throw store::cannot_read(folder, failed.value());
  }
  return names;
}

/// In the making by a process that is gone.
bool is_dead_temporary(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with(store::temporary_prefix) && store::is_gone(name.substr(store::temporary_prefix.size()));
}

/// The result that a hidden entry of the store belongs to: ".work-NAME", ".lock-NAME", and ".lock-NAME.<nonce>" of one
/// who was removing that.
std::optional<fs::path> result_of(const fs::path& path) {
  const auto name = path.filename().string();
  for (const std::string prefix : {".work-", ".lock-"})
    if (name.starts_with(prefix)) return path.parent_path() / fs::path(name.substr(prefix.size())).stem();
  return std::nullopt;
}

}  // namespace

std::vector<StoredResult> stored_results(const fs::path& runs) {
  const auto users = references(runs);
  std::vector<StoredResult> results;
  for (const auto& folder : entries_of(runs / "store")) {
    if (folder.filename().string().starts_with(".") || !fs::is_directory(folder)) continue;
    StoredResult result{folder, folder.filename().string(), "?", size_of(folder), fs::last_write_time(folder), {}};
    try {
      result.run = read_description(folder).value("run", "?");
    } catch (const Error&) {  // shown as "?"
    }
    if (const auto found = users.find(result.name); found != users.end()) result.used_by = found->second;
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<Removable> removable(const fs::path& runs) {
  const auto users = references(runs);
  const auto linked = linked_results(runs);
  const auto used = [&](const std::string& name) { return users.contains(name) || linked.contains(name); };
  std::vector<Removable> list;
  const auto add = [&](const fs::path& path, const char* why) { list.push_back({path, why, size_of(path)}); };
  for (const auto& path : entries_of(runs / "store")) {
    const auto name = path.filename().string();
    if (const auto result = result_of(path)) {
      if (store::Lock::is_held_here(*result)) continue;
      // A lock alone is in nobody's way; an interrupted training of a planned stage is worth keeping.
      if (name.starts_with(".work-") && used(result->filename().string()) && !fs::exists(*result)) continue;
      add(path, "left by a process that ended");
    } else if (name.starts_with(".damaged-")) {
      add(path, "damaged");
    } else if (is_dead_temporary(path)) {
      add(path, "left by a process that ended");
    } else if (!name.starts_with(".") && fs::is_directory(path) && !used(name)) {
      add(path, "in no pipeline's last run");
    }
  }
  for (const auto& index : index_folders(runs))
    for (const auto& path : entries_of(index))
      if (is_dead_temporary(path)) add(path, "left by a process that ended");
  return list;
}

bool remove(const Removable& removable) {
  const auto own = result_of(removable.path);
  const bool is_result =
      removable.path.parent_path().filename() == "store" && !removable.path.filename().string().starts_with(".");
  auto lock = own || is_result ? store::Lock::try_take(own.value_or(removable.path)) : std::nullopt;
  if ((own || is_result) && !lock) return false;
  if (lock) lock->keep();
  std::error_code failed;
  if (is_result) {
    // Renamed first: nobody shall find half of it.
    const auto aside = store::set_aside(removable.path);
    fs::remove_all(aside, failed);
  } else if (!own || removable.path != store::lock_file(*own)) {
    fs::remove_all(removable.path, failed);
  }
  if (lock) lock->release();
  if (failed)
    throw store::DataError(fmt::format("cannot remove '{}': {}", removable.path.string(), failed.message()),
                           "Check its permissions.");
  return true;
}

}  // namespace reverie::pipeline
