// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <numeric>
#include <store/files.hpp>
#include <store/netcdf_file.hpp>
#include <string_view>
#include <utility>

namespace reverie::store {
namespace {

/// Starts of files that the netCDF library reads: HDF5 and the three classic formats.
bool has_netcdf_signature(const std::filesystem::path& file) {
  using namespace std::string_view_literals;
  std::array<char, 8> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  const std::string_view bytes(start.data(), start.size());
  return bytes == "\x89HDF\r\n\x1a\n"sv || bytes.starts_with("CDF\x01"sv) || bytes.starts_with("CDF\x02"sv) ||
         bytes.starts_with("CDF\x05"sv);
}

/// Errors of the operating system that tell more than "HDF error".
bool is_about_the_disk(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO || error == EROFS || error == EACCES;
}

/// HDF5's own closing at exit crashes on a file that it could not flush (a full disk); ours are closed before. Its
/// other state dies with the process.
void prevent_closing_at_exit() {
  static const int done = H5dont_atexit();
  static_cast<void>(done);
}

/// The library takes names such as "http://..." for servers, hence absolute; and every backslash for a slash.
std::filesystem::path name_for_library(const std::filesystem::path& path) {
  auto absolute = std::filesystem::absolute(path);
  if (absolute.string().find('\\') != std::string::npos)
    throw DataError(fmt::format("the netCDF library cannot open '{}': its path holds a backslash", absolute.string()),
                    "rename the folder or file");
  return absolute;
}

}  // namespace

void NetcdfFile::fail(const std::string& what, int status, int error) const {
  if (writing_ && status <= NC4_FIRST_ERROR) closable_ = false;
  const bool disk = is_about_the_disk(error);
  const auto reason = disk ? reason_of(error) : std::string(nc_strerror(status));
  const auto remedy = disk       ? remedy_of(error)
                      : writing_ ? std::string("check the disk, and that names contain no '/' and no trailing space")
                                 : std::string("the file seems damaged: make it again, or fetch a fresh copy");
  throw DataError(fmt::format("cannot {} {} of '{}': {}", writing_ ? "write" : "read", what, name_.string(), reason),
                  remedy);
}

NetcdfFile NetcdfFile::create(const std::filesystem::path& path, const std::filesystem::path& shown_as) {
  prevent_closing_at_exit();
  NetcdfFile file(shown_as, true);
  const auto name = name_for_library(path);
  file.attempt("the start", [&] { return nc_create(name.c_str(), NC_NETCDF4 | NC_CLOBBER, &file.id_); });
  file.closable_ = true;
  // Every element is written once: filling first would double the work.
  file.attempt("the start", [&] { return nc_set_fill(file.id_, NC_NOFILL, nullptr); });
  return file;
}

NetcdfFile NetcdfFile::open(const std::filesystem::path& path) {
  const auto size = size_of_readable_file(path);
  if (!has_netcdf_signature(path))
    throw DataError(fmt::format("'{}' is not a netCDF file{}", path.string(), size == 0 ? ": it is empty" : ""),
                    "name a recording or result (.nc), or make it again if it should be one");
  prevent_closing_at_exit();
  NetcdfFile file(path, false);
  const auto name = name_for_library(path);
  const int status = nc_open(name.c_str(), NC_NOWRITE, &file.id_);
  if (status != NC_NOERR)
    throw DataError(fmt::format("cannot read '{}': the netCDF file is truncated or damaged ({}; {} bytes)",
                                path.string(), nc_strerror(status), size),
                    "make the file again, or fetch a complete copy");
  file.closable_ = true;
  return file;
}

NetcdfFile::NetcdfFile(NetcdfFile&& other) noexcept
    : name_(std::move(other.name_)),
      writing_(other.writing_),
      closable_(std::exchange(other.closable_, false)),
      id_(other.id_) {}

NetcdfFile::~NetcdfFile() {
  if (closable_) nc_close(id_);
}

void NetcdfFile::close() {
  closable_ = false;
  attempt("the end", [&] { return nc_close(id_); });
}

std::size_t elements_of(const std::vector<std::int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1},
                         [](std::size_t n, std::int64_t extent) { return n * static_cast<std::size_t>(extent); });
}

std::vector<NetcdfVariable> list_variables(const NetcdfFile& file) {
  int count = 0;
  file.attempt("the list of variables", [&] { return nc_inq_nvars(file.id(), &count); });
  std::vector<NetcdfVariable> variables;
  for (int id = 0; id < count; ++id) {
    NetcdfVariable variable;
    variable.id = id;
    std::array<char, NC_MAX_NAME + 1> name{};
    std::array<int, NC_MAX_VAR_DIMS> dims{};
    int rank = 0;
    file.attempt("the list of variables",
                 [&] { return nc_inq_var(file.id(), id, name.data(), &variable.type, &rank, dims.data(), nullptr); });
    variable.name = name.data();
    for (int k = 0; k < rank; ++k) {
      std::size_t extent = 0;
      file.attempt("the dimensions of variable '" + variable.name + "'",
                   [&] { return nc_inq_dim(file.id(), dims[static_cast<std::size_t>(k)], name.data(), &extent); });
      variable.dims.emplace_back(name.data());
      variable.shape.push_back(static_cast<std::int64_t>(extent));
    }
    variables.push_back(std::move(variable));
  }
  return variables;
}

std::string text_attribute(const NetcdfFile& file, int variable, const std::string& name) {
  nc_type type = NC_NAT;
  std::size_t length = 0;
  const int found = nc_inq_att(file.id(), variable, name.c_str(), &type, &length);
  if (found == NC_ENOTATT) return "";
  const auto what = "attribute '" + name + "'";
  file.attempt(what, [&] { return found; });
  if (type == NC_CHAR) {
    std::string text(length, '\0');
    file.attempt(what, [&] { return nc_get_att_text(file.id(), variable, name.c_str(), text.data()); });
    return text.substr(0, text.find('\0'));
  }
  std::vector<std::string> parts;
  if (type == NC_STRING) {
    std::vector<char*> texts(length);
    file.attempt(what, [&] { return nc_get_att_string(file.id(), variable, name.c_str(), texts.data()); });
    for (const char* text : texts) parts.emplace_back(text ? text : "");
    nc_free_string(length, texts.data());
  } else {
    std::vector<double> numbers(length);
    file.attempt(what, [&] { return nc_get_att_double(file.id(), variable, name.c_str(), numbers.data()); });
    for (const double number : numbers) parts.push_back(fmt::format("{}", number));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::map<std::string, std::string> global_attributes(const NetcdfFile& file) {
  int count = 0;
  file.attempt("the attributes", [&] { return nc_inq_natts(file.id(), &count); });
  std::map<std::string, std::string> attributes;
  for (int k = 0; k < count; ++k) {
    std::array<char, NC_MAX_NAME + 1> name{};
    file.attempt("the attributes", [&] { return nc_inq_attname(file.id(), NC_GLOBAL, k, name.data()); });
    attributes[name.data()] = text_attribute(file, NC_GLOBAL, name.data());
  }
  return attributes;
}

void require_numbers(const NetcdfFile& file, const NetcdfVariable& variable) {
  const auto refuse = [&](const std::string& reason, const std::string& remedy) {
    throw DataError(fmt::format("variable '{}' of '{}' {}", variable.name, file.name().string(), reason), remedy);
  };
  if (variable.type == NC_STRING || variable.type == NC_CHAR)
    refuse("holds texts where numbers are needed", "name another variable");
  if (variable.type > NC_MAX_ATOMIC_TYPE) refuse("has a compound or variable-length type", "store it as plain numbers");
  for (const char* packing : {"scale_factor", "add_offset"})
    if (!text_attribute(file, variable.id, packing).empty())
      refuse(fmt::format("is packed (attribute '{}')", packing), "write it unpacked, as plain floating-point numbers");
}

std::vector<double> missing_values(const NetcdfFile& file, const NetcdfVariable& variable) {
  std::vector<double> missing;
  for (const char* name : {"_FillValue", "missing_value"}) {
    nc_type type = NC_NAT;
    std::size_t length = 0;
    if (nc_inq_att(file.id(), variable.id, name, &type, &length) != NC_NOERR || type == NC_CHAR || type == NC_STRING)
      continue;
    const auto before = missing.size();
    missing.resize(before + length);
    file.attempt(fmt::format("attribute '{}'", name),
                 [&] { return nc_get_att_double(file.id(), variable.id, name, missing.data() + before); });
  }
  // Without _FillValue the library's own number fills what is not written; bytes have none to spare.
  static const std::map<nc_type, double> fills = {{NC_SHORT, NC_FILL_SHORT},
                                                  {NC_USHORT, NC_FILL_USHORT},
                                                  {NC_INT, NC_FILL_INT},
                                                  {NC_UINT, NC_FILL_UINT},
                                                  {NC_FLOAT, NC_FILL_FLOAT},
                                                  {NC_DOUBLE, NC_FILL_DOUBLE},
                                                  {NC_INT64, static_cast<double>(NC_FILL_INT64)},
                                                  {NC_UINT64, static_cast<double>(NC_FILL_UINT64)}};
  int unfilled = 0;
  file.attempt("variable '" + variable.name + "'",
               [&] { return nc_inq_var_fill(file.id(), variable.id, &unfilled, nullptr); });
  const bool named = nc_inq_att(file.id(), variable.id, "_FillValue", nullptr, nullptr) == NC_NOERR;
  const auto fill = fills.find(variable.type);
  if (!named && unfilled == 0 && fill != fills.end()) missing.push_back(fill->second);
  // A float32 is compared with what it can hold of the attribute.
  if (variable.type == NC_FLOAT)
    for (double& value : missing) value = static_cast<float>(value);
  return missing;
}

std::vector<double> read_numbers(const NetcdfFile& file, const NetcdfVariable& variable) {
  require_numbers(file, variable);
  std::vector<double> values(elements_of(variable.shape));
  if (!values.empty())
    file.attempt("variable '" + variable.name + "'",
                 [&] { return nc_get_var_double(file.id(), variable.id, values.data()); });
  for (const double missing : missing_values(file, variable))
    std::replace(values.begin(), values.end(), missing, std::numeric_limits<double>::quiet_NaN());
  return values;
}

std::vector<std::string> read_labels(const NetcdfFile& file, const NetcdfVariable& variable) {
  if (variable.type != NC_STRING)
    throw DataError(
        fmt::format("variable '{}' of '{}' holds no texts (netCDF strings)", variable.name, file.name().string()),
        "name a variable of labels, or store the labels as strings");
  std::vector<char*> texts(elements_of(variable.shape));
  if (texts.empty()) return {};
  file.attempt("variable '" + variable.name + "'",
               [&] { return nc_get_var_string(file.id(), variable.id, texts.data()); });
  std::vector<std::string> labels;
  for (const char* text : texts) labels.emplace_back(text ? text : "");
  file.attempt("variable '" + variable.name + "'", [&] { return nc_free_string(texts.size(), texts.data()); });
  return labels;
}

}  // namespace reverie::store
