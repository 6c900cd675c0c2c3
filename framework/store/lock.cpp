// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <base/signals_blocked.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <store/descriptor.hpp>
#include <store/files.hpp>
#include <store/lock.hpp>
#include <utility>

namespace reverie::store {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// A lease is one line: nonce, counter, "flock" or "-", machine, process. Only the counter changes.
constexpr std::size_t nonce_digits = 32, counter_digits = 16;

std::string text_of_counter(unsigned long long counter) { return fmt::format("{:0{}}", counter, counter_digits); }

/// What a lock's file says.
struct Lease {
  std::string line;
  std::string nonce() const { return line.substr(0, nonce_digits); }
  std::string counter() const {
    return line.size() > nonce_digits ? line.substr(nonce_digits + 1, counter_digits) : "";
  }
  /// Held under flock by a process of that machine.
  bool is_flocked_on(const std::string& machine) const {
    return line.find(fmt::format(" flock {} ", machine)) == nonce_digits + 1 + counter_digits;
  }
};

Lease read_lease(int descriptor) {
  std::array<char, 1024> text;
  const auto size = ::pread(descriptor, text.data(), text.size(), 0);
  return {{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))}};
}

/// 0 or an errno. Through an open file of its own: network file systems send what was written when that is closed.
int write_lease(const fs::path& file, const std::string& line) {
  Descriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (opened < 0) return errno;
  errno = ENOSPC;  // what a short write means
  if (::write(opened, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return errno;
  return opened.close();
}

struct Remove {
  const fs::path& file;
  ~Remove() { ::unlink(file.c_str()); }
};

std::string new_nonce() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

enum class Flock { taken, busy, none };

Flock try_flock(int descriptor) {
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    if (errno != EINTR) return errno == EWOULDBLOCK ? Flock::busy : Flock::none;
  return Flock::taken;
}

/// Gives `from` the name `to` unless something has it: 0 or an errno. File systems without links can rename that way.
int name_unless_taken(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return 0;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return errno;
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
}

/// Leases that others hold, as this process saw them last.
class Observations {
 public:
  /// Whether the lease has been the same for so long.
  bool is_silent(const fs::path& file, const Lease& lease, std::chrono::milliseconds stale) {
    const std::lock_guard guard(mutex_);
    const auto now = Clock::now();
    auto& seen = seen_[file];
    if (seen.line == lease.line) return now - seen.since >= stale;
    seen = {lease.line, now};
    return false;
  }
  void forget(const fs::path& file) {
    const std::lock_guard guard(mutex_);
    seen_.erase(file);
  }

 private:
  struct Seen {
    std::optional<std::string> line;
    Clock::time_point since;
  };
  std::mutex mutex_;
  std::map<fs::path, Seen> seen_;
};

Observations& observations() {
  static Observations all;
  return all;
}

/// Makes the file of a new lease, complete and under flock before anybody can see it. Returns the open file, or minus
/// an errno: -EEXIST where something has that name.
int make_lease(const fs::path& file, const std::string& nonce, const LeaseRules& rules) {
  const auto made = temporary_beside(file);
  const Remove tidy{made};
  Descriptor opened(::open(made.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (opened < 0) return -errno;
  const bool flocked = rules.flock && try_flock(opened) == Flock::taken;
  if (const int error = write_lease(made, fmt::format("{} {} {} {} {}\n", nonce, text_of_counter(0),
                                                      flocked ? "flock" : "-", rules.machine, ::getpid())))
    return -error;
  if (const int error = name_unless_taken(made, file)) {
    if (error != EEXIST) return -error;
    // A network's file system may say so of one's own, when it asks twice.
    const Descriptor there(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (there < 0 || read_lease(there).nonce() != nonce) return -EEXIST;
  }
  return opened.give();
}

/// Whether the holder of a lease is gone: dead, as its flock, now the caller's, tells, or silent for too long.
bool is_over(const fs::path& file, int opened, const Lease& lease, const LeaseRules& rules) {
  const bool dead = rules.flock && try_flock(opened) == Flock::taken && lease.is_flocked_on(rules.machine);
  return dead || observations().is_silent(file, lease, rules.stale);
}

/// Whether the open file still has that name.
bool is_named(int opened, const fs::path& file) {
  struct stat own {
  }, there{};
  return ::fstat(opened, &own) == 0 && ::stat(file.c_str(), &there) == 0 && own.st_dev == there.st_dev &&
         own.st_ino == there.st_ino;
}

/// Removes the lock's file if it is the one of this lease. Between a look at the file and its removal somebody else may
/// have put the next one there; so whoever removes a lease first takes a lease on that, which is called after it and
/// which one can have. That of one who was killed in between is removed; the next who asks for the lock gets it.
void take_away(const fs::path& file, const std::string& nonce, const LeaseRules& rules) {
  const fs::path right = file.string() + "." + nonce;
  const Descriptor made(make_lease(right, new_nonce(), rules));
  if (made < 0) {
    const Descriptor there(::open(right.c_str(), O_RDWR | O_CLOEXEC));
    if (there >= 0 && is_over(right, there, read_lease(there), rules) && is_named(there, right))
      ::unlink(right.c_str());
    return;
  }
  if (const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC)); read_lease(opened).nonce() == nonce)
    ::unlink(file.c_str());
  ::unlink(right.c_str());
  observations().forget(right);
}

/// Whether somebody works under the lock that is there. One whose holder is gone is taken away.
bool is_held(const fs::path& file, const LeaseRules& rules) {
  const Descriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (opened < 0) {
    if (errno != ENOENT && errno != ESTALE) throw cannot_write(file, errno);
    return false;
  }
  const auto lease = read_lease(opened);
  if (!is_over(file, opened, lease, rules)) return true;
  take_away(file, lease.nonce(), rules);
  return false;
}

/// Once; false: the file is not of this lease.
bool renew_lease(const fs::path& file, const std::string& nonce) {
  // Opened and closed each time: that is when network file systems send and fetch. The open file stays that of its
  // lease, whatever happens to its name.
  const Descriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (opened < 0) return errno != ENOENT;
  const auto lease = read_lease(opened);
  if (lease.nonce() != nonce) return false;
  const auto counter = text_of_counter(std::strtoull(lease.counter().c_str(), nullptr, 10) + 1);
  // One that fails is made up for by the next.
  [[maybe_unused]] const auto written = ::pwrite(opened, counter.data(), counter.size(), nonce_digits + 1);
  return true;
}

}  // namespace

fs::path lock_file(const fs::path& result) { return result.parent_path() / (".lock-" + result.filename().string()); }

std::string LeaseRules::this_machine() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  return fmt::format("{}/{}", host_name(), boot);
}

bool Lock::is_held_here(const fs::path& result) {
  const Descriptor opened(::open(lock_file(result).c_str(), O_RDONLY | O_CLOEXEC));
  return opened >= 0 && try_flock(opened) == Flock::busy;
}

std::optional<Lock> Lock::try_take(const fs::path& result, LeaseRules rules) {
  const auto file = lock_file(result);
  if (is_held(file, rules)) return std::nullopt;
  const auto nonce = new_nonce();
  Descriptor made(make_lease(file, nonce, rules));
  if (made == -EEXIST) return std::nullopt;
  if (made == -ENOSPC || made == -EDQUOT) throw NoRoom(cannot_write(file, -made));
  if (made < 0) throw cannot_write(file, -made);
  observations().forget(file);
  return Lock(file, nonce, std::move(rules), made.give());
}

Lock::Lock(Lock&& other) noexcept
    : file_(std::move(other.file_)),
      nonce_(std::move(other.nonce_)),
      rules_(std::move(other.rules_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      renewer_(std::move(other.renewer_)) {}

Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Lock::renew() const { return renew_lease(file_, nonce_); }

void Lock::keep() try {
  const SignalsBlocked blocked;
  renewer_ = std::jthread([file = file_, nonce = nonce_, pause = rules_.renewal](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock guard(mutex);
    do woken.wait_for(guard, stop, pause, [] { return false; });
    while (!stop.stop_requested() && renew_lease(file, nonce));
  });
} catch (const std::system_error& error) {
  throw DataError(fmt::format("no thread can be started: {}", error.code().message()),
                  "Raise the limit on processes (ulimit -u), or use fewer --threads.");
}

void Lock::release() {
  if (descriptor_ < 0) return;
  renewer_ = {};
  take_away(file_, nonce_, rules_);  // first: the file of a lock that is free may be somebody's
  ::flock(descriptor_, LOCK_UN);
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace reverie::store
