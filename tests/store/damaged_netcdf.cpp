// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <store/recording.hpp>

#include "temporary_folder.hpp"

using namespace reverie::store;

namespace {

/// Both readers must refuse with a message that names the file and holds `part`.
void check_refused(const std::filesystem::path& file, const std::string& part) {
  for (const auto& message :
       {test::data_error([&] { RecordingReader reader(file); }), test::data_error([&] { read_dataset(file); })}) {
    CAPTURE(message);
    CHECK(test::contains(message, part));
    CHECK(test::contains(message, file.string()));
  }
}

}  // namespace

TEST_CASE("files that are missing, folders or devices are called so") {
  const test::TemporaryFolder folder;
  check_refused(folder / "missing.nc", "No such file");
  check_refused(folder.path(), "it is a folder");
  check_refused("/dev/zero", "not a regular file");
  test::put_bytes(folder / "file", "x");
  check_refused(folder / "file" / "a.nc", "Not a directory");
}

TEST_CASE("files of another kind are not taken for netCDF") {
  const test::TemporaryFolder folder;
  test::put_bytes(folder / "empty.nc", "");
  check_refused(folder / "empty.nc", "is not a netCDF file: it is empty");
  test::put_bytes(folder / "text.nc", "trial,time\n0,0.02\n");
  check_refused(folder / "text.nc", "is not a netCDF file");
  test::put_bytes(folder / "http:", "trial");
  check_refused(folder / "http:", "is not a netCDF file");
}

TEST_CASE("a recording cut anywhere is called truncated") {
  const test::TemporaryFolder folder;
  const std::vector<float> values(3 * 1000, 1.0F);
  RecordingWriter writer(folder / "a.nc", {}, {{"x", {"trial", "time"}, {3, 1000}, "", ""}});
  writer.put("x", 0, 3, values.data());
  writer.close();
  const auto bytes = test::bytes_of(folder / "a.nc");
  REQUIRE(bytes.size() > 12000);
  for (const std::size_t kept : {std::size_t{8}, std::size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    CAPTURE(kept);
    test::put_bytes(folder / "cut.nc", bytes.substr(0, kept));
    check_refused(folder / "cut.nc", "truncated or damaged");
  }
}

TEST_CASE("a recording with a damaged superblock is refused") {
  const test::TemporaryFolder folder;
  write_dataset(folder / "a.nc", {{{"x", {"n"}, {2}, "", "", {1, 2}, {}}}, {}});
  auto bytes = test::bytes_of(folder / "a.nc");
  for (std::size_t k = 8; k < 48; ++k) bytes[k] = static_cast<char>(0xa5);
  test::put_bytes(folder / "bad.nc", bytes);
  check_refused(folder / "bad.nc", "truncated or damaged");
}

TEST_CASE("an unreadable file and an unwritable folder name the place and the permissions") {
  const test::TemporaryFolder folder;
  write_dataset(folder / "a.nc", {});
  ::chmod((folder / "a.nc").c_str(), 0);
  ::chmod(folder.path().c_str(), 0555);
  const bool root = ::geteuid() == 0;  // whom permissions do not stop
  if (root) REQUIRE(::seteuid(65534) == 0);
  check_refused(folder / "a.nc", "Permission denied");
  const auto message = test::data_error([&] { write_dataset(folder / "b.nc", {}); });
  if (root) REQUIRE(::seteuid(0) == 0);
  ::chmod(folder.path().c_str(), 0755);
  CHECK(test::contains(message, "Permission denied"));
  CHECK(test::contains(message, (folder / "b.nc").string()));
  CHECK(test::contains(message, "permissions"));
}

TEST_CASE("files are not written over folders and devices, nor into folders that do not exist") {
  const test::TemporaryFolder folder;
  CHECK(test::contains(test::data_error([&] { write_dataset(folder.path(), {}); }), "not a regular file"));
  CHECK(test::contains(test::data_error([&] { write_dataset("/dev/full", {}); }), "not a regular file"));
  CHECK(test::contains(test::data_error([&] { write_dataset(folder / "no" / "a.nc", {}); }), "No such file"));
}

TEST_CASE("a path that the netCDF library would misread is refused") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "back\\slash");
  const auto file = folder / "back\\slash" / "a.nc";
  CHECK(test::contains(test::data_error([&] { write_dataset(file, {}); }), "holds a backslash"));
  CHECK(test::entries_of(folder / "back\\slash") == 0);
  write_dataset(folder / "a.nc", {});
  std::filesystem::rename(folder / "a.nc", file);
  check_refused(file, "holds a backslash");
}
