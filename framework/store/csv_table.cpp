// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <store/csv_table.hpp>

namespace reverie::store {

bool is_coordinate(const Variable& variable) { return variable.dims.size() == 1 && variable.dims[0] == variable.name; }

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += '"';
  }
  return quoted + '"';
}

std::vector<std::string> csv_elements(const Variable& variable) {
  std::vector<std::string> elements;
  for (const auto& label : variable.labels) elements.push_back(csv_field(label));
  if (elements.empty())
    for (const double value : variable.values) elements.push_back(fmt::format("{}", value));
  return elements;
}

namespace {

/// Columns of a variable's dimensions; one that stands twice (a covariance) has a number the second time: unit, unit_2.
std::vector<std::string> columns_of(const Variable& variable) {
  std::vector<std::string> columns;
  for (auto dim = variable.dims.begin(); dim != variable.dims.end(); ++dim) {
    const auto before = std::count(variable.dims.begin(), dim, *dim);
    columns.push_back(before == 0 ? *dim : fmt::format("{}_{}", *dim, before + 1));
  }
  return columns;
}

}  // namespace

CsvTable::CsvTable(const std::vector<Variable>& variables) {
  for (const auto& variable : variables) {
    if (is_coordinate(variable)) {
      positions_[variable.name] = csv_elements(variable);
      continue;
    }
    for (const auto& column : columns_of(variable))
      if (std::find(columns_.begin(), columns_.end(), column) == columns_.end()) columns_.push_back(column);
  }
  head_ = "variable,";
  for (const auto& column : columns_) head_ += csv_field(column) + ',';
  head_ += "value,units\n";
}

void CsvTable::append(std::string& text, const Variable& variable, std::size_t first,
                      const std::vector<std::string>& elements) const {
  const auto name = csv_field(variable.name), unit = csv_field(variable.unit);
  const auto own = columns_of(variable);
  std::vector<std::size_t> at(variable.dims.size());
  for (std::size_t k = 0; k < elements.size(); ++k) {
    auto index = first + k;
    for (auto d = at.size(); d-- > 0;) {
      const auto extent = static_cast<std::size_t>(variable.shape[d]);
      at[d] = index % extent;
      index /= extent;
    }
    text += name + ',';
    // A dimension's coordinate, its index where there is none, nothing off the dimension.
    for (const auto& column : columns_) {
      if (const auto found = std::find(own.begin(), own.end(), column); found != own.end()) {
        const auto place = static_cast<std::size_t>(found - own.begin());
        const auto coordinate = positions_.find(variable.dims[place]);
        text += coordinate != positions_.end() ? coordinate->second.at(at[place]) : std::to_string(at[place]);
      }
      text += ',';
    }
    text += elements[k] + ',' + unit + '\n';
  }
}

}  // namespace reverie::store
