// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <store/netcdf_dataset.hpp>

namespace reverie::store {
namespace {

void put_text_attribute(const NetcdfFile& file, int variable, const std::string& name, const std::string& text) {
  file.attempt("attribute '" + name + "'",
               [&] { return nc_put_att_text(file.id(), variable, name.c_str(), text.size(), text.data()); });
}

[[noreturn]] void refuse(const NetcdfFile& file, const std::string& variable, const std::string& reason) {
  throw DataError(fmt::format("cannot write variable '{}' of '{}': {}", variable, file.name().string(), reason),
                  "give each variable one extent per dimension, and each dimension the same extent everywhere");
}

void require_complete(const NetcdfFile& file, const Variable& variable) {
  const auto count = variable.labels.empty() ? variable.values.size() : variable.labels.size();
  const auto needed = elements_of(variable.shape);
  if (count != needed)
    refuse(file, variable.name, fmt::format("it has {} values where its shape needs {}", count, needed));
}

}  // namespace

std::vector<int> Dimensions::ids(const std::string& variable, const std::vector<std::string>& dims,
                                 const std::vector<std::int64_t>& shape) {
  if (dims.size() != shape.size())
    refuse(file_, variable, fmt::format("it names {} dimensions and has {} extents", dims.size(), shape.size()));
  std::vector<int> ids;
  for (std::size_t k = 0; k < dims.size(); ++k) {
    if (shape[k] < 0) refuse(file_, variable, fmt::format("dimension '{}' has extent {}", dims[k], shape[k]));
    auto known = known_.find(dims[k]);
    if (known == known_.end()) {
      int id = -1;
      // An extent of 0 is netCDF's word for a dimension that can grow; without data it reads back as 0.
      file_.attempt("dimension '" + dims[k] + "'",
                    [&] { return nc_def_dim(file_.id(), dims[k].c_str(), static_cast<std::size_t>(shape[k]), &id); });
      known = known_.emplace(dims[k], Known{id, shape[k], variable}).first;
    }
    if (known->second.extent != shape[k])
      refuse(file_, variable,
             fmt::format("dimension '{}' is {} long here and {} in variable '{}'", dims[k], shape[k],
                         known->second.extent, known->second.variable));
    ids.push_back(known->second.id);
  }
  return ids;
}

int define_variable(const NetcdfFile& file, Dimensions& dimensions, const std::string& name, nc_type type,
                    const std::vector<std::string>& dims, const std::vector<std::int64_t>& shape,
                    const std::string& unit, const std::string& long_name) {
  const auto dim_ids = dimensions.ids(name, dims, shape);
  int id = -1;
  file.attempt("variable '" + name + "'", [&] {
    return nc_def_var(file.id(), name.c_str(), type, static_cast<int>(dim_ids.size()), dim_ids.data(), &id);
  });
  if (!unit.empty()) put_text_attribute(file, id, "units", unit);
  if (!long_name.empty()) put_text_attribute(file, id, "long_name", long_name);
  return id;
}

std::vector<int> define_dataset(const NetcdfFile& file, Dimensions& dimensions, const Dataset& dataset) {
  for (const auto& [name, text] : dataset.attributes) put_text_attribute(file, NC_GLOBAL, name, text);
  std::vector<int> ids;
  for (const auto& variable : dataset.variables) {
    ids.push_back(define_variable(file, dimensions, variable.name, variable.labels.empty() ? NC_DOUBLE : NC_STRING,
                                  variable.dims, variable.shape, variable.unit, variable.long_name));
    require_complete(file, variable);
  }
  return ids;
}

void put_dataset(const NetcdfFile& file, const std::vector<int>& ids, const Dataset& dataset) {
  for (std::size_t k = 0; k < ids.size(); ++k) {
    const auto& variable = dataset.variables[k];
    const auto what = "variable '" + variable.name + "'";
    if (!variable.labels.empty()) {
      std::vector<const char*> texts;
      for (const auto& label : variable.labels) texts.push_back(label.c_str());
      file.attempt(what, [&] { return nc_put_var_string(file.id(), ids[k], texts.data()); });
    } else if (!variable.values.empty()) {
      file.attempt(what, [&] { return nc_put_var_double(file.id(), ids[k], variable.values.data()); });
    }
  }
}

}  // namespace reverie::store
