// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// All three hooks: what a unit sends to others weakens with use (emit), its use is felt as a current, and is
/// remembered.
///   s' = s (1 - m) + m^2 r,   current = -gain m r,   m' = m + rate (tanh(r) - m) dt + drift noise
struct Depression {
  reverie::parameter rate{0.7}, gain{0.4};
  static auto parameters() {
    return reverie::parameters(reverie::number("rate", &Depression::rate).range("[0, inf)").doc("how fast"),
                               reverie::number("gain", &Depression::gain).range("[0, inf)").doc("how much"));
  }
  static auto memory() { return reverie::memory("use"); }

  template <class Real>
  void emit(reverie::Unit<Real>& u) const {
    u.emitted = u.emitted * (1 - u.memory[0]) + u.memory[0] * u.memory[0] * u.state;
  }
  template <class Real>
  void current(reverie::Unit<Real>& u) const {
    u.current -= gain * u.memory[0] * u.state;
  }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.memory[0] += rate * u.dt * (tanh(u.state) - u.memory[0]) + u.drift * u.noise;
    u.drift = u.drift + max(u.memory[0], 0.1) * abs(u.state);
  }
};
REVERIE_DYNAMICS("depression", Depression)
