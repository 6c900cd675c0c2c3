// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <store/foreign.hpp>

namespace reverie::store {

std::vector<double> ForeignArray::read(std::int64_t first, std::int64_t count) const {
  std::vector<std::int64_t> extents = shape;
  const std::byte* start = data;
  if (!extents.empty()) {
    extents[0] = count;
    start += first * strides[0];
  }
  if (std::find(extents.begin(), extents.end(), 0) != extents.end()) return {};
  std::vector<double> values;
  const auto walk = [&](const auto& self, std::size_t dim, const std::byte* at) -> void {
    if (dim == extents.size()) return values.push_back(decode(at));
    for (std::int64_t k = 0; k < extents[dim]; ++k) self(self, dim + 1, at + k * strides[dim]);
  };
  walk(walk, 0, start);
  return values;
}

void name_dimensions(ForeignArray& array, const std::vector<std::string>& dims, const std::vector<std::string>& wanted,
                     const std::string& place) {
  if (dims.size() != array.shape.size())
    throw DataError(
        fmt::format("{} has {} dimensions ({}) and ({}) names {}", place, array.shape.size(),
                    fmt::join(array.shape, ", "), fmt::join(dims, ", "), dims.size()),
        array.shape.size() == 2
            ? "name both dimensions in the order of the file: --dims time,space for one trial; paths of one "
              "coordinate need a last dimension of length 1, as by array[..., None] in NumPy"
            : "name every dimension in the order of the file: --dims trial,time,space");
  const auto shape = array.shape;
  array.dims = dims;
  const auto contains = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (contains(wanted, "trial") && !contains(dims, "trial")) {
    array.dims.insert(array.dims.begin(), "trial");
    array.shape.insert(array.shape.begin(), 1);
    array.strides.insert(array.strides.begin(), 0);
  }
  const auto unknown =
      std::count_if(dims.begin(), dims.end(), [&](const std::string& name) { return !contains(wanted, name); });
  if (unknown > 1 && contains(wanted, "trial") && dims.front() != "trial")
    throw DataError(fmt::format("{}: ({}) does not tell which dimension is which of ({})", place, fmt::join(dims, ", "),
                                fmt::join(wanted, ", ")),
                    fmt::format("give --dims the metric's names in the order of the array in the file, whose shape is "
                                "({})",
                                fmt::join(shape, ", ")));
  // Trials come first and time second, whatever the others are called; dimensions that are wanted in their order.
  std::vector<std::string> order;
  for (const std::string& name : wanted)
    if (contains(array.dims, name)) order.push_back(name);
  for (const std::string& name : array.dims)
    if (!contains(order, name)) order.push_back(name);
  ForeignArray ordered = array;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto from =
        static_cast<std::size_t>(std::find(array.dims.begin(), array.dims.end(), order[k]) - array.dims.begin());
    ordered.dims[k] = order[k];
    ordered.shape[k] = array.shape[from];
    ordered.strides[k] = array.strides[from];
  }
  array = std::move(ordered);
}

}  // namespace reverie::store
