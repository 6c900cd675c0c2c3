// SPDX-License-Identifier: BSD-3-Clause
/// Tidy tables as CSV (RFC 4180): a header with the units in parentheses, then one row per observation.
#pragma once

#include <filesystem>
#include <store/csv_table.hpp>
#include <string>
#include <vector>

namespace reverie::analysis {

using store::csv_field;

/// "name (unit)", or "name" without a unit; "1" is no unit.
std::string with_unit(const std::string& name, const std::string& unit);

/// A numeric column of a table. Empty cells are NaN.
struct Column {
  std::string name, unit;  ///< the header "task_error (m^2)" gives "task_error" and "m^2"
  std::vector<double> values;
};

/// Reads a CSV of numbers. DataError names the line that is not one.
std::vector<Column> read_numbers(const std::filesystem::path& file);

}  // namespace reverie::analysis
