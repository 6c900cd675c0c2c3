// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// For tests: neither it nor its derivatives are numbers at state 0.
struct Singular {
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    const Real square = u.state * u.state;
    u.drift *= 1 + 0.1 * square * log(square);
  }
};
REVERIE_DYNAMICS("singular", Singular)
