// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <store/dataset.hpp>
#include <store/files.hpp>
#include <store/netcdf_dataset.hpp>

namespace reverie::store {

const Variable* Dataset::find(const std::string& name) const {
  for (const auto& variable : variables)
    if (variable.name == name) return &variable;
  return nullptr;
}

const Variable& Dataset::at(const std::string& name) const {
  if (const auto* variable = find(name)) return *variable;
  std::vector<std::string> names;
  for (const auto& variable : variables) names.push_back(variable.name);
  throw DataError(fmt::format("there is no variable '{}' among the results (there are: {}).{}", name,
                              fmt::join(names, ", "), did_you_mean(name, names)),
                  "name one of those variables");
}

void write_dataset(const std::filesystem::path& file, const Dataset& dataset) {
  TemporaryFile temporary(file);
  auto netcdf = NetcdfFile::create(temporary.path(), file);
  Dimensions dimensions(netcdf);
  const auto ids = define_dataset(netcdf, dimensions, dataset);
  put_dataset(netcdf, ids, dataset);
  netcdf.close();
  temporary.commit();
}

Dataset read_dataset(const std::filesystem::path& file, const std::string& only) {
  const auto netcdf = NetcdfFile::open(file);
  Dataset dataset;
  dataset.attributes = global_attributes(netcdf);
  for (const auto& listed : list_variables(netcdf)) {
    Variable variable;
    variable.name = listed.name;
    variable.dims = listed.dims;
    variable.shape = listed.shape;
    variable.unit = text_attribute(netcdf, listed.id, "units");
    variable.long_name = text_attribute(netcdf, listed.id, "long_name");
    const bool asked = only.empty() || listed.name == only;
    if (asked && listed.type == NC_STRING)
      variable.labels = read_labels(netcdf, listed);
    else if (asked)
      variable.values = read_numbers(netcdf, listed);
    dataset.variables.push_back(std::move(variable));
  }
  return dataset;
}

}  // namespace reverie::store
