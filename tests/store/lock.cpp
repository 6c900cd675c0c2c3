// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <store/lock.hpp>

#include "temporary_folder.hpp"

using namespace reverie::store;
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
