// SPDX-License-Identifier: BSD-3-Clause
/// Rows of a tidy table (RFC 4180), which large variables fill part by part: columns variable, <dims...>, value, units.
#pragma once

#include <store/dataset.hpp>

namespace reverie::store {

class CsvTable {
 public:
  /// `variables`: all that the table is made of; values are read of coordinates only, which have no rows of their own.
  explicit CsvTable(const std::vector<Variable>& variables);

  const std::string& head() const { return head_; }

  /// Appends rows of the elements number `first`, first + 1, ... of a variable. A variable without its values is
  /// enough.
  void append(std::string& text, const Variable& variable, std::size_t first,
              const std::vector<std::string>& elements) const;

 private:
  std::string head_;
  std::vector<std::string> columns_;                           ///< of dimensions
  std::map<std::string, std::vector<std::string>> positions_;  ///< coordinates as fields, by dimension
};

/// A variable that is the coordinate of its only dimension.
bool is_coordinate(const Variable& variable);

/// Quoted where a comma, quote or line break would otherwise break the row.
std::string csv_field(const std::string& text);

/// The elements of a variable as fields; numbers in the fewest digits that read back to the same float64.
std::vector<std::string> csv_elements(const Variable& variable);

}  // namespace reverie::store
