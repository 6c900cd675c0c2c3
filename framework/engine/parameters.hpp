// SPDX-License-Identifier: BSD-3-Clause
/// The trained arrays of a model as one flat vector, so that sums over shards and the optimiser are single loops.
#pragma once

#include <engine/model.hpp>
#include <numeric/aligned.hpp>

namespace reverie::engine {

/// Where one array stands in the flat vector: a matrix [outputs, inputs], or a vector (inputs = 1).
struct ParameterEntry {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t outputs = 0, inputs = 1;
  std::int64_t offset = 0;  ///< a multiple of 16
};

struct ParameterLayout {
  std::vector<ParameterEntry> entries;
  std::int64_t size = 0;

  explicit ParameterLayout(const Model& model);
  /// Index of an entry, or -1.
  int index(const std::string& name) const;
};

/// Arrays in the layout's order -> flat vector. Throws Error (exit 1) on a missing name or a wrong shape, naming both.
template <class Real>
numeric::AlignedVector<Real> flatten(const ParameterLayout& layout, const std::vector<NamedArray>& arrays);

template <class Real>
std::vector<NamedArray> unflatten(const ParameterLayout& layout, const numeric::AlignedVector<Real>& values);

}  // namespace reverie::engine
