// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <random>
#include <store/descriptor.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>
#include <system_error>
#include <utility>

namespace reverie::store {

std::string reason_of(int error) { return std::generic_category().message(error); }

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string extension_of(const std::filesystem::path& file) { return lower_case(file.extension().string()); }

std::string remedy_of(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return "change its permissions (or its folder's), or choose another place";
    case EROFS:
      return "this file system is read-only: choose a folder elsewhere";
    case ENOENT:
      return "check the spelling of the path, and that its folder exists";
    case ENOTDIR:
      return "a part of the path is a file and not a folder: choose another path";
    case ENOSPC:
    case EDQUOT:
      return "free some space on the disk, or choose a folder on another one";
    case EFBIG:
      return "raise the limit on file sizes (ulimit -f), or choose another file system";
    case EMFILE:
    case ENFILE:
      return "raise the limit on open files (ulimit -n)";
    default:
      return "check the disk and the path";
  }
}

DataError cannot_write(const std::filesystem::path& file, int error) {
  return {"cannot write '" + file.string() + "': " + reason_of(error), remedy_of(error)};
}

DataError cannot_read(const std::filesystem::path& file, int error) {
  return {"cannot read '" + file.string() + "': " + reason_of(error), remedy_of(error)};
}

std::uintmax_t size_of_readable_file(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) throw cannot_read(file, errno);
  if (S_ISDIR(status.st_mode))
    throw DataError("cannot read '" + file.string() + "': it is a folder", "name a file inside it");
  if (!S_ISREG(status.st_mode))
    throw DataError("cannot read '" + file.string() + "': it is not a regular file", "name a file");
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened < 0) throw cannot_read(file, errno);
  return static_cast<std::uintmax_t>(status.st_size);
}

int synchronise(const std::filesystem::path& file_or_folder) {
  const Descriptor opened(::open(file_or_folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened < 0) return errno;
  // EINVAL: file systems that have nothing to synchronise for a folder say so.
  return ::fsync(opened) == 0 || errno == EINVAL ? 0 : errno;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

namespace {

/// With `infix` behind the digits.
std::string name_of_process(const std::string& infix) {
  static const auto digits = fmt::format("{:08x}", std::random_device()());
  return fmt::format("{}-{}{}-{}", ::getpid(), digits, infix, host_name());
}

}  // namespace

bool has_ended(pid_t process) {
  if (::kill(process, 0) != 0) return errno == ESRCH;
  std::ifstream status(fmt::format("/proc/{}/stat", process));
  std::string line;
  std::getline(status, line);
  const auto name_end = line.rfind(") ");
  return name_end != std::string::npos && (line[name_end + 2] == 'Z' || line[name_end + 2] == 'X');
}

std::string process_name() { return name_of_process(""); }

bool is_gone(std::string_view name) {
  const auto process = static_cast<pid_t>(std::strtol(std::string(name).c_str(), nullptr, 10));
  const auto host = name.find('-', std::min(name.find('-'), name.size() - 1) + 1);
  const bool here = host == std::string_view::npos || name.substr(host + 1) == host_name();
  return here && process > 0 && has_ended(process);
}

bool is_temporary(const std::filesystem::path& path) { return path.filename().string().starts_with(temporary_prefix); }

bool is_dead_temporary(const std::filesystem::path& path) {
  return is_temporary(path) && is_gone(path.filename().string().substr(temporary_prefix.size()));
}

std::filesystem::path temporary_beside(const std::filesystem::path& destination) {
  static std::atomic<unsigned> count{0};
  const auto name = temporary_prefix + name_of_process(fmt::format(".{}", count++));
  return std::filesystem::absolute(destination).parent_path() / name;
}

TemporaryFile::TemporaryFile(const std::filesystem::path& destination) : destination_(destination) {
  struct stat status {};
  // Renaming over a folder fails late, and over a device (/dev/null) would replace it.
  if (::stat(destination.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw DataError("cannot write '" + destination.string() + "': it exists and is not a regular file",
                    "choose another name for the file");
  for (;;) {
    path_ = temporary_beside(destination);
    Descriptor created(::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
    if (created >= 0) return;
    if (errno != EEXIST) throw cannot_write(destination, errno);
  }
}

TemporaryFile::~TemporaryFile() {
  if (path_.empty()) return;
  // Emptied first: a library that still holds it open after a failure would otherwise hold the space too.
  const auto emptied = ::truncate(path_.c_str(), 0);
  static_cast<void>(emptied);
  ::unlink(path_.c_str());
}

void TemporaryFile::write(std::string_view contents) const { put(contents, O_TRUNC); }
void TemporaryFile::append(std::string_view contents) const { put(contents, O_APPEND); }

void TemporaryFile::put(std::string_view contents, int flags) const {
  Descriptor opened(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | flags));
  if (opened < 0) throw cannot_write(destination_, errno);
  while (!contents.empty()) {
    const auto written = ::write(opened, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw cannot_write(destination_, errno);
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  if (const int error = opened.close()) throw cannot_write(destination_, error);
}

void TemporaryFile::commit() {
  if (const int error = synchronise(path_)) throw cannot_write(destination_, error);
  if (::rename(path_.c_str(), destination_.c_str()) != 0) throw cannot_write(destination_, errno);
  const auto folder = path_.parent_path();
  path_.clear();
  if (const int error = synchronise(folder)) throw cannot_write(destination_, error);
}

void write_file_atomically(const std::filesystem::path& file, std::string_view contents) {
  TemporaryFile temporary(file);
  temporary.write(contents);
  temporary.commit();
}

std::string read_file(const std::filesystem::path& file) {
  std::string contents(size_of_readable_file(file), '\0');
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened < 0) throw cannot_read(file, errno);
  std::size_t filled = 0;
  for (;;) {
    if (filled == contents.size()) contents.resize(contents.size() + 4096);  // it may have grown, and /proc says 0
    const auto count = ::read(opened, contents.data() + filled, contents.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw cannot_read(file, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  contents.resize(filled);
  return contents;
}

}  // namespace reverie::store
