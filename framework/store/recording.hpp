// SPDX-License-Identifier: BSD-3-Clause
/// Recordings: what a simulation leaves, trial by trial, as netCDF-4.
///
/// Dimensions trial, time, space (latent coordinates), unit, channel (of the output). float32 data, float64 time; chunk
/// = one trial; uncompressed unless asked. Large variables are streamed in both directions; files may exceed memory.
#pragma once

#include <memory>
#include <store/dataset.hpp>

namespace reverie::store {

/// A large variable with leading dimension `trial`; float32.
struct StreamedVariable {
  std::string name;
  std::vector<std::string> dims;    ///< "trial", "time", "space"
  std::vector<std::int64_t> shape;  ///< full extents, trial first
  std::string unit, long_name;
};

/// Writes a new recording. All calls from one thread (netCDF is not thread-safe); trials in any order, but for equal
/// bytes in ascending order.
class RecordingWriter {
 public:
  /// `small`: coordinates, labels, landmarks and root attributes, written at once.
  RecordingWriter(const std::filesystem::path& file, const Dataset& small,
                  const std::vector<StreamedVariable>& streamed, bool compress = false);
  ~RecordingWriter();
  void put(const std::string& name, std::int64_t first_trial, std::int64_t trials, const float* values);
  void close();  ///< reports a full disk; the destructor cannot

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a file of another program does not say by itself.
struct RecordingLayout {
  std::string variable;  ///< the one that is measured, by its name in the file; of .npy and .csv: its name here
  std::vector<std::string>
      dims;  ///< its dimensions in the order of the file; empty: as the file names them, or `wanted`
  std::vector<std::string> wanted;  ///< dimensions of the metric's input
  std::string unit;                 ///< where the file names none
};

/// Reads recordings of ours and of others: netCDF, .npy, .npz and .csv by the file's extension (docs/recordings.md).
class RecordingReader {
 public:
  explicit RecordingReader(const std::filesystem::path& file, const RecordingLayout& layout = {});
  ~RecordingReader();
  RecordingReader(RecordingReader&&) noexcept;

  const std::filesystem::path& file() const;
  bool has(const std::string& name) const;
  std::vector<std::string> names() const;
  std::vector<std::string> dims(const std::string& name) const;
  std::vector<std::int64_t> shape(const std::string& name) const;
  std::string unit(const std::string& name) const;
  /// DataError unless the variable has exactly these dimensions, in this order.
  void require_dims(const std::string& name, const std::vector<std::string>& dims) const;
  /// Rows [first, first + count) of the first dimension, row-major, as float32 (count < 0: to the end), ...
  std::vector<float> read(const std::string& name, std::int64_t first = 0, std::int64_t count = -1) const;
  /// ... and as float64.
  std::vector<double> read_double(const std::string& name, std::int64_t first = 0, std::int64_t count = -1) const;
  /// Whether float32 holds its numbers as the file has them.
  bool fits_float(const std::string& name) const;
  bool holds_texts(const std::string& name) const;
  std::vector<std::string> labels(const std::string& name) const;
  std::map<std::string, std::string> attributes() const;

  struct State;  ///< one kind of file

 private:
  std::unique_ptr<State> state_;
};

}  // namespace reverie::store
