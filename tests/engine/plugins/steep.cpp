// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// For tests: its values are small, and its derivatives beyond float32 after two steps.
struct Steep {
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift += 0.01 * sin(1e30 * u.state);
  }
};
REVERIE_DYNAMICS("steep", Steep)
