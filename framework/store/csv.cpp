// SPDX-License-Identifier: BSD-3-Clause
/// Results as a tidy table (RFC 4180): pandas, R and spreadsheets read it without knowing netCDF.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <store/dataset.hpp>
#include <store/publication.hpp>

namespace reverie::store {
namespace {

/// Quoted where a comma, quote or line break would otherwise break the row.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += '"';
  }
  return quoted + '"';
}

/// Numbers in the fewest digits that read back to the same float64.
std::string element(const Variable& variable, std::size_t index) {
  return variable.labels.empty() ? fmt::format("{}", variable.values[index]) : field(variable.labels[index]);
}

bool is_coordinate(const Variable& variable) { return variable.dims.size() == 1 && variable.dims[0] == variable.name; }

std::vector<std::string> dimensions_of_table(const Dataset& dataset) {
  std::vector<std::string> dims;
  for (const auto& variable : dataset.variables)
    if (!is_coordinate(variable))
      for (const auto& dim : variable.dims)
        if (std::find(dims.begin(), dims.end(), dim) == dims.end()) dims.push_back(dim);
  return dims;
}

/// Where an element stands on dimension `dim`: its coordinate, its index where there is none, empty off the dimension.
std::string position(const Dataset& dataset, const Variable& variable, std::size_t index, const std::string& dim) {
  for (auto k = variable.dims.size(); k-- > 0;) {
    const auto extent = static_cast<std::size_t>(variable.shape[k]);
    if (variable.dims[k] == dim) {
      const auto* coordinate = dataset.find(dim);
      return coordinate && is_coordinate(*coordinate) ? element(*coordinate, index % extent)
                                                      : fmt::format("{}", index % extent);
    }
    index /= extent;
  }
  return "";
}

}  // namespace

void write_csv(const std::filesystem::path& file, const Dataset& dataset) {
  const auto dims = dimensions_of_table(dataset);
  std::string table = "variable,";
  for (const auto& dim : dims) table += field(dim) + ',';
  table += "value,units\n";
  for (const auto& variable : dataset.variables) {
    if (is_coordinate(variable)) continue;
    const auto size = std::max(variable.values.size(), variable.labels.size());
    for (std::size_t index = 0; index < size; ++index) {
      table += field(variable.name) + ',';
      for (const auto& dim : dims) table += position(dataset, variable, index, dim) + ',';
      table += element(variable, index) + ',' + field(variable.unit) + '\n';
    }
  }
  write_file_atomically(file, table);
}

}  // namespace reverie::store
