// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// For tests: what the recurrent weights see is never a number.
struct Imaginary {
  template <class Real>
  void emit(reverie::Unit<Real>& u) const {
    u.emitted = sqrt(-1 - u.state * u.state);
  }
};
REVERIE_DYNAMICS("imaginary", Imaginary)
