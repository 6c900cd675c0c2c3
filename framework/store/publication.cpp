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
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) return errno;
    std::error_code failed;
    fs::remove_all(to, failed);
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  }
  std::error_code ignored;
  fs::remove_all(from, ignored);
  return 0;
}

}  // namespace

fs::path work_folder(const fs::path& result) { return result.parent_path() / (".work-" + result.filename().string()); }

fs::path unpublished(const fs::path& result) { return work_folder(result) / "result"; }

void open_work_folder(const fs::path& result) {
  const auto parent = fs::absolute(result).parent_path();
  const auto made = unpublished(result);
  std::error_code failed, ignored;
  fs::remove_all(made, failed);
  if (failed == std::errc::directory_not_empty) {
    // A program that a killed attempt had started (gnuplot) still writes there.
    const auto aside = temporary_beside(made);
    fs::rename(made, aside, failed);
    fs::remove_all(aside, ignored);
  }
  if (!failed) fs::create_directories(made, failed);
  if (failed)
    throw DataError("cannot write in the folder '" + parent.string() + "': " + failed.message(),
                    remedy_of(failed.value()));
}

void close_work_folder(const fs::path& result) {
  std::error_code ignored;
  fs::remove_all(unpublished(result), ignored);
  fs::remove(work_folder(result), ignored);
}

void publish(const fs::path& result) {
  const auto made = unpublished(result);
  if (const int error = synchronise_tree(made)) throw cannot_write(result, error);
  std::error_code ignored;
  const auto there = fs::symlink_status(result, ignored).type();
  if (there != fs::file_type::not_found && there != fs::file_type::directory)
    throw DataError("cannot publish '" + result.string() + "': a file of that name is in the way",
                    "remove or rename that file");
  int error = 0;
  if (there == fs::file_type::directory)
    error = replace_folder(made, result);
  else if (::rename(made.c_str(), result.c_str()) != 0)
    error = errno;
  if (error != 0) throw cannot_write(result, error);
  if (const int unsynchronised = synchronise(fs::absolute(result).parent_path()))
    throw cannot_write(result, unsynchronised);
  fs::remove_all(work_folder(result), ignored);
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
