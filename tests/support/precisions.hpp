// SPDX-License-Identifier: BSD-3-Clause
/// Precisions of products, for tests that take them all.
#pragma once

#include <numeric/bfloat16.hpp>
#include <numeric/product.hpp>
#include <vector>

namespace reverie::numeric {

/// Those whose products round and that this machine has.
inline std::vector<Precision> rounding_precisions() {
  using enum Precision;
  if (missing_for_bfloat16().empty()) return {bfloat16, bfloat16_emulated};
  return {bfloat16_emulated};
}

inline std::vector<Precision> all_precisions() {
  auto all = rounding_precisions();
  all.push_back(Precision::full);
  return all;
}

}  // namespace reverie::numeric
