// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// Adaptation (negative feedback): a slow trace of the activity is subtracted,
///   c' = (1 − 1/τ_a) c + (b_a/τ_a) r,   c_0 = 0,   τ_a in steps.
/// `site = "preactivation"`: −c enters inside the cell's nonlinearity; `"increment"`: u' = u − step_size·c, where
/// step_size is the cell's (α, or Δt for cells without one). Both use c as it was before this step. b_a = 0 is
/// overdamped.
struct Adaptation {
  static constexpr const char* doc = "Adaptation: a slow trace of the activity is subtracted (negative feedback).";
  static constexpr const char* source =
      "Casco-Rodriguez et al. (2026), hidden state adaptation; the site is our choice";
  enum Site { preactivation, increment };
  reverie::parameter strength{0.05}, tau{30};
  Site site = preactivation;

  static auto parameters() {
    return reverie::parameters(
        reverie::number("strength", &Adaptation::strength)
            .range("[0, inf)")
            .symbol("b_a")
            .doc("Strength of the feedback; 0 switches it off."),
        reverie::number("tau", &Adaptation::tau)
            .range("[1, inf)")
            .symbol("τ_a")
            .unit("steps")
            .doc("Time constant of the trace."),
        reverie::choice("site", &Adaptation::site, {"preactivation", "increment"})
            .doc("Where the trace is subtracted: inside the nonlinearity, or from the increment."));
  }
  static auto memory() { return reverie::memory("trace"); }
  std::uint32_t uses() const {
    return site == preactivation ? reverie::uses_current | reverie::uses_advance : reverie::uses_advance;
  }

  template <class Real>
  void current(reverie::Unit<Real>& u) const {
    u.current -= u.memory[0];
  }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    if (site == increment) u.drift -= u.step_size * u.memory[0];
    u.memory[0] = (1 - 1 / tau) * u.memory[0] + strength / tau * u.state;
  }
};
REVERIE_DYNAMICS("adaptation", Adaptation)
