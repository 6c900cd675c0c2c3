// SPDX-License-Identifier: BSD-3-Clause
/// An open netCDF file and its variables: the C library's status codes become DataError with the name of the file.
///
/// The C interface and not the C++ one: the latter's close() and fill settings drop what the library reports.
#pragma once

#include <netcdf.h>

#include <cerrno>
#include <filesystem>
#include <store/dataset.hpp>

namespace reverie::store {

class NetcdfFile {
 public:
  /// A new netCDF-4 file at `path`; messages call it `shown_as`.
  static NetcdfFile create(const std::filesystem::path& path, const std::filesystem::path& shown_as);
  static NetcdfFile open(const std::filesystem::path& path);
  ~NetcdfFile();
  NetcdfFile(NetcdfFile&&) noexcept;
  NetcdfFile& operator=(NetcdfFile&&) = delete;

  int id() const { return id_; }
  const std::filesystem::path& name() const { return name_; }

  /// Runs one call of the library; `what` names the part of the file in the message.
  template <class Call>
  void attempt(const std::string& what, Call&& call) const {
    errno = 0;
    if (const int status = call(); status != NC_NOERR) fail(what, status, errno);
  }
  void close();

 private:
  NetcdfFile(std::filesystem::path name, bool writing) : name_(std::move(name)), writing_(writing) {}
  [[noreturn]] void fail(const std::string& what, int status, int error) const;

  std::filesystem::path name_;
  bool writing_;
  /// Also false after a failed write: HDF5 1.10 crashes when it closes a file that it could not flush.
  mutable bool closable_ = false;
  int id_ = -1;
};

/// What the file says about one variable.
struct NetcdfVariable {
  int id = -1;
  nc_type type = NC_NAT;
  std::string name;
  std::vector<std::string> dims;
  std::vector<std::int64_t> shape;
};

/// Number of elements of an array; 1 without dimensions.
std::size_t elements_of(const std::vector<std::int64_t>& shape);

std::vector<NetcdfVariable> list_variables(const NetcdfFile& file);
/// An attribute as text, "" if there is none; NC_GLOBAL for the file's own.
std::string text_attribute(const NetcdfFile& file, int variable, const std::string& name);
std::map<std::string, std::string> global_attributes(const NetcdfFile& file);
/// Numbers that stand for "missing" in a variable: its attributes _FillValue and missing_value, and where it has no
/// _FillValue, the library's own for its type unless the file was written without filling.
std::vector<double> missing_values(const NetcdfFile& file, const NetcdfVariable& variable);
/// Missing ones are NaN.
std::vector<double> read_numbers(const NetcdfFile& file, const NetcdfVariable& variable);
std::vector<std::string> read_labels(const NetcdfFile& file, const NetcdfVariable& variable);
/// DataError if it holds texts, or numbers that mean something only after scaling.
void require_numbers(const NetcdfFile& file, const NetcdfVariable& variable);

}  // namespace reverie::store
