// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <store/manifest.hpp>
#include <store/publication.hpp>

#include "temporary_folder.hpp"

using namespace reverie::store;
namespace fs = std::filesystem;

namespace {

/// A folder with files a, b/c and an unlisted one.
struct Result : test::TemporaryFolder {
  Result() {
    test::put_bytes(*this / "a", "first");
    fs::create_directory(*this / "b");
    test::put_bytes(*this / "b" / "c", "second");
    test::put_bytes(*this / "note", "unlisted");
    files = list_files(path(), {"note"});
  }
  std::vector<std::string> wrong() const { return differences(path(), files, {"note"}); }
  std::vector<FileRecord> files;
};

}  // namespace

TEST_CASE("files are listed by name, with size and checksum") {
  const Result result;
  REQUIRE(result.files.size() == 2);
  CHECK(result.files[0].name == "a");
  CHECK(result.files[0].size == 5);
  CHECK(result.files[1].name == "b/c");
  CHECK(result.files[1].sha256 == sha256("second"));
  CHECK(result.wrong().empty());
}

TEST_CASE("what is truncated, flipped, missing or too many is named") {
  const Result result;
  using List = std::vector<std::string>;
  test::put_bytes(result / "note", "changed");
  CHECK(result.wrong().empty());
  test::put_bytes(result / "a", "firsT");
  CHECK(result.wrong() == List{"a has other contents than it was written with"});
  test::put_bytes(result / "a", "fir");
  CHECK(result.wrong() == List{"a has 3 bytes instead of 5"});
  fs::remove(result / "a");
  CHECK(result.wrong() == List{"a is missing"});
  test::put_bytes(result / "b" / "d", "");
  CHECK(result.wrong() == List{"a is missing", "b/d does not belong to the result"});
  fs::create_directory(result / "a");
  fs::remove(result / "b" / "d");
  CHECK(result.wrong() == List{"a is missing"});
}
