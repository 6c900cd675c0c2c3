// SPDX-License-Identifier: BSD-3-Clause
/// Who works on a result: a lock that ends with the process that holds it, however that ends.
///
/// The lock of <folder>/<name> is the file <folder>/.lock-<name> under flock(2). It belongs to the open file, not to a
/// process: a child inherits it by fork(), and it is free once the last process that has it open has closed it or died.
#pragma once

#include <filesystem>
#include <optional>

namespace reverie::store {

class Lock {
 public:
  /// The lock of a result, or nullopt while somebody else has it. DataError where the file cannot be made or the file
  /// system knows no locks.
  static std::optional<Lock> try_take(const std::filesystem::path& result);

  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&&) = delete;
  /// Closes this process's part; a child that inherited the lock keeps it.
  ~Lock();

  /// Ends the lock for all who share it, and removes its file.
  void release();

 private:
  Lock(std::filesystem::path file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {}
  std::filesystem::path file_;
  int descriptor_;
};

/// The lock's file, "<folder>/.lock-<name>".
std::filesystem::path lock_file(const std::filesystem::path& result);

}  // namespace reverie::store
