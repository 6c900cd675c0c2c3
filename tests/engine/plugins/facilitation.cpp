// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// For tests: a dynamics that uses every hook and is nonlinear in drift, noise, state and memory.
struct Facilitation {
  reverie::parameter gain{0.3};

  static auto parameters() { return reverie::parameters(reverie::number("gain", &Facilitation::gain)); }
  static auto memory() { return reverie::memory("use", "slow"); }

  template <class Real>
  void emit(reverie::Unit<Real>& u) const {
    u.emitted = u.emitted * (1 + gain * u.memory[0]) + 0.1 * tanh(u.state);
  }
  template <class Real>
  void current(reverie::Unit<Real>& u) const {
    u.current += gain * u.memory[1] * u.state;
  }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.memory[0] = 0.8 * u.memory[0] + gain * tanh(u.state + u.drift);
    u.memory[1] = 0.9 * u.memory[1] + u.drift * u.noise;
    u.drift = u.drift * (1 + 0.5 * u.memory[0]);
    u.noise = u.noise * (1 + gain * u.state * u.state);
  }
};
REVERIE_DYNAMICS("facilitation", Facilitation)
