// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// Momentum (underdamped Langevin): the increment u accumulates in a velocity with friction λ_v,
///   v' = (1 − λ_v) v + u,   u' = v',   v_0 = 0.
/// With `noise = "fdt"` the noise enters the velocity scaled by √λ_v, which keeps the stationary variance of continuous
/// underdamped Langevin dynamics (fluctuation–dissipation). λ_v = 1 is overdamped.
struct Underdamped {
  static constexpr const char* doc = "Momentum: the increment accumulates in a velocity with friction.";
  static constexpr const char* source = "Casco-Rodriguez et al. (2026), hidden state momentum";
  enum Noise { plain, fdt };
  reverie::parameter friction{0.5};
  Noise noise = plain;

  static auto parameters() {
    return reverie::parameters(reverie::number("friction", &Underdamped::friction)
                                   .range("(0, 1]")
                                   .symbol("λ_v")
                                   .doc("Share of the velocity lost per step; 1 is overdamped."),
                               reverie::choice("noise", &Underdamped::noise, {"plain", "fdt"})
                                   .doc("How noise enters the velocity: as it is, or scaled by √λ_v."));
  }
  static auto memory() { return reverie::memory("velocity"); }
  static std::uint32_t uses() { return reverie::uses_advance; }  // linear: the gradient does not read the noise

  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    const reverie::parameter gain = noise == fdt ? sqrt(friction) : reverie::parameter(1);
    u.memory[0] = (1 - friction) * u.memory[0] + (u.drift + gain * u.noise);
    u.drift = u.memory[0];
    u.noise = 0;
  }
};
REVERIE_DYNAMICS("underdamped", Underdamped)
