// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

struct Underdamped {
  reverie::parameter friction{0.5};
  static auto parameters() {
    return reverie::parameters(
        reverie::number("friction", &Underdamped::friction).range("(0, 1]").doc("share of velocity lost per step"));
  }
  static auto memory() { return reverie::memory("velocity"); }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.memory[0] = (1 - friction) * u.memory[0] + (u.drift + u.noise);
    u.drift = u.memory[0];
    u.noise = 0;
  }
};
REVERIE_DYNAMICS("momentum_example", Underdamped)
