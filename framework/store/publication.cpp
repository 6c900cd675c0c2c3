// SPDX-License-Identifier: BSD-3-Clause
#include <store/publication.hpp>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>
#include <store/files.hpp>
#include <system_error>

namespace reverie::store {
namespace fs = std::filesystem;
namespace {

/// 0 or an errno.
int synchronise_tree(const fs::path& folder) {
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    const auto type = entry->symlink_status(failed).type();
    if (failed || (type != fs::file_type::regular && type != fs::file_type::directory)) continue;
    if (const int error = synchronise(entry->path())) return error;
  }
  return failed ? failed.value() : synchronise(folder);
}

/// Puts `from` in the place of `to` and removes the latter: 0 or an errno. Atomic, but for file systems that cannot
/// exchange folders (NFS).
int replace_folder(const fs::path& from, const fs::path& to) {
  auto old = from;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) return errno;
    old = temporary_beside(from);
    if (::rename(to.c_str(), old.c_str()) != 0 || ::rename(from.c_str(), to.c_str()) != 0) return errno;
  }
  std::error_code ignored;
  fs::remove_all(old, ignored);
  return 0;
}

const std::string unpublished_prefix = "result-";

bool is_unpublished(const fs::path& entry) { return entry.filename().string().starts_with(unpublished_prefix); }

std::string process_of(const fs::path& unpublished) {
  return unpublished.filename().string().substr(unpublished_prefix.size());
}

/// What another process that may be at work makes.
bool is_of_another(const fs::path& entry) {
  return is_unpublished(entry) && process_of(entry) != process_name() && !is_gone(process_of(entry));
}

/// Of the work folder's entries. One that cannot be removed is moved aside: a program that a killed attempt had started
/// (gnuplot) still writes there.
template <class Choice>
void remove_entries(const fs::path& work, const Choice& choice) {
  std::error_code failed, ignored;
  std::vector<fs::path> chosen;
  for (fs::directory_iterator entry(work, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (choice(entry->path()) && !is_of_another(entry->path())) chosen.push_back(entry->path());
  for (const auto& entry : chosen) {
    fs::remove_all(entry, failed);
    if (!failed) continue;
    const auto aside = temporary_beside(entry);
    fs::rename(entry, aside, ignored);
    fs::remove_all(aside, ignored);
  }
}

}  // namespace

bool is_dead_work(const fs::path& entry) {
  return is_dead_temporary(entry) || (is_unpublished(entry) && is_gone(process_of(entry)));
}

fs::path work_folder(const fs::path& result) { return result.parent_path() / (".work-" + result.filename().string()); }

fs::path unpublished(const fs::path& result) { return work_folder(result) / (unpublished_prefix + process_name()); }

void open_work_folder(const fs::path& result) {
  const auto parent = fs::absolute(result).parent_path();
  remove_entries(work_folder(result),
                 [](const fs::path& entry) { return is_unpublished(entry) || is_dead_temporary(entry); });
  std::error_code failed;
  int attempts = 100;  // another worker that ends now may remove the work folder before ours is in it
  do fs::create_directories(unpublished(result), failed);
  while (failed == std::errc::no_such_file_or_directory && --attempts > 0);
  if (failed)
    throw DataError("cannot write in the folder '" + parent.string() + "': " + failed.message(),
                    remedy_of(failed.value()));
}

void close_work_folder(const fs::path& result) {
  std::error_code ignored;
  remove_entries(work_folder(result), is_unpublished);
  fs::remove(work_folder(result), ignored);
}

void remove_work_folder(const fs::path& result) {
  std::error_code ignored;
  remove_entries(work_folder(result), [](const fs::path&) { return true; });
  fs::remove(work_folder(result), ignored);
}

void publish(const fs::path& result, bool replace) {
  const auto made = unpublished(result);
  if (const int error = synchronise_tree(made)) throw cannot_write(result, error);
  std::error_code ignored;
  const auto there = fs::symlink_status(result, ignored).type();
  if (there != fs::file_type::not_found && there != fs::file_type::directory)
    throw DataError("cannot publish '" + result.string() + "': a file of that name is in the way",
                    "remove or rename that file");
  int error = 0;
  if (there == fs::file_type::directory && replace)
    error = replace_folder(made, result);
  else if (there != fs::file_type::directory && ::rename(made.c_str(), result.c_str()) != 0)
    error = errno;
  // Another worker's came between.
  if (error == EEXIST || error == ENOTEMPTY) error = 0;
  if (error != 0) throw cannot_write(result, error);
  if (const int unsynchronised = synchronise(fs::absolute(result).parent_path()))
    throw cannot_write(result, unsynchronised);
  remove_work_folder(result);
}

fs::path set_aside(const fs::path& result) {
  for (int n = 1;; ++n) {
    const auto aside = result.parent_path() / (".damaged-" + result.filename().string() + "-" + std::to_string(n));
    if (::renameat2(AT_FDCWD, result.c_str(), AT_FDCWD, aside.c_str(), RENAME_NOREPLACE) == 0) return aside;
    // Without RENAME_NOREPLACE (NFS): rename() refuses to replace a folder that is not empty.
    if ((errno == EINVAL || errno == ENOSYS) && ::rename(result.c_str(), aside.c_str()) == 0) return aside;
    if (errno != EEXIST && errno != ENOTEMPTY) throw cannot_write(result, errno);
  }
}

}  // namespace reverie::store
