// SPDX-License-Identifier: BSD-3-Clause
/// Reading recordings: netCDF files piece by piece, arrays of other programs from memory or mapped files.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <store/files.hpp>
#include <store/foreign.hpp>
#include <store/netcdf_dataset.hpp>

namespace reverie::store {
namespace {

/// What a reader knows of one variable, whatever the file.
struct Listed {
  std::string name, unit;
  std::vector<std::string> dims;
  std::vector<std::int64_t> shape;
  bool fits_float = false, holds_texts = false;
};

}  // namespace

struct RecordingReader::State {
  std::filesystem::path file;
  std::vector<Listed> variables;

  explicit State(std::filesystem::path name) : file(std::move(name)) {}
  virtual ~State() = default;
  /// Variable number `index`, rows [first, first + extents[0]) of its first dimension.
  virtual void rows(std::size_t index, std::int64_t first, const std::vector<std::int64_t>& extents,
                    std::vector<float>& values) const = 0;
  virtual void rows(std::size_t index, std::int64_t first, const std::vector<std::int64_t>& extents,
                    std::vector<double>& values) const = 0;
  virtual std::vector<std::string> labels(std::size_t index) const = 0;
  virtual std::map<std::string, std::string> attributes() const = 0;

  std::size_t index_of(const std::string& name) const {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < variables.size(); ++k) {
      if (variables[k].name == name) return k;
      names.push_back(variables[k].name);
    }
    throw DataError(fmt::format("'{}' has no variable '{}' (it has: {}).{}", file.string(), name,
                                fmt::join(names, ", "), did_you_mean(name, names)),
                    "name one of those, or record the variable (record = [...] of the simulation)");
  }
  const Listed& at(const std::string& name) const { return variables[index_of(name)]; }

  template <class Real>
  std::vector<Real> read(const std::string& name, std::int64_t first, std::int64_t count) const {
    const auto index = index_of(name);
    const auto& variable = variables[index];
    auto extents = variable.shape;
    if (!extents.empty()) {
      const auto all = extents.front();
      extents.front() = count < 0 ? all - first : count;
      if (first < 0 || first > all || extents.front() > all - first)
        throw DataError(fmt::format("variable '{}' of '{}' has {} rows of '{}'; rows {} to {} were asked for", name,
                                    file.string(), all, variable.dims.front(), first, first + extents.front()),
                        "ask for fewer, or record more");
    }
    std::vector<Real> values;
    rows(index, first, extents, values);
    return values;
  }
};

namespace {

struct NetcdfState final : RecordingReader::State {
  NetcdfFile netcdf;
  std::vector<NetcdfVariable> listed;

  NetcdfState(const std::filesystem::path& name, const RecordingLayout& layout)
      : State(name), netcdf(NetcdfFile::open(name)), listed(list_variables(netcdf)) {
    for (const auto& variable : listed)
      variables.push_back({variable.name, text_attribute(netcdf, variable.id, "units"), variable.dims, variable.shape,
                           variable.type == NC_FLOAT, variable.type == NC_STRING});
    if (layout.variable.empty()) return;
    std::vector<std::string> names;
    for (auto& variable : variables) {
      if (variable.name == layout.variable) {
        apply(layout, variable);
        return;
      }
      names.push_back(variable.name);
    }
    int groups = 0;
    netcdf.attempt("the list of groups", [&] { return nc_inq_grps(netcdf.id(), &groups, nullptr); });
    throw DataError(
        fmt::format("'{}' has no variable '{}' (it has: {}).{}", file.string(), layout.variable,
                    names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")),
                    did_you_mean(layout.variable, names)),
        std::string(groups > 0 ? "variables in groups are not read: copy them to the top of the file, or " : "") +
            "name one of those: --variable ROLE=NAME");
  }

  /// Other words for the dimensions, in all variables that have them; a unit where the file names none.
  void apply(const RecordingLayout& layout, Listed& variable) {
    if (!layout.dims.empty()) {
      if (layout.dims.size() != variable.dims.size())
        throw DataError(fmt::format("'{}' in '{}' has {} dimensions ({}) and ({}) names {}", variable.name,
                                    file.string(), variable.dims.size(), fmt::join(variable.dims, ", "),
                                    fmt::join(layout.dims, ", "), layout.dims.size()),
                        "name every dimension in the order of the file: --dims trial,time,space");
      std::map<std::string, std::string> words;
      for (std::size_t k = 0; k < layout.dims.size(); ++k) words[variable.dims[k]] = layout.dims[k];
      for (auto& other : variables)
        for (auto& dim : other.dims)
          if (const auto word = words.find(dim); word != words.end()) dim = word->second;
    }
    if (layout.unit.empty()) return;
    if (!variable.unit.empty() && variable.unit != layout.unit)
      throw DataError(
          fmt::format("'{}' in '{}' is in {}, not {}", variable.name, file.string(), variable.unit, layout.unit),
          "leave the unit out");
    variable.unit = layout.unit;
  }

  void rows(std::size_t index, std::int64_t first, const std::vector<std::int64_t>& extents,
            std::vector<float>& values) const override {
    get(nc_get_vara_float, index, first, extents, values);
  }
  void rows(std::size_t index, std::int64_t first, const std::vector<std::int64_t>& extents,
            std::vector<double>& values) const override {
    get(nc_get_vara_double, index, first, extents, values);
  }
  template <class Real>
  void get(int (*get_vara)(int, int, const std::size_t*, const std::size_t*, Real*), std::size_t index,
           std::int64_t first, const std::vector<std::int64_t>& extents, std::vector<Real>& values) const {
    const auto& variable = listed[index];
    require_numbers(netcdf, variable);
    values.resize(elements_of(extents));
    std::vector<std::size_t> start(extents.size(), 0), count(extents.begin(), extents.end());
    if (!start.empty()) start.front() = static_cast<std::size_t>(first);
    if (!values.empty())
      netcdf.attempt("variable '" + variable.name + "'",
                     [&] { return get_vara(netcdf.id(), variable.id, start.data(), count.data(), values.data()); });
    for (const double missing : missing_values(netcdf, variable))
      std::replace(values.begin(), values.end(), static_cast<Real>(missing), std::numeric_limits<Real>::quiet_NaN());
  }
  std::vector<std::string> labels(std::size_t index) const override { return read_labels(netcdf, listed[index]); }
  std::map<std::string, std::string> attributes() const override { return global_attributes(netcdf); }
};

struct ArrayState final : RecordingReader::State {
  std::vector<ForeignArray> arrays;

  ArrayState(const std::filesystem::path& name, std::vector<ForeignArray> held) : State(name), arrays(std::move(held)) {
    for (const auto& array : arrays) variables.push_back({array.name, array.unit, array.dims, array.shape});
  }
  void rows(std::size_t index, std::int64_t first, const std::vector<std::int64_t>& extents,
            std::vector<float>& values) const override {
    const auto read = arrays[index].read(first, extents.empty() ? 1 : extents[0]);
    values.assign(read.begin(), read.end());
  }
  void rows(std::size_t index, std::int64_t first, const std::vector<std::int64_t>& extents,
            std::vector<double>& values) const override {
    values = arrays[index].read(first, extents.empty() ? 1 : extents[0]);
  }
  std::vector<std::string> labels(std::size_t index) const override {
    throw DataError(fmt::format("'{}' in '{}' holds no texts", arrays[index].name, file.string()));
  }
  std::map<std::string, std::string> attributes() const override { return {}; }
};

std::unique_ptr<RecordingReader::State> open(const std::filesystem::path& file, const RecordingLayout& layout) {
  const auto extension = extension_of(file);
  if (extension == ".npy") return std::make_unique<ArrayState>(file, read_npy(file, layout));
  if (extension == ".npz") return std::make_unique<ArrayState>(file, read_npz(file, layout));
  if (extension == ".csv") return std::make_unique<ArrayState>(file, read_tracks(file, layout));
  return std::make_unique<NetcdfState>(file, layout);
}

}  // namespace

RecordingReader::RecordingReader(const std::filesystem::path& file, const RecordingLayout& layout)
    : state_(open(file, layout)) {}

RecordingReader::~RecordingReader() = default;
RecordingReader::RecordingReader(RecordingReader&&) noexcept = default;

const std::filesystem::path& RecordingReader::file() const { return state_->file; }

std::vector<std::string> RecordingReader::names() const {
  std::vector<std::string> names;
  for (const auto& variable : state_->variables) names.push_back(variable.name);
  return names;
}

bool RecordingReader::has(const std::string& name) const {
  const auto known = names();
  return std::find(known.begin(), known.end(), name) != known.end();
}

std::vector<std::string> RecordingReader::dims(const std::string& name) const { return state_->at(name).dims; }
std::vector<std::int64_t> RecordingReader::shape(const std::string& name) const { return state_->at(name).shape; }
std::string RecordingReader::unit(const std::string& name) const { return state_->at(name).unit; }

void RecordingReader::require_dims(const std::string& name, const std::vector<std::string>& dims) const {
  const auto& found = state_->at(name).dims;
  if (found != dims)
    throw DataError(fmt::format("variable '{}' of '{}' has dimensions ({}), not ({})", name, file().string(),
                                fmt::join(found, ", "), fmt::join(dims, ", ")),
                    "rename or transpose its dimensions, or name another variable");
}

std::vector<float> RecordingReader::read(const std::string& name, std::int64_t first, std::int64_t count) const {
  return state_->read<float>(name, first, count);
}

std::vector<double> RecordingReader::read_double(const std::string& name, std::int64_t first,
                                                 std::int64_t count) const {
  return state_->read<double>(name, first, count);
}

bool RecordingReader::fits_float(const std::string& name) const { return state_->at(name).fits_float; }
bool RecordingReader::holds_texts(const std::string& name) const { return state_->at(name).holds_texts; }

std::vector<std::string> RecordingReader::labels(const std::string& name) const {
  return state_->labels(state_->index_of(name));
}

std::map<std::string, std::string> RecordingReader::attributes() const { return state_->attributes(); }

}  // namespace reverie::store
