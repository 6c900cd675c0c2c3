// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <store/publication.hpp>
#include <store/recording.hpp>

#include "temporary_folder.hpp"

using namespace reverie;
using store::RecordingLayout;
using store::RecordingReader;
using test::TemporaryFolder;

namespace {

/// A .npy file of format 1.0 as numpy.lib.format describes it.
std::string npy(const std::string& type, bool fortran, const std::string& shape, const std::string& data) {
  std::string header =
      "{'descr': " + type + ", 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  const auto size = static_cast<unsigned>(header.size());
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size & 255) + static_cast<char>(size >> 8) + header +
         data;
}

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

/// 0, 1, ..., n - 1.
template <class Number>
std::vector<Number> counting(int n) {
  std::vector<Number> numbers;
  for (int i = 0; i < n; ++i) numbers.push_back(static_cast<Number>(i));
  return numbers;
}

RecordingLayout layout_of(std::vector<std::string> dims = {}) {
  return {"position", std::move(dims), {"trial", "time", "space"}, ""};
}

std::string wrong(const std::filesystem::path& file, const RecordingLayout& layout) {
  try {
    const RecordingReader reader(file, layout);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "read";
}

}  // namespace

TEST_CASE("npy: every kind of number, both byte orders") {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& type, const std::string& data) {
    CAPTURE(type);
    store::write_file_atomically(folder / "a.npy", npy("'" + type + "'", false, "(1, 2, 2)", data));
    const RecordingReader reader(folder / "a.npy", layout_of());
    CHECK(reader.read("position") == counting<float>(4));
    CHECK(reader.dims("position") == std::vector<std::string>{"trial", "time", "space"});
    CHECK(reader.shape("position") == std::vector<std::int64_t>{1, 2, 2});
  };
  check("<f8", bytes_of(counting<double>(4)));
  check("<f4", bytes_of(counting<float>(4)));
  check("<i8", bytes_of(counting<std::int64_t>(4)));
  check("<i4", bytes_of(counting<std::int32_t>(4)));
  check("<i2", bytes_of(counting<std::int16_t>(4)));
  check("|i1", bytes_of(counting<std::int8_t>(4)));
  check("<u4", bytes_of(counting<std::uint32_t>(4)));
  check("|u1", bytes_of(counting<std::uint8_t>(4)));
  store::write_file_atomically(folder / "none.npy", npy("'<f8'", false, "(100000000000000000, 0)", ""));
  CHECK(RecordingReader(folder / "none.npy", {"position", {"time", "space"}, {}, ""}).read("position").empty());
  check(">i2", std::string("\0\0\0\1\0\2\0\3", 8));
  check(">f4", std::string("\0\0\0\0\x3f\x80\0\0\x40\0\0\0\x40\x40\0\0", 16));
}

TEST_CASE("npy: dimensions in any order are brought into the metric's, Fortran order too, piece by piece") {
  const TemporaryFolder folder;
  // time 2, trial 3, space 2: the value is 100 time + 10 trial + space.
  std::vector<double> c, fortran;
  for (int time = 0; time < 2; ++time)
    for (int trial = 0; trial < 3; ++trial)
      for (int k = 0; k < 2; ++k) c.push_back(100 * time + 10 * trial + k);
  for (int k = 0; k < 2; ++k)
    for (int trial = 0; trial < 3; ++trial)
      for (int time = 0; time < 2; ++time) fortran.push_back(100 * time + 10 * trial + k);
  store::write_file_atomically(folder / "c.npy", npy("'<f8'", false, "(2, 3, 2)", bytes_of(c)));
  store::write_file_atomically(folder / "f.npy", npy("'<f8'", true, "(2, 3, 2)", bytes_of(fortran)));
  for (const char* name : {"c.npy", "f.npy"}) {
    const RecordingReader reader(folder / name, layout_of({"time", "trial", "space"}));
    CHECK(reader.shape("position") == std::vector<std::int64_t>{3, 2, 2});
    CHECK(reader.read("position", 1, 1) == std::vector<float>{10, 11, 110, 111});
    CHECK(reader.read("position", 2) == std::vector<float>{20, 21, 120, 121});
  }
  store::write_file_atomically(folder / "one.npy", npy("'<f8'", false, "(2, 3)", bytes_of(counting<double>(6))));
  const RecordingReader one(folder / "one.npy", layout_of({"space", "time"}));
  CHECK(one.shape("position") == std::vector<std::int64_t>{1, 3, 2});
  CHECK(one.read("position") == std::vector<float>{0, 3, 1, 4, 2, 5});
  RecordingLayout angle = layout_of({"time", "space"});
  angle.unit = "rad";
  CHECK(RecordingReader(folder / "one.npy", angle).unit("position") == "rad");
}

TEST_CASE("npy: files that are broken or hold something else are refused with the reason") {
  const TemporaryFolder folder;
  const auto good = npy("'<f8'", false, "(1, 2, 2)", bytes_of(counting<double>(4)));
  struct Row {
    std::string bytes, says;
  };
  const std::vector<Row> table = {
      {"", "is empty"},
      {"PK\x03\x04", "is no NumPy array"},
      {"trial,time,x,y\n1,0,0,0\n", "is no NumPy array"},
      {good.substr(0, 8), "its header is cut after 8 bytes"},
      {good.substr(0, 40), "its header is cut after 40 bytes"},
      {good.substr(0, good.size() - 1), "truncated: its shape (1, 2, 2) needs 32 bytes and it holds 31"},
      {good + "x", "too long: its shape (1, 2, 2) needs 32 bytes and it holds 33"},
      {npy("'|O'", false, "(1, 2, 2)", "x"), "holds Python objects"},
      {npy("'<c16'", false, "(1,)", std::string(16, ' ')), "elements of type '<c16'"},
      {npy("'<U3'", false, "(1,)", std::string(12, ' ')), "elements of type '<U3'"},
      {npy("[('x', '<f8')]", false, "(1,)", std::string(8, ' ')), "holds records"},
      {npy("'<f8'", false, "(9223372036854775807, 9223372036854775807)", ""), "more elements than any file holds"},
      {npy("'<f8'", false, "(-1, 2)", ""), "a header that cannot be read"},
      {npy("'<f8'", false, "oops", ""), "a header that cannot be read"},
      {npy("'<f8'", false, "(2, 2)", bytes_of(counting<double>(4))),
       "has 2 dimensions (2, 2) and (trial, time, space) names 3"},
  };
  for (const auto& [bytes, says] : table) {
    CAPTURE(says);
    store::write_file_atomically(folder / "bad.npy", bytes);
    const auto said = wrong(folder / "bad.npy", layout_of());
    CHECK_MESSAGE(said.find(says) != said.npos, said);
    CHECK(said.find("bad.npy") != said.npos);
  }
  const auto missing = wrong(folder / "nowhere.npy", layout_of());
  CHECK(missing.find("nowhere.npy") != missing.npos);
}

TEST_CASE("npz: what is no archive is refused") {
  const TemporaryFolder folder;
  for (const std::string bytes : {"", "PK\x03\x04 and then nothing", "no archive at all"}) {
    store::write_file_atomically(folder / "bad.npz", bytes);
    const auto said = wrong(folder / "bad.npz", layout_of());
    CHECK_MESSAGE(said.find("bad.npz") != said.npos, said);
    CHECK(said != "read");
  }
}

TEST_CASE("tracks: rows become trials, missing samples and shorter trials NaN") {
  const TemporaryFolder folder;
  store::write_file_atomically(folder / "t.csv",
                               "\xEF\xBB\xBFtime (s),trial,likelihood,y (m),x (m)\r\n"
                               "5.0,b,0.9,2,1\r\n5.5,b,0.9,4,3\r\n\r\n6.0,b,0.1,,\r\n100,a,1,6,5\r\n100.5,a,1,8,7\r\n");
  const RecordingReader reader(folder / "t.csv", layout_of());
  CHECK(reader.shape("position") == std::vector<std::int64_t>{2, 3, 2});
  CHECK(reader.unit("position") == "m");
  CHECK(reader.unit("time") == "s");
  CHECK(reader.read_double("time") == std::vector<double>{0, 0.5, 1});
  const auto values = reader.read("position");
  const std::vector<float> expected = {1, 2, 3, 4, NAN, NAN, 5, 6, 7, 8, NAN, NAN};
  for (std::size_t k = 0; k < 12; ++k)
    CHECK((values[k] == expected[k] || (std::isnan(values[k]) && std::isnan(expected[k]))));
  store::write_file_atomically(folder / "z.csv", "trial,time,x,y,z\n0,0,1,2,3\n");
  CHECK(RecordingReader(folder / "z.csv", layout_of()).read("position") == std::vector<float>{1, 2, 3});
}

TEST_CASE("tracks: cells in quotes hold commas, quotes and line breaks; interleaved trials keep their order") {
  const TemporaryFolder folder;
  store::write_file_atomically(folder / "q.csv",
                               "\"note, long\",\"trial\",time,\"x (m)\",y (m)\r\n"
                               "\"left, then \"\"right\"\"\r\nand back\",\"b, 1\",0,\"1\",2\r\n"
                               "\"\",a,0,5,6\r\n,\"b, 1\",1,3,4\r\n5\" wide,a,1, \"7\" ,8");
  const RecordingReader reader(folder / "q.csv", layout_of());
  CHECK(reader.unit("position") == "m");
  CHECK(reader.read("position") == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("tracks: names of columns in any case, the exact one first") {
  const TemporaryFolder folder;
  store::write_file_atomically(folder / "T.CSV", "Trial,TIME,X (m),x (m),Y (m)\n1,0,9,1,2\n");
  const RecordingReader reader(folder / "T.CSV", layout_of());
  CHECK(reader.read("position") == std::vector<float>{1, 2});
}

TEST_CASE("tracks: tables that are broken are refused with the line") {
  const TemporaryFolder folder;
  struct Row {
    std::string text, says;
  };
  const std::vector<Row> table = {
      {"", "holds no samples"},
      {"trial,time,x,y\n", "holds no samples"},
      {"trial,time,x\n1,0,0\n", "bad.csv:1: there is no column 'y' (columns: trial, time, x). |"},
      {"trial,time,X,y,X\n1,0,0,0,0\n", "bad.csv:1: two columns are called 'x'"},
      {"trial,time,x,y,note\n1,0,0,0,\"a\nb\"\n1,1,left,0,\n", "bad.csv:4: 'left' in column 'x'"},
      {"trial,time,x,y\n1,0,0,0\n1,1,\"0,0\n1,2,0,0\n", "bad.csv:3: a quote is not closed"},
      {"trail,time,x,y\n1,0,0,0\n", "Did you mean 'trail'?"},
      {"trial,time,x,y,x\n1,0,0,0,0\n", "two columns are called 'x'"},
      {"trial,time,x (m),y (cm)\n1,0,0,0\n", "'y' is in \"cm\" and x in \"m\""},
      {"trial,time,x,y\n1,0,0,0\n1,1,0,left\n", "bad.csv:3: 'left' in column 'y' is not a number"},
      {"trial,time,x,y\n1,0,0,1e999\n", "bad.csv:2: '1e999' in column 'y' is not a number"},
      {"trial,time,x,y\n1,,0,0\n", "bad.csv:2: '' in column 'time' is not a number"},
      {"trial,time,x,y\n1,0,0\n", "bad.csv:2: 3 cells where the header has 4"},
      {"trial,time,x,y\n,0,0,0\n", "bad.csv:2: the trial has no name"},
      {"trial,time,x,y\n1,1,0,0\n1,1,0,0\n", "bad.csv:3: trial 1 goes back from time 1 to 1"},
      {"trial,time,x,y\n1,0,0,0\n1,1,0,0\n1,2,0,0\n2,0,0,0\n2,2,0,0\n",
       "bad.csv:6: sample 1 of trial 2 is at 2 after its start, where the longest trial is at 1"},
      {std::string("\x93NUMPY\x01\x00", 8), "there is no column 'trial'"},
  };
  for (const auto& [text, says] : table) {
    CAPTURE(says);
    store::write_file_atomically(folder / "bad.csv", text);
    const auto said = wrong(folder / "bad.csv", layout_of());
    CHECK_MESSAGE(said.find(says) != said.npos, said);
  }
}

TEST_CASE("netCDF of others: dimensions get other names and a unit where the file names none") {
  const TemporaryFolder folder;
  store::Dataset dataset;
  dataset.variables = {{"track", {"animal", "frame", "axis"}, {1, 2, 2}, "", "", {1, 2, 3, 4}, {}},
                       {"metres", {"animal"}, {1}, "m", "", {1}, {}}};
  store::write_dataset(folder / "a.nc", dataset);
  const RecordingReader reader(folder / "a.nc", {"track", {"trial", "time", "space"}, {}, "m"});
  CHECK(reader.dims("track") == std::vector<std::string>{"trial", "time", "space"});
  CHECK(reader.unit("track") == "m");
  CHECK(reader.read("track") == std::vector<float>{1, 2, 3, 4});
  CHECK(wrong(folder / "a.nc", {"track", {"trial", "time"}, {}, ""}).find("has 3 dimensions (animal, frame, axis)") !=
        std::string::npos);
  CHECK(wrong(folder / "a.nc", {"metres", {}, {}, "cm"}).find("is in m, not cm") != std::string::npos);
  const auto unknown = wrong(folder / "a.nc", {"trak", {}, {}, ""});
  CHECK_MESSAGE(
      unknown.find("(it has: track, metres). Did you mean 'track'? | name one of those: --variable ROLE=NAME") !=
          unknown.npos,
      unknown);
}
