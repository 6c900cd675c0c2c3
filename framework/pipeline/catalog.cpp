// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <sys/stat.h>

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
const std::string work_prefix = ".work-", lock_prefix = ".lock-";

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

/// Names of results that links below a folder point to. A run may change the folder meanwhile: then it is read again.
std::set<std::string> links_below(const fs::path& folder) {
  for (int attempts = 100;; --attempts) {
    std::set<std::string> names;
    std::error_code failed, gone;
    if (!fs::is_directory(folder, failed)) {
      require_known(folder, failed);
      return names;
    }
    for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
      if (entry->is_symlink(gone)) names.insert(fs::read_symlink(entry->path(), gone).filename().string());
    if (!failed) return names;
    if (failed != std::errc::no_such_file_or_directory || attempts == 0)
      throw store::cannot_read(folder, failed.value());
  }
}

std::set<std::string> linked_results(const fs::path& runs) {
  std::set<std::string> names;
  for (const auto& folder : entries_of(runs))
    if (folder.filename() != "store") names.merge(links_below(folder));
  return names;
}

/// Changes with every plan.json that is written, changed or removed.
std::string plans_there(const fs::path& runs) {
  std::string text;
  for (const auto& index : index_folders(runs)) {
    struct stat plan {};
    if (::stat((index / plan_file).c_str(), &plan) == 0)
      text += fmt::format("{} {} {}.{}\n", index.string(), plan.st_ino, plan.st_mtim.tv_sec, plan.st_mtim.tv_nsec);
  }
  return text;
}

/// The result that a hidden entry belongs to: ".work-NAME", ".lock-NAME", ".lock-NAME.<nonce>" of one who was removing
/// that, and what is in a ".work-NAME".
std::optional<fs::path> result_of(const fs::path& path) {
  if (path.parent_path().filename().string().starts_with(work_prefix)) return result_of(path.parent_path());
  auto name = path.filename().string();
  for (const auto& prefix : {work_prefix, lock_prefix}) {
    if (!name.starts_with(prefix)) continue;
    name.erase(0, prefix.size());
    if (const auto dot = name.rfind('.'); prefix == lock_prefix && dot != std::string::npos && name.size() - dot == 33)
      name.erase(dot);
    return path.parent_path() / name;
  }
  return std::nullopt;
}

bool is_stored_result(const fs::path& path) {
  return path.parent_path().filename() == "store" && !path.filename().string().starts_with(".");
}

/// What an interrupted training of a planned stage left. A lock alone is in nobody's way.
bool is_kept_work(const fs::path& path, const Users& users) {
  const auto name = path.filename().string();
  if (!name.starts_with(work_prefix)) return false;
  const auto result = result_of(path);
  return users.use(result->filename().string()) && !fs::exists(*result);
}

struct Release {
  store::Lock& lock;
  ~Release() { lock.release(); }
};

/// Of what nobody else works at.
Removal remove_now(const fs::path& path, Users& users) {
  std::error_code failed;
  if (!fs::exists(fs::symlink_status(path, failed))) return Removal::removed;  // by another
  users.refresh();  // a run writes its plan before it looks at a result
  if (is_kept_work(path, users)) return Removal::in_use;
  if (is_stored_result(path)) {
    if (users.use(path.filename().string())) return Removal::in_use;
    // Renamed first: nobody shall find half of it.
    fs::remove_all(store::set_aside(path), failed);
  } else if (const auto own = result_of(path); !own || path != store::lock_file(*own)) {  // that goes with its release
    fs::remove_all(path, failed);
  }
  if (failed)
    throw store::DataError(fmt::format("cannot remove '{}': {}", path.string(), failed.message()),
                           "Check its permissions.");
  return Removal::removed;
}

}  // namespace

std::vector<StoredResult> stored_results(const fs::path& runs) {
  const auto users = references(runs);
  std::vector<StoredResult> results;
  for (const auto& folder : entries_of(runs / "store")) {
    if (folder.filename().string().starts_with(".") || !fs::is_directory(folder)) continue;
    std::error_code gone;
    StoredResult result{folder,          folder.filename().string(),        "?",
                        size_of(folder), fs::last_write_time(folder, gone), {}};
    if (gone) continue;
    try {
      result.run = read_description(folder).value("run", "?");
    } catch (const Error&) {  // shown as "?"
    }
    if (const auto found = users.find(result.name); found != users.end()) result.used_by = found->second;
    results.push_back(std::move(result));
  }
  return results;
}

Users::Users(fs::path runs) : runs_(std::move(runs)) { read(); }

void Users::read() {
  plans_ = plans_there(runs_);
  names_ = linked_results(runs_);
  for (const auto& [name, users] : references(runs_)) names_.insert(name);
}

void Users::refresh() {
  if (plans_there(runs_) != plans_) read();
}

std::vector<Removable> removable(const fs::path& runs, const Users& users) {
  std::vector<Removable> list;
  const auto add = [&](const fs::path& path, const char* why) { list.push_back({path, why, size_of(path)}); };
  constexpr const char* left = "left by a process that ended";
  const auto add_those = [&](const fs::path& folder, bool (*are_dead)(const fs::path&)) {
    for (const auto& path : entries_of(folder))
      if (are_dead(path)) add(path, left);
  };
  for (const auto& path : entries_of(runs / "store")) {
    const auto name = path.filename().string();
    if (const auto result = result_of(path)) {
      if (store::Lock::is_held_here(*result)) continue;
      if (is_kept_work(path, users))
        add_those(path, store::is_dead_work);
      else
        add(path, left);
    } else if (name.starts_with(".damaged-")) {
      add(path, "damaged");
    } else if (!name.starts_with(".") && fs::is_directory(path) && !users.use(name)) {
      add(path, "in no pipeline's last run");
    }
  }
  add_those(runs / "store", store::is_dead_temporary);
  add_those(runs, store::is_dead_temporary);
  for (const auto& index : index_folders(runs)) {
    add_those(index, store::is_dead_temporary);
    for (const auto& path : entries_of(index))
      if (const auto locked = result_of(path); locked && !store::Lock::is_held_here(*locked)) add(path, left);
  }
  // What needs no lock goes first: on a full disk there is no room for one.
  std::stable_sort(list.begin(), list.end(), [](const Removable& a, const Removable& b) {
    const auto needs_lock = [](const fs::path& path) { return result_of(path) || is_stored_result(path); };
    return !needs_lock(a.path) && needs_lock(b.path);
  });
  return list;
}

Removal remove(const Removable& removable, Users& users) {
  const auto& path = removable.path;
  const auto own = is_stored_result(path) ? path : result_of(path);
  if (!own) return remove_now(path, users);
  try {
    auto lock = store::Lock::try_take(*own);
    if (!lock) return store::Lock::is_held_here(*own) ? Removal::in_use : Removal::locked_elsewhere;
    lock->keep();
    const Release release{*lock};
    return remove_now(path, users);
  } catch (const store::NoRoom&) {  // what frees some cannot wait for it; where no lock is nobody works
    return fs::exists(store::lock_file(*own)) ? Removal::in_use : remove_now(path, users);
  }
}

}  // namespace reverie::pipeline
