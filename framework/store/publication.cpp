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

/// Renames unless something is there: 0 or an errno (EEXIST).
int rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system without RENAME_NOREPLACE (NFS): rename() itself refuses to replace a folder that is not empty.
  if (::rename(from.c_str(), to.c_str()) == 0) return 0;
  return errno == ENOTEMPTY || errno == ENOTDIR ? EEXIST : errno;
}

}  // namespace

Publication::Publication(fs::path destination) : destination_(std::move(destination)) {
  if (destination_.filename().empty()) destination_ = destination_.parent_path();  // "results/" is "results"
  const auto parent = fs::absolute(destination_).parent_path();
  std::error_code failed;
  fs::create_directories(parent, failed);
  if (failed)
    throw DataError("cannot create the folder '" + parent.string() + "': " + failed.message(),
                    remedy_of(failed.value()));
  for (;;) {
    temporary_ = temporary_beside(destination_);
    if (::mkdir(temporary_.c_str(), 0777) == 0) return;
    if (errno != EEXIST)
      throw DataError("cannot write in the folder '" + parent.string() + "': " + reason_of(errno), remedy_of(errno));
  }
}

Publication::~Publication() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void Publication::publish() {
  if (temporary_.empty()) throw std::logic_error("a publication is published once");
  int error = synchronise_tree(temporary_);
  if (error == 0) error = rename_to_new(temporary_, destination_);
  if (error == EEXIST) {
    if (!fs::is_directory(destination_))
      throw DataError("cannot publish '" + destination_.string() + "': a file of that name is in the way",
                      "remove or rename that file");
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
  } else if (error != 0) {
    throw cannot_write(destination_, error);
  }
  const auto parent = temporary_.parent_path();
  temporary_.clear();
  if (const int unsynchronised = synchronise(parent)) throw cannot_write(destination_, unsynchronised);
}

}  // namespace reverie::store
