// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <store/lock.hpp>
#include <vector>

#include "temporary_folder.hpp"

using namespace reverie::store;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A child that inherited the lock and waits to be ended.
pid_t child_that_keeps(const std::optional<Lock>& lock) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(60);
    while (lock) ::pause();
    ::_exit(1);
  }
  return child;
}

void end(pid_t child) {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

/// A machine whose flocks this one does not see.
const LeaseRules elsewhere{.flock = false, .machine = "elsewhere/1"};
/// For whom a lease is silent that has not changed since the last look.
const LeaseRules impatient{.stale = 0ms};
const LeaseRules impatient_without_flock{.stale = 0ms, .flock = false};

}  // namespace

TEST_CASE("a lock is had by one at a time, and leaves no file once released") {
  const test::TemporaryFolder folder;
  auto lock = Lock::try_take(folder / "abc");
  REQUIRE(lock);
  CHECK_FALSE(Lock::try_take(folder / "abc"));
  CHECK(Lock::try_take(folder / "other"));
  lock->release();
  CHECK_FALSE(fs::exists(lock_file(folder / "abc")));
  CHECK(Lock::try_take(folder / "abc"));
}

TEST_CASE("a lock stays with the child when the parent lets go, and is free when the child is killed") {
  const test::TemporaryFolder folder;
  auto lock = Lock::try_take(folder / "abc");
  const auto child = child_that_keeps(lock);
  lock.reset();
  CHECK_FALSE(Lock::try_take(folder / "abc"));
  end(child);
  CHECK(Lock::try_take(folder / "abc"));
}

TEST_CASE("who opened a lock's file before it was removed does not get a lock that nobody sees") {
  const test::TemporaryFolder folder;
  auto lock = Lock::try_take(folder / "abc");
  const auto child = child_that_keeps(lock);  // holds the file open after its removal
  lock->release();
  auto second = Lock::try_take(folder / "abc");
  CHECK(second);
  CHECK_FALSE(Lock::try_take(folder / "abc"));
  end(child);
  CHECK_FALSE(Lock::try_take(folder / "abc"));
}

TEST_CASE("another machine's lock is respected though its flock is free here") {
  const test::TemporaryFolder folder;
  const auto lock = Lock::try_take(folder / "abc", elsewhere);
  REQUIRE(lock);
  CHECK_FALSE(Lock::try_take(folder / "abc"));
  CHECK_FALSE(Lock::try_take(folder / "abc"));
  CHECK(lock->renew());
}

TEST_CASE("a lease that changed since the last look is alive, however impatient the look") {
  const test::TemporaryFolder folder;
  auto lock = Lock::try_take(folder / "abc", elsewhere);
  for (int look = 0; look < 5; ++look) {
    CHECK_FALSE(Lock::try_take(folder / "abc", impatient));
    CHECK(lock->renew());
  }
  CHECK_FALSE(Lock::try_take(folder / "abc", impatient));
  CHECK(Lock::try_take(folder / "abc", impatient));
}

TEST_CASE("a lock is kept by its thread") {
  const test::TemporaryFolder folder;
  auto rules = elsewhere;
  rules.renewal = 1ms;
  auto lock = Lock::try_take(folder / "abc", rules);
  const auto first = test::bytes_of(lock_file(folder / "abc"));
  lock->keep();
  while (test::bytes_of(lock_file(folder / "abc")) == first) std::this_thread::sleep_for(1ms);
  CHECK(test::bytes_of(lock_file(folder / "abc")).size() == first.size());
  lock->release();
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a holder whose lease was broken notices, and leaves the other's lock alone") {
  const test::TemporaryFolder folder;
  auto stopped = Lock::try_take(folder / "abc", elsewhere);
  CHECK_FALSE(Lock::try_take(folder / "abc", impatient));
  auto second = Lock::try_take(folder / "abc", impatient);
  REQUIRE(second);
  CHECK_FALSE(stopped->renew());
  stopped->release();
  CHECK(second->renew());
  CHECK_FALSE(Lock::try_take(folder / "abc"));
  second->release();
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE(
    "a dead process of this machine is followed at once where there is flock, otherwise when its lease is silent") {
  const test::TemporaryFolder folder;
  for (const bool flock : {true, false}) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto lock = Lock::try_take(folder / "abc", {.flock = flock});
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    CHECK(fs::exists(lock_file(folder / "abc")));
    auto lock = Lock::try_take(folder / "abc");
    CHECK(lock.has_value() == flock);
    if (lock) lock->release();
    if (!lock) CHECK(Lock::try_take(folder / "abc", impatient));
  }
}

TEST_CASE("one who removes a lock is waited for, but not if he was killed meanwhile") {
  const test::TemporaryFolder folder;
  const auto lock = folder / "abc";
  // The lease that he takes for that is called after the lock's own.
  const auto removal = [&] { return folder / ("abc." + test::bytes_of(lock_file(lock)).substr(0, 32)); };
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto own = Lock::try_take(lock);
    const auto right = Lock::try_take(removal());
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  auto right = Lock::try_take(removal());
  REQUIRE(right);
  CHECK_FALSE(Lock::try_take(lock));
  CHECK_FALSE(Lock::try_take(lock));
  right->release();
  CHECK(Lock::try_take(lock));

  const pid_t second = ::fork();
  REQUIRE(second >= 0);
  if (second == 0) {
    const auto own = Lock::try_take(lock);
    const auto taken = Lock::try_take(removal());
    ::kill(::getpid(), taken ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ::waitpid(second, &status, 0);
  CHECK(WTERMSIG(status) == SIGKILL);
  CHECK_FALSE(Lock::try_take(lock));  // removes what was left there
  auto taken = Lock::try_take(lock);
  REQUIRE(taken);
  taken->release();
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("without flock locks are had by one at a time, too") {
  const test::TemporaryFolder folder;
  const LeaseRules rules{.flock = false};
  auto lock = Lock::try_take(folder / "abc", rules);
  REQUIRE(lock);
  CHECK_FALSE(Lock::try_take(folder / "abc", rules));
  CHECK_FALSE(Lock::try_take(folder / "abc"));
  lock->release();
  CHECK(fs::is_empty(folder.path()));
  CHECK(Lock::try_take(folder / "abc", rules));
}

TEST_CASE("a lock's file that says nothing is believed for a while") {
  const test::TemporaryFolder folder;
  test::put_bytes(lock_file(folder / "abc"), "");
  CHECK_FALSE(Lock::try_take(folder / "abc", impatient));
  CHECK(Lock::try_take(folder / "abc", impatient));
}

TEST_CASE("of several that find a lease silent at the same time one gets the lock") {
  constexpr int breakers = 8;
  for (const auto& rules : {impatient, impatient_without_flock})
    for (int round = 0; round < 50; ++round) {
      const test::TemporaryFolder folder;
      const auto dead = Lock::try_take(folder / "abc", elsewhere);
      CHECK_FALSE(Lock::try_take(folder / "abc", rules));  // the children inherit what was seen
      std::array<int, 2> start, outcome;
      REQUIRE((::pipe(start.data()) == 0 && ::pipe(outcome.data()) == 0));
      std::vector<pid_t> children;
      for (int k = 0; k < breakers; ++k) {
        children.push_back(::fork());
        if (children.back() != 0) continue;
        char go;
        ::close(start[1]);
        if (::read(start[0], &go, 1) < 0) ::_exit(1);
        auto lock = Lock::try_take(folder / "abc", rules);
        const char got = lock ? '1' : '0';
        if (::write(outcome[1], &got, 1) != 1) ::_exit(1);
        while (lock) ::pause();
        ::_exit(0);
      }
      ::close(start[0]);
      ::close(start[1]);
      std::string got(breakers, ' ');
      for (auto& each : got) CHECK(::read(outcome[0], &each, 1) == 1);
      CHECK(std::count(got.begin(), got.end(), '1') == 1);
      for (const auto child : children) end(child);
      ::close(outcome[0]);
      ::close(outcome[1]);
    }
}
