// SPDX-License-Identifier: BSD-3-Clause
/// NumPy's archives (.npz): an uncompressed zip file with one .npy member per array, as numpy.savez writes it.
///
/// numpy.lib.format, version 1.0; little-endian, row-major (C order). Equal contents give equal bytes: members carry no
/// clock.
#pragma once

#include <functional>
#include <store/weights.hpp>

namespace reverie::store {

/// One array, whose bytes are asked for while the archive is written.
struct NpzArray {
  std::string name;       ///< numpy.load(file)[name]
  std::string type;       ///< of an element, as NumPy writes it: "<f4", "<f8", "<U7"
  std::size_t width = 0;  ///< bytes of an element
  std::vector<std::int64_t> shape;
  /// The next bytes, row-major; empty at the end. What it throws ends the writing and is thrown by write_npz.
  std::function<std::string()> next;
};

/// Labels (UTF-8) as NumPy's texts of fixed length. DataError for one that is not UTF-8.
NpzArray npz_labels(const std::string& name, const std::vector<std::int64_t>& shape,
                    const std::vector<std::string>& labels);

/// Writes by temporary, fsync, rename. DataError names an unwritable place.
void write_npz(const std::filesystem::path& file, std::vector<NpzArray> arrays);

/// All arrays of an archive as tensors: float32 as "F32", everything else as "F64". DataError for a damaged archive and
/// for arrays that hold no plain numbers.
Safetensors read_npz_tensors(const std::filesystem::path& file);

}  // namespace reverie::store
