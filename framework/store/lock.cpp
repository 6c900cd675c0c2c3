// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <store/files.hpp>
#include <store/lock.hpp>
#include <utility>

namespace reverie::store {
namespace {

/// Whoever releases a lock removes its file: one that was opened before may be nobody's any more.
bool is_still_the_file(int descriptor, const std::filesystem::path& file) {
  struct stat held {
  }, named{};
  return ::fstat(descriptor, &held) == 0 && ::stat(file.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

}  // namespace

std::filesystem::path lock_file(const std::filesystem::path& result) {
  return result.parent_path() / (".lock-" + result.filename().string());
}

std::optional<Lock> Lock::try_take(const std::filesystem::path& result) {
  const auto file = lock_file(result);
  for (;;) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) throw cannot_write(file, errno);
    Lock lock(file, descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      if (errno == EINTR) continue;
      throw DataError("cannot lock '" + file.string() + "': " + reason_of(errno),
                      "choose a folder on a file system that has locks (flock)");
    }
    if (is_still_the_file(descriptor, file)) return lock;
  }
}

Lock::Lock(Lock&& other) noexcept : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Lock::release() {
  if (descriptor_ < 0) return;
  ::unlink(file_.c_str());  // first: the file of a lock that is free may be somebody's
  ::flock(descriptor_, LOCK_UN);
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace reverie::store
