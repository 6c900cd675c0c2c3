// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <store/publication.hpp>

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
  const auto destination = folder / "runs" / "store" / "abc";
  {
    Publication publication(destination);
    fs::create_directory(publication.folder() / "figures");
    test::put_bytes(publication.folder() / "figures" / "a.csv", "a");
    CHECK(publication.folder().parent_path() == destination.parent_path());
    CHECK_FALSE(fs::exists(destination));
    publication.publish();
    CHECK(test::bytes_of(destination / "figures" / "a.csv") == "a");
    CHECK_THROWS_AS(publication.publish(), std::logic_error);
  }
  CHECK(test::bytes_of(destination / "figures" / "a.csv") == "a");
  CHECK(test::entries_of(destination.parent_path()) == 1);
}

TEST_CASE("a destination with a trailing slash is the folder itself") {
  const test::TemporaryFolder folder;
  Publication publication(folder / "result/");
  test::put_bytes(publication.folder() / "a", "a");
  publication.publish();
  CHECK(fs::exists(folder / "result" / "a"));
}

TEST_CASE("an abandoned folder disappears") {
  const test::TemporaryFolder folder;
  {
    Publication publication(folder / "result");
    test::put_bytes(publication.folder() / "a", "a");
  }
  CHECK(test::entries_of(folder.path()) == 0);
}

TEST_CASE("of two that publish the same result the first is kept, even an empty one") {
  for (const std::string first_file : {"first", ""}) {
    const test::TemporaryFolder folder;
    Publication first(folder / "result"), second(folder / "result");
    CHECK(first.folder() != second.folder());
    if (!first_file.empty()) test::put_bytes(first.folder() / first_file, "1");
    test::put_bytes(second.folder() / "second", "2");
    first.publish();
    second.publish();
    CHECK_FALSE(fs::exists(folder / "result" / "second"));
    CHECK(test::entries_of(folder / "result") == (first_file.empty() ? 0 : 1));
    CHECK(test::entries_of(folder.path()) == 1);
  }
}

TEST_CASE("a file in the way of a result folder is named and kept") {
  const test::TemporaryFolder folder;
  test::put_bytes(folder / "result", "mine");
  {
    Publication publication(folder / "result");
    CHECK(test::contains(test::data_error([&] { publication.publish(); }), (folder / "result").string()));
  }
  CHECK(test::bytes_of(folder / "result") == "mine");
  CHECK(test::entries_of(folder.path()) == 1);
}

TEST_CASE("a results folder that cannot be made or written is named, with the remedy") {
  const test::TemporaryFolder folder;
  test::put_bytes(folder / "file", "x");
  const auto through_file = test::data_error([&] { Publication(folder / "file" / "store" / "abc"); });
  CHECK(test::contains(through_file, (folder / "file").string()));
  CHECK(test::contains(through_file, "a part of the path is a file"));

  ::chmod(folder.path().c_str(), 0555);
  const bool root = ::geteuid() == 0;  // whom permissions do not stop
  if (root) REQUIRE(::seteuid(65534) == 0);
  const auto unwritable = test::data_error([&] { Publication(folder / "abc"); });
  const auto not_creatable = test::data_error([&] { Publication(folder / "store" / "abc"); });
  if (root) REQUIRE(::seteuid(0) == 0);
  ::chmod(folder.path().c_str(), 0755);
  for (const auto& message : {unwritable, not_creatable}) {
    CHECK(test::contains(message, folder.path().string()));
    CHECK(test::contains(message, "Permission denied"));
    CHECK(test::contains(message, "permissions"));
  }
}
