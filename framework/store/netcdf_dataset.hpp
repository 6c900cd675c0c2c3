// SPDX-License-Identifier: BSD-3-Clause
/// The parts of writing that small results and recordings share: dimensions, definitions, attributes, values.
#pragma once

#include <store/netcdf_file.hpp>

namespace reverie::store {

/// Defines dimensions on first use and refuses two extents for one name.
class Dimensions {
 public:
  explicit Dimensions(const NetcdfFile& file) : file_(file) {}
  std::vector<int> ids(const std::string& variable, const std::vector<std::string>& dims,
                       const std::vector<std::int64_t>& shape);

 private:
  struct Known {
    int id;
    std::int64_t extent;
    std::string variable;  ///< that used it first
  };
  const NetcdfFile& file_;
  std::map<std::string, Known> known_;
};

/// Defines an uncompressed variable with its attributes and returns its id.
int define_variable(const NetcdfFile& file, Dimensions& dimensions, const std::string& name, nc_type type,
                    const std::vector<std::string>& dims, const std::vector<std::int64_t>& shape,
                    const std::string& unit, const std::string& long_name);

/// Defines all variables and attributes of `dataset`; their ids in order.
std::vector<int> define_dataset(const NetcdfFile& file, Dimensions& dimensions, const Dataset& dataset);
/// Writes the values of what define_dataset defined.
void put_dataset(const NetcdfFile& file, const std::vector<int>& ids, const Dataset& dataset);

}  // namespace reverie::store
