// SPDX-License-Identifier: BSD-3-Clause
/// Recordings in files that reverie did not write: NumPy arrays (.npy, .npz) and tracked positions (.csv).
///
/// The layouts, with examples, are in docs/recordings.md.
#pragma once

#include <memory>
#include <store/recording.hpp>

namespace reverie::store {

/// An array with named dimensions whose numbers lie in memory or in a mapped file, in any order.
struct ForeignArray {
  std::string name, unit;
  std::vector<std::string> dims;
  std::vector<std::int64_t> shape, strides;  ///< strides in bytes
  double (*decode)(const std::byte*) = nullptr;
  std::shared_ptr<const void> owner;  ///< keeps `data` alive
  const std::byte* data = nullptr;

  /// Rows [first, first + count) of the first dimension, row-major.
  std::vector<double> read(std::int64_t first, std::int64_t count) const;
};

/// A .npy file in memory: kind, order and shape from its header; dimensions without names. `place` names it in
/// messages. DataError unless it holds plain integers or floating-point numbers and is complete.
ForeignArray parse_npy(const std::byte* bytes, std::size_t size, std::shared_ptr<const void> owner,
                       const std::string& place);

/// Names the dimensions and brings them into the order of `wanted`: a permutation is transposed, and where `wanted` has
/// trials and `dims` none, the array is one trial. DataError when the numbers of dimensions differ.
void name_dimensions(ForeignArray& array, const std::vector<std::string>& dims, const std::vector<std::string>& wanted,
                     const std::string& place);

/// The arrays of a file by its extension; empty when it is none of ours to read (netCDF).
std::vector<ForeignArray> read_npy(const std::filesystem::path& file, const RecordingLayout& layout);
std::vector<ForeignArray> read_npz(const std::filesystem::path& file, const RecordingLayout& layout);
/// Columns trial, time, x, y[, z] in any order, others ignored; a unit in parentheses: "x (m)". One row per sample, in
/// the order of time within a trial; empty or "nan" cells are missing samples. Trials shorter than the longest are
/// filled up with missing samples. Times are counted from the first sample of each trial and must agree between trials.
std::vector<ForeignArray> read_tracks(const std::filesystem::path& file, const RecordingLayout& layout);

}  // namespace reverie::store
