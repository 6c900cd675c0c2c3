// SPDX-License-Identifier: BSD-3-Clause
/// Reads NumPy .npy files of little-endian float64, C order.
#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <plugin/instance.hpp>
#include <sstream>

namespace reverie::npy {

inline plugin::Array read_npy(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const auto bytes = text.str();
  if (bytes.size() < 10 || bytes.compare(1, 5, "NUMPY") != 0)
    throw std::runtime_error("not a .npy file: " + file.string());
  const auto length =
      static_cast<std::size_t>(static_cast<unsigned char>(bytes[8]) + 256 * static_cast<unsigned char>(bytes[9]));
  const auto header = bytes.substr(10, length);
  if (header.find("'<f8'") == header.npos || header.find("False") == header.npos)
    throw std::runtime_error("not float64 in C order: " + file.string());
  std::istringstream extents(header.substr(header.find('(') + 1));
  std::vector<std::int64_t> shape;
  for (std::int64_t extent = 0; extents >> extent; extents.ignore()) shape.push_back(extent);
  plugin::Array array(shape);
  std::memcpy(array.values.data(), bytes.data() + 10 + length, array.values.size() * sizeof(double));
  return array;
}

}  // namespace reverie::npy
