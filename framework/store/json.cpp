// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <nlohmann/json.hpp>
#include <store/dataset.hpp>
#include <store/publication.hpp>

namespace reverie::store {
namespace {

using json = nlohmann::ordered_json;

json element(const Variable& variable, std::size_t index) {
  if (!variable.labels.empty()) return variable.labels[index];
  return std::isfinite(variable.values[index]) ? json(variable.values[index]) : json(nullptr);
}

/// Elements from `index` on, which moves past them.
json nested(const Variable& variable, std::size_t dim, std::size_t& index) {
  if (dim == variable.shape.size()) return element(variable, index++);
  json list = json::array();
  for (std::int64_t k = 0; k < variable.shape[dim]; ++k) list.push_back(nested(variable, dim + 1, index));
  return list;
}

}  // namespace

void write_json(const std::filesystem::path& file, const Dataset& dataset) {
  json document = {{"attributes", json::object()}, {"variables", json::object()}};
  for (const auto& [name, text] : dataset.attributes) document["attributes"][name] = text;
  for (const auto& variable : dataset.variables) {
    std::size_t index = 0;
    json entry = {{"dims", variable.dims}, {"shape", variable.shape}};
    if (!variable.unit.empty()) entry["units"] = variable.unit;
    if (!variable.long_name.empty()) entry["long_name"] = variable.long_name;
    entry["values"] = nested(variable, 0, index);
    document["variables"][variable.name] = std::move(entry);
  }
  write_file_atomically(file, document.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace reverie::store
