// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstdint>

namespace reverie::store {

/// IEEE half precision: 1 sign, 5 exponent and 10 fraction bits.
inline double from_half(std::uint16_t bits) {
  const int exponent = bits >> 10U & 31U, fraction = bits & 1023U;
  double value = 0;
  if (exponent == 31)
    value = fraction ? std::nan("") : INFINITY;
  else if (exponent == 0)
    value = std::ldexp(fraction, -24);
  else
    value = std::ldexp(1024 + fraction, exponent - 25);
  return bits >> 15U ? -value : value;
}

}  // namespace reverie::store
