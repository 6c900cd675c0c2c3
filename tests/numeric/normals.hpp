// SPDX-License-Identifier: BSD-3-Clause
/// Normal numbers for tests of arithmetic.
#pragma once

#include <cstdint>
#include <numeric/random.hpp>
#include <vector>

namespace reverie::numeric {

/// `n` standard normal numbers, others for every `trial`.
inline std::vector<float> normals(std::int64_t n, std::uint32_t trial) {
  std::vector<float> values(static_cast<std::size_t>(n));
  fill_normal(make_stream(4, Role::measure, Purpose::resampling), trial, 0, n, 1.0F, values.data());
  return values;
}

}  // namespace reverie::numeric
