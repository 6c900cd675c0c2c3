// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <store/files.hpp>
#include <store/lock.hpp>
#include <store/publication.hpp>
#include <vector>

#include "temporary_folder.hpp"

using namespace reverie::store;
namespace fs = std::filesystem;

TEST_CASE("SHA-256 agrees with the examples of FIPS 180-4") {
  const test::TemporaryFolder folder;
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const std::string million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
  CHECK(sha256("abc") == abc);
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(std::string(1'000'000, 'a')) == million);
  test::put_bytes(folder / "abc", "abc");
  CHECK(sha256_file(folder / "abc") == abc);
  // Two whole blocks of the reader and a rest: the hash must not depend on how the file is cut.
  const std::string large(2'500'000, 'b');
  test::put_bytes(folder / "large", large);
  CHECK(sha256_file(folder / "large") == sha256(large));
  CHECK(test::contains(test::data_error([&] { sha256_file(folder / "no"); }), "No such file"));
}

TEST_CASE("a text file is written whole, replaces the older one and reads back") {
  const test::TemporaryFolder folder;
  const std::string contents("line\n\0binary", 12);
  write_file_atomically(folder / "a.txt", "older and longer than the new one");
  write_file_atomically(folder / "a.txt", contents);
  CHECK(read_file(folder / "a.txt") == contents);
  CHECK(test::entries_of(folder.path()) == 1);
  CHECK(test::contains(test::data_error([&] { read_file(folder / "no"); }), "No such file"));
}

TEST_CASE("a published folder appears at once, in folders made for it") {
  const test::TemporaryFolder folder;
  const auto result = folder / "runs" / "store" / "abc";
  open_work_folder(result);
  fs::create_directory(unpublished(result) / "figures");
  test::put_bytes(unpublished(result) / "figures" / "a.csv", "a");
  test::put_bytes(work_folder(result) / "checkpoint", "c");
  CHECK_FALSE(fs::exists(result));
  publish(result);
  CHECK(test::bytes_of(result / "figures" / "a.csv") == "a");
  CHECK(test::entries_of(result) == 1);
  CHECK(test::entries_of(result.parent_path()) == 1);
}

TEST_CASE("an attempt starts empty though a program of a killed one still writes in its folder") {
  const test::TemporaryFolder folder;
  const auto result = folder / "abc";
  for (int round = 0; round < 20; ++round) {
    open_work_folder(result);
    const auto made = unpublished(result);
    const pid_t orphan = ::fork();
    REQUIRE(orphan >= 0);
    if (orphan == 0) {
      if (::chdir(made.c_str()) != 0) ::_exit(1);
      for (unsigned n = 0;; ++n) ::close(::open(std::to_string(n % 100).c_str(), O_CREAT | O_WRONLY, 0666));
    }
    while (test::entries_of(unpublished(result)) < 50) {
    }
    CHECK(test::data_error([&] { open_work_folder(result); }) .empty());
    CHECK(test::entries_of(unpublished(result)) == 0);
    ::kill(orphan, SIGKILL);
    ::waitpid(orphan, nullptr, 0);
  }
}

TEST_CASE("an attempt starts empty; what an interrupted one left for later stays until the result is there") {
  const test::TemporaryFolder folder;
  const auto result = folder / "abc";
  open_work_folder(result);
  test::put_bytes(unpublished(result) / "half", "h");
  test::put_bytes(work_folder(result) / "checkpoint", "c");
  open_work_folder(result);
  CHECK(fs::is_empty(unpublished(result)));
  close_work_folder(result);
  CHECK(test::bytes_of(work_folder(result) / "checkpoint") == "c");
  fs::remove(work_folder(result) / "checkpoint");
  close_work_folder(result);
  CHECK(test::entries_of(folder.path()) == 0);
}

TEST_CASE("a result that is published again replaces the older one") {
  const test::TemporaryFolder folder;
  const auto result = folder / "abc";
  for (const std::string bytes : {"1", "2"}) {
    open_work_folder(result);
    test::put_bytes(unpublished(result) / bytes, bytes);
    publish(result, true);
    CHECK(test::bytes_of(result / bytes) == bytes);
    CHECK(test::entries_of(result) == 1);
    CHECK(test::entries_of(folder.path()) == 1);
  }
}

namespace {

/// What another process left, or makes now.
fs::path made_by(const fs::path& result, const std::string& process) {
  const auto made = work_folder(result) / ("result-" + process);
  fs::create_directories(made);
  test::put_bytes(made / "a", process);
  return made;
}
const std::string living = "1-00000000-elsewhere", dead = "999999999-00000000-" + host_name();

}  // namespace

TEST_CASE("of two workers that make the same result the first one's is published, and the second one's is dropped") {
  const test::TemporaryFolder folder;
  const auto result = folder / "abc";
  for (const std::string bytes : {"first", "second"}) {
    open_work_folder(result);
    test::put_bytes(unpublished(result) / "a", bytes);
    publish(result);
    CHECK(test::bytes_of(result / "a") == "first");
    CHECK(test::entries_of(folder.path()) == 1);
  }
}

TEST_CASE("two processes that publish the same result at the same time both succeed") {
  for (int round = 0; round < 50; ++round) {
    const test::TemporaryFolder folder;
    const auto result = folder / "abc";
    std::vector<pid_t> workers;
    for (int k = 0; k < 3; ++k) {
      workers.push_back(::fork());
      if (workers.back() != 0) continue;
      const auto error = test::data_error([&] {
        open_work_folder(result);
        test::put_bytes(unpublished(result) / "a", "same");
        test::put_bytes(unpublished(result) / "b", "same");
        publish(result);
      });
      ::_exit(error.empty() ? 0 : 1);
    }
    for (const auto worker : workers) {
      int status = 1;
      ::waitpid(worker, &status, 0);
      CHECK(status == 0);
    }
    CHECK(test::bytes_of(result / "a") == "same");
    CHECK(test::entries_of(result) == 2);
    close_work_folder(result);
    CHECK(test::entries_of(folder.path()) == 1);
  }
}

TEST_CASE("what another worker makes is left alone; what a dead one left is removed") {
  const test::TemporaryFolder folder;
  const auto result = folder / "abc";
  const auto theirs = made_by(result, living), leftover = made_by(result, dead);
  open_work_folder(result);
  CHECK_FALSE(fs::exists(leftover));
  made_by(result, dead);
  close_work_folder(result);
  CHECK_FALSE(fs::exists(leftover));
  open_work_folder(result);
  publish(result);
  CHECK(test::bytes_of(theirs / "a") == living);
  CHECK(test::entries_of(work_folder(result)) == 1);
}

TEST_CASE("of processes' names those of this machine that have ended are gone") {
  CHECK_FALSE(is_gone(process_name()));
  CHECK(is_gone(dead));
  CHECK(is_gone("999999999-1"));  // as of earlier versions
  CHECK_FALSE(is_gone("999999999-00000000-elsewhere"));
  for (const auto* none : {"", "-", "x", "x-y-z", "0-00000000"}) CHECK_FALSE(is_gone(none));
}

TEST_CASE("results set aside keep their files under names of their own") {
  const test::TemporaryFolder folder;
  std::vector<fs::path> aside;
  for (const std::string bytes : {"1", "2"}) {
    fs::create_directory(folder / "abc");
    test::put_bytes(folder / "abc" / "a", bytes);
    aside.push_back(set_aside(folder / "abc"));
    CHECK(test::bytes_of(aside.back() / "a") == bytes);
  }
  CHECK(aside[0] != aside[1]);
  CHECK_FALSE(fs::exists(folder / "abc"));
}

TEST_CASE("a file in the way of a result folder is named and kept") {
  const test::TemporaryFolder folder;
  test::put_bytes(folder / "result", "mine");
  open_work_folder(folder / "result");
  CHECK(test::contains(test::data_error([&] { publish(folder / "result"); }), (folder / "result").string()));
  CHECK(test::bytes_of(folder / "result") == "mine");
}

TEST_CASE("a results folder that cannot be made or written is named, with the remedy") {
  const test::TemporaryFolder folder;
  test::put_bytes(folder / "file", "x");
  const auto through_file = test::data_error([&] { open_work_folder(folder / "file" / "store" / "abc"); });
  CHECK(test::contains(through_file, (folder / "file").string()));
  CHECK(test::contains(through_file, "a part of the path is a file"));

  ::chmod(folder.path().c_str(), 0555);
  const bool root = ::geteuid() == 0;  // whom permissions do not stop
  if (root) REQUIRE(::seteuid(65534) == 0);
  const auto unwritable = test::data_error([&] { open_work_folder(folder / "abc"); });
  const auto not_creatable = test::data_error([&] { open_work_folder(folder / "store" / "abc"); });
  const auto not_lockable = test::data_error([&] { Lock::try_take(folder / "abc"); });
  if (root) REQUIRE(::seteuid(0) == 0);
  ::chmod(folder.path().c_str(), 0755);
  for (const auto& message : {unwritable, not_creatable, not_lockable}) {
    CHECK(test::contains(message, folder.path().string()));
    CHECK(test::contains(message, "Permission denied"));
    CHECK(test::contains(message, "permissions"));
  }
}
