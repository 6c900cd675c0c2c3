// SPDX-License-Identifier: BSD-3-Clause
/// Who works on a result: a lock that ends with its holder, however that ends, among the processes of a machine and
/// among machines that share a file system.
///
/// The lock of <folder>/<name> is the file <folder>/.lock-<name>. It appears whole, under a name that one can have
/// (link), and says who made it: the *lease*, a random number of its own, a counter, the machine and the process. Two
/// things tell that the holder is gone:
///   - flock(2), where the file system has it: it belongs to the open file, so that a child inherits it by fork(), and
///     it is free once the last process that has it open has closed it or died. It is believed for holders of this
///     machine alone: many shared file systems have it on each machine for itself, or not at all.
///   - The lease: the holder renews the counter every few seconds. One that stays the same for a minute of the
///     observer's clock (clocks of machines are not compared) is broken, whoever holds it, and may be taken.
/// A holder that was only stopped for long may therefore find its lock in other hands. It may go on: what it makes is
/// as good as the other's (publication.hpp), and it leaves the other's lock alone.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <store/dataset.hpp>
#include <string>
#include <thread>

namespace reverie::store {

/// How locks are held and believed; tests change it.
struct LeaseRules {
  std::chrono::milliseconds renewal{5'000};  ///< between renewals
  std::chrono::milliseconds stale{60'000};   ///< a lease that says nothing new for so long is over
  bool flock = true;                         ///< false: as on a file system that has none
  std::string machine = this_machine();

  /// Host name and number of the boot: after a restart it is another one.
  static std::string this_machine();
};

/// The disk has no room for a lock's file.
struct NoRoom : DataError {
  explicit NoRoom(const DataError& error) : DataError(error) {}
};

class Lock {
 public:
  /// The lock of a result, or nullopt while somebody else has it. Of leases that are not renewed it learns by being
  /// asked again later, in the same process. DataError where the file cannot be made; NoRoom, if for want of it.
  static std::optional<Lock> try_take(const std::filesystem::path& result, LeaseRules rules = {});

  /// Whether a process of this machine has it, as far as flock(2) tells. Nothing is taken or removed.
  static bool is_held_here(const std::filesystem::path& result);

  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&&) = delete;
  /// Closes this process's part; a child that inherited the lock keeps it.
  ~Lock();

  /// Renews the lease from a thread of this process until the lock is released or destroyed here. Whoever works longer
  /// than a moment calls it, after the last fork(). DataError where no thread can be started.
  void keep();
  /// Once; false: the lock is in other hands, or nobody's.
  bool renew() const;

  /// Ends the lock for all who share it, and removes its file if it is still the own.
  void release();

 private:
  Lock(std::filesystem::path file, std::string nonce, LeaseRules rules, int descriptor)
      : file_(std::move(file)), nonce_(std::move(nonce)), rules_(std::move(rules)), descriptor_(descriptor) {}

  std::filesystem::path file_;
  std::string nonce_;
  LeaseRules rules_;
  int descriptor_;
  std::jthread renewer_;
};

/// The lock's file, "<folder>/.lock-<name>".
std::filesystem::path lock_file(const std::filesystem::path& result);

}  // namespace reverie::store
