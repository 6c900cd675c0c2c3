// SPDX-License-Identifier: BSD-3-Clause
/// Results as a tidy table: pandas, R and spreadsheets read it without knowing netCDF.
#include <store/csv_table.hpp>
#include <store/publication.hpp>

namespace reverie::store {

void write_csv(const std::filesystem::path& file, const Dataset& dataset) {
  const CsvTable table(dataset.variables);
  auto text = table.head();
  for (const auto& variable : dataset.variables)
    if (!is_coordinate(variable)) table.append(text, variable, 0, csv_elements(variable));
  write_file_atomically(file, text);
}

}  // namespace reverie::store
