// SPDX-License-Identifier: BSD-3-Clause
/// One malformed weights file per way to be wrong, with what the error must say about it.
#include <doctest/doctest.h>

#include <store/weights.hpp>

#include "temporary_folder.hpp"

using namespace reverie::store;

namespace {

std::string length_of_header(std::uint64_t length) {
  std::string bytes;
  for (unsigned k = 0; k < 8; ++k) bytes += static_cast<char>(length >> (8 * k) & 255U);
  return bytes;
}

std::string safetensors(const std::string& header, std::size_t data_size) {
  return length_of_header(header.size()) + header + std::string(data_size, '\0');
}

void check_refused(const std::string& bytes, const std::string& part) {
  const test::TemporaryFolder folder;
  const auto file = folder / "w.safetensors";
  test::put_bytes(file, bytes);
  const auto message = test::data_error([&] { read_safetensors(file); });
  CAPTURE(message);
  CHECK(test::contains(message, part));
  CHECK(test::contains(message, file.string()));
}

}  // namespace

TEST_CASE("a missing weights file and a folder are called so") {
  const test::TemporaryFolder folder;
  CHECK(test::contains(test::data_error([&] { read_safetensors(folder / "w"); }), "No such file"));
  CHECK(test::contains(test::data_error([&] { read_safetensors(folder.path()); }), "it is a folder"));
}

TEST_CASE("a weights file cut anywhere is called truncated") {
  const test::TemporaryFolder folder;
  write_safetensors(folder / "w", {{"a", {3}, {1, 2, 3}, "F32"}, {"b", {2}, {4, 5}, "F32"}});
  const auto bytes = test::bytes_of(folder / "w");
  for (std::size_t kept = 0; kept < bytes.size(); ++kept) {
    CAPTURE(kept);
    check_refused(bytes.substr(0, kept), "is truncated");
  }
  check_refused(bytes.substr(0, bytes.size() - 1), "tensor 'b' ends at byte 20 of the data, which has 19");
  check_refused(bytes.substr(0, 4), "4 bytes do not hold the length of a header");
}

TEST_CASE("an absurd or wrong header length is refused without reserving it") {
  check_refused(length_of_header(UINT64_MAX) + "{}", "its header would be 18446744073709551615 bytes long");
  check_refused(length_of_header(UINT64_C(1) << 40U) + "{}", "is not a safetensors file");
  check_refused(length_of_header(99'000'000) + "{}", "its header is 99000000 bytes long, 2 are there");
  check_refused(std::string("PK\x03\x04 a zip archive, as torch.save writes"), "is not a safetensors file");
  check_refused(length_of_header(0), "header is not a JSON object");
}

TEST_CASE("a header that is not a JSON object of tensors is refused") {
  check_refused(safetensors("[1, 2]", 0), "header is not a JSON object");
  check_refused(safetensors("{\"a\": ", 0), "is not JSON");
  check_refused(safetensors("{\"a\xff\": 1}", 0), "is not JSON");
  check_refused(safetensors("{} {}", 0), "is not JSON");
  check_refused(safetensors("{\"a\":" + std::string(1'000'000, '['), 0), "nests too deeply");
  check_refused(safetensors(R"({"a":1})", 0), "tensor 'a' without a 'dtype'");
  check_refused(safetensors(R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4), "without a 'dtype'");
  check_refused(safetensors(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4), "without a 'shape'");
  check_refused(safetensors(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4), "without a 'shape'");
  check_refused(safetensors(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4), "without a 'shape'");
  check_refused(safetensors(R"({"a":{"dtype":"F32","shape":[1]}})", 4), "without a 'data_offsets'");
  check_refused(safetensors(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4),
                "1 data_offsets instead of 2");
  check_refused(safetensors(R"({"__metadata__":{"a":1}})", 0), "not a table of texts");
  check_refused(safetensors(R"({"__metadata__":[]})", 0), "not a table of texts");
}

TEST_CASE("a name that occurs twice is refused") {
  check_refused(safetensors(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                            R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                            8),
                "has a header with 'a' twice");
  check_refused(safetensors(R"({"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,8]}})", 8),
                "'dtype' twice");
  check_refused(safetensors(R"({"__metadata__":{"k":"1","k":"2"}})", 0), "'k' twice");
}

TEST_CASE("offsets that overlap, leave gaps, run backwards or end outside are refused") {
  const auto two = [](const std::string& a, const std::string& b) {
    return R"({"a":{"dtype":"F32","shape":[2],"data_offsets":)" + a +
           R"(},"b":{"dtype":"F32","shape":[2],"data_offsets":)" + b + "}}";
  };
  check_refused(safetensors(two("[0,8]", "[4,12]"), 12), "tensor 'b' overlaps the one before it");
  check_refused(safetensors(two("[0,8]", "[0,8]"), 8), "overlaps");
  check_refused(safetensors(two("[0,8]", "[12,20]"), 20), "bytes 8 to 12 before tensor 'b' belong to no tensor");
  check_refused(safetensors(two("[4,12]", "[12,20]"), 20), "bytes 0 to 4 before tensor 'a'");
  check_refused(safetensors(two("[0,8]", "[16,8]"), 16), "tensor 'b' ends before it begins");
  check_refused(safetensors(two("[0,8]", "[8,16]"), 20), "4 bytes after the last tensor");
  check_refused(safetensors(two("[0,8]", "[9223372036854775799,9223372036854775807]"), 16), "is truncated: tensor 'b'");
  check_refused(safetensors(two("[0,8]", "[18446744073709551608,18446744073709551615]"), 16), "whole numbers");
}

TEST_CASE("a size that does not follow from shape and dtype is refused, however large") {
  check_refused(safetensors(R"({"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,8]}})", 8),
                "tensor 'a' of dtype F32 and shape [2, 2] needs 16 bytes, its data_offsets span 8");
  check_refused(safetensors(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}})", 4), "needs 8 bytes");
  // 2^62 * 4 elements of 4 bytes is 0 modulo 2^64
  check_refused(safetensors(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0),
                "needs too many bytes");
  check_refused(safetensors(R"({"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}})", 8),
                "is truncated");
}

TEST_CASE("a dtype that is not a floating-point one names the remedy") {
  check_refused(safetensors(R"({"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})", 8), "convert it to F64");
}
