// SPDX-License-Identifier: BSD-3-Clause
/// Small results in memory and as netCDF-4 files that xarray, h5py, MATLAB and Julia open.
///
/// Equal contents give equal bytes: no clock, host or path is written.
#pragma once

#include <base/error.hpp>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace reverie::store {

/// A data file that is missing, damaged or not what it should be (exit code 1), named with the remedy.
class DataError : public Error {
 public:
  DataError(const std::string& message, std::string remedy = "")
      : Error(ExitCode::run_failed, message, std::move(remedy)) {}
};

/// An array with named dimensions. Numbers are written as float64, labels as UTF-8 strings.
struct Variable {
  std::string name;
  std::vector<std::string> dims;
  std::vector<std::int64_t> shape;
  std::string unit, long_name;      ///< attributes `units` (not written when empty) and `long_name`
  std::vector<double> values;       ///< row-major, unless it holds labels
  std::vector<std::string> labels;  ///< non-empty: a variable of texts
};

struct Dataset {
  std::vector<Variable> variables;  ///< a 1-D variable named like its dimension is that dimension's coordinate
  std::map<std::string, std::string> attributes;

  const Variable* find(const std::string& name) const;
  const Variable& at(const std::string& name) const;  ///< DataError names what there is
};

void write_dataset(const std::filesystem::path& file, const Dataset& dataset);
/// Reads every variable, or of all but `only` no values; for large recordings use RecordingReader.
Dataset read_dataset(const std::filesystem::path& file, const std::string& only = "");

/// The dataset as a table, one row per element of each variable that is not a coordinate:
/// columns variable, <dims...>, value, units.
void write_csv(const std::filesystem::path& file, const Dataset& dataset);

/// The dataset as JSON: { "attributes": {...}, "variables": { NAME: { "dims", "shape", "units", "long_name", "values" }
/// } }, values nested by dimension, a number that is not finite as null.
void write_json(const std::filesystem::path& file, const Dataset& dataset);

}  // namespace reverie::store
