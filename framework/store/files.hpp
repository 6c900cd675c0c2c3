// SPDX-License-Identifier: BSD-3-Clause
/// Files and folders in the making, and the words for what the operating system says when that fails.
///
/// Something in the making is called .tmp-<process> and lies beside its destination, so that the final rename stays on
/// one file system and is atomic.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <store/dataset.hpp>
#include <string>
#include <string_view>

namespace reverie::store {

/// What cannot be done to which file, why (an errno) and the remedy for that reason.
DataError cannot_write(const std::filesystem::path& file, int error);
DataError cannot_read(const std::filesystem::path& file, int error);

/// Text of an errno, and what a user can do about it.
std::string reason_of(int error);
std::string remedy_of(int error);

/// Checks that `file` can be opened for reading and is a regular file; returns its size in bytes.
std::uintmax_t size_of_readable_file(const std::filesystem::path& file);

std::string lower_case(std::string text);
/// The ending of a file's name, in lower case: ".csv".
std::string extension_of(const std::filesystem::path& file);

/// Brings a file or folder to the disk; 0 or an errno.
int synchronise(const std::filesystem::path& file_or_folder);

/// Of this machine.
std::string host_name();

/// "<pid>-<8 hex digits>-<host>": no other process on any machine has this name, nor had it before.
std::string process_name();
/// Whether a process of this machine has ended; one that nobody has waited for yet (a zombie) has.
bool has_ended(pid_t process);
/// Whether the process of that name ran on this machine and has ended. Of other machines nothing is known: false.
bool is_gone(std::string_view process_name);

/// A path beside `destination` with a name that nobody has used so far: `temporary_prefix`, and a name of this process.
std::filesystem::path temporary_beside(const std::filesystem::path& destination);
inline const std::string temporary_prefix = ".tmp-";
bool is_temporary(const std::filesystem::path& path);
/// In the making by a process that is gone.
bool is_dead_temporary(const std::filesystem::path& path);

/// A file that becomes visible at `destination` by commit() and disappears without it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& destination);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& destination() const { return destination_; }
  void write(std::string_view contents) const;
  void append(std::string_view contents) const;
  void commit();

 private:
  void put(std::string_view contents, int flags) const;

  std::filesystem::path destination_, path_;  ///< path_ is empty after commit
};

}  // namespace reverie::store
