// SPDX-License-Identifier: BSD-3-Clause
/// Reads NumPy .npy files of little-endian float64, C order.
#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <plugin/instance.hpp>
#include <regex>
#include <sstream>

namespace reverie::engine::test {

inline plugin::Array read_npy(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const auto bytes = text.str();
  if (bytes.size() < 10 || bytes.compare(1, 5, "NUMPY") != 0) throw std::runtime_error("not a .npy file: " + file.string());
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[8]) + 256 * static_cast<unsigned char>(bytes[9]));
  const auto header = bytes.substr(10, length);
  if (header.find("'<f8'") == header.npos || header.find("False") == header.npos)
    throw std::runtime_error("not float64 in C order: " + file.string());
  const auto open = header.find('('), close = header.find(')');
  const auto inside = header.substr(open + 1, close - open - 1);
  std::vector<std::int64_t> shape;
  const std::regex number("[0-9]+");
  for (std::sregex_iterator at(inside.begin(), inside.end(), number), end; at != end; ++at) shape.push_back(std::stoll(at->str()));
  plugin::Array array(shape);
  std::memcpy(array.values.data(), bytes.data() + 10 + length, array.values.size() * sizeof(double));
  return array;
}

}  // namespace reverie::engine::test
