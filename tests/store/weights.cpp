// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <store/weights.hpp>

#include "temporary_folder.hpp"

using namespace reverie::store;

namespace {

/// A file as the format's description has it: header length, header, data.
std::string safetensors(const std::string& header, const std::string& data) {
  std::string bytes;
  for (unsigned k = 0; k < 8; ++k) bytes += static_cast<char>(header.size() >> (8 * k) & 255U);
  return bytes + header + data;
}

}  // namespace

TEST_CASE("weights read back in order, float64 exactly and float32 rounded") {
  const test::TemporaryFolder folder;
  const std::vector<NamedTensor> tensors = {
      {"w_rec.weight", {2, 3}, {1, 2, 3, -4, 0.5, 0.1}, "F32"},
      {"bias", {}, {-0.0}, "F64"},
      {"moment", {2}, {0.1, std::numeric_limits<double>::denorm_min()}, "F64"},
      {"none", {0, 4}, {}, "F32"},
  };
  write_safetensors(folder / "w.safetensors", tensors, {{"format", "reverie"}, {"λ", "0.5"}});
  const auto read = read_safetensors(folder / "w.safetensors");
  CHECK(read.metadata == std::map<std::string, std::string>{{"format", "reverie"}, {"λ", "0.5"}});
  REQUIRE(read.tensors.size() == tensors.size());
  for (std::size_t k = 0; k < tensors.size(); ++k) {
    CHECK(read.tensors[k].name == tensors[k].name);
    CHECK(read.tensors[k].shape == tensors[k].shape);
    CHECK(read.tensors[k].dtype == tensors[k].dtype);
  }
  CHECK(read.tensors[0].values == std::vector<double>{1, 2, 3, -4, 0.5, static_cast<double>(0.1F)});
  CHECK(std::signbit(read.tensors[1].values.at(0)));
  CHECK(read.find("moment")->values == tensors[2].values);
  CHECK(read.find("w_rec") == nullptr);
}

TEST_CASE("the bytes of a weights file are those the format prescribes") {
  const test::TemporaryFolder folder;
  write_safetensors(folder / "w", {{"a", {1}, {1.0}, "F32"}}, {{"k", "v"}});
  using namespace std::string_literals;
  // 82 characters of JSON, 6 spaces to the next multiple of 8, then 1.0 as little-endian float32.
  const auto header = R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"s;
  CHECK(test::bytes_of(folder / "w") ==
        safetensors(header + std::string((8 - header.size() % 8) % 8, ' '), "\x00\x00\x80\x3f"s));
}

TEST_CASE("every tensor of mixed types begins at a multiple of its element") {
  const test::TemporaryFolder folder;
  write_safetensors(folder / "w", {{"a", {1}, {1.0}, "F32"}, {"b", {1}, {2.0}, "F64"}, {"c", {1}, {3.0}, "F32"}});
  const auto bytes = test::bytes_of(folder / "w");
  const auto header_length = static_cast<unsigned char>(bytes[0]) + 256U * static_cast<unsigned char>(bytes[1]);
  CHECK(header_length % 8 == 0);
  CHECK(test::contains(bytes, R"("b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]})"));
}

TEST_CASE("equal weights give equal bytes") {
  const test::TemporaryFolder folder;
  for (const std::string name : {"a", "b"})
    write_safetensors(folder / name, {{"w", {2}, {1, 2}, "F32"}, {"v", {1}, {3}, "F64"}}, {{"y", "1"}, {"x", "2"}});
  CHECK(test::bytes_of(folder / "a") == test::bytes_of(folder / "b"));
}

TEST_CASE("half precision and bfloat16 are widened to the numbers they stand for") {
  const test::TemporaryFolder folder;
  using namespace std::string_literals;
  // IEEE 754 binary16: 1, -2, the largest 65504, the least 2^-24, the least normal 2^-14, infinity; bfloat16: 1, -0.5
  const auto half = "\x00\x3c\x00\xc0\xff\x7b\x01\x00\x00\x04\x00\x7c"s, brain = "\x80\x3f\x00\xbf"s;
  test::put_bytes(folder / "w", safetensors(R"({"h":{"dtype":"F16","shape":[6],"data_offsets":[0,12]},)"
                                            R"("b":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]}})",
                                            half + brain));
  const auto read = read_safetensors(folder / "w");
  CHECK(read.find("h")->values == std::vector<double>{1, -2, 65504, std::ldexp(1, -24), std::ldexp(1, -14), INFINITY});
  CHECK(read.find("b")->values == std::vector<double>{1, -0.5});
}

TEST_CASE("tensors that contradict themselves are refused before a file exists") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(write_safetensors(folder / "w", {{"a", {2}, {1.0}, "F32"}}), std::logic_error);
  CHECK_THROWS_AS(write_safetensors(folder / "w", {{"a", {1}, {1.0}, "I64"}}), std::logic_error);
  CHECK_THROWS_AS(write_safetensors(folder / "w", {{"a", {}, {1.0}, "F32"}, {"a", {}, {1.0}, "F32"}}),
                  std::logic_error);
  CHECK_THROWS_AS(write_safetensors(folder / "w", {{"__metadata__", {}, {1.0}, "F32"}}), std::logic_error);
  CHECK(test::contains(test::data_error([&] {
                         write_safetensors(folder / "w", {{"\xff", {}, {1.0}, "F32"}});
                       }),
                       "UTF-8"));
  CHECK(test::entries_of(folder.path()) == 0);
}
