#include <reverie/dynamics.hpp>

/// Short-term synaptic facilitation: what a neuron sends to others grows with its recent activity.
///
/// A synapse releases the share u of its resources. u rises with the presynaptic rate ν and decays to U:
///   du/dt = (U − u)/τ_F + U (1 − u) ν,   ν = ν₁ max(r, 0)     (Tsodyks & Markram 1997; Mongillo et al. 2008)
/// The recurrent weights W_rec are the synapses at rest, where u = U, so that they multiply s = (u/U) r.
/// The memory is what starts at 0: the facilitation f = u/U − 1,
///   df/dt = −f/τ_F + (1 − U (1 + f)) ν,   s = (1 + f) r.
/// A step takes ν as constant and is exact for that, so 1 ≤ u/U ≤ 1/U for any rate. U = 1 changes nothing.
struct Facilitation {
  static constexpr const char* doc = "Short-term facilitation of the recurrent synapses.";
  static constexpr const char* source =
      "Tsodyks, Markram (1997), PNAS 94, 719; Mongillo, Barak, Tsodyks (2008), Science 319, 1543";
  reverie::parameter release{0.2}, tau{1.5}, rate{10};

  static auto parameters() {
    return reverie::parameters(reverie::number("release", &Facilitation::release)
                                   .range("(0, 1]")
                                   .symbol("U")
                                   .doc("Share of the resources that is released at rest; 1 changes nothing."),
                               reverie::number("tau", &Facilitation::tau)
                                   .range("(0, inf)")
                                   .symbol("τ_F")
                                   .unit("s")
                                   .doc("Time constant of the return to rest."),
                               reverie::number("rate", &Facilitation::rate)
                                   .range("[0, inf)")
                                   .symbol("ν₁")
                                   .unit("Hz")
                                   .doc("Firing rate that a state of 1 stands for."));
  }
  static auto memory() { return reverie::memory("facilitation"); }
  // The gradient reads neither drift nor noise.
  static std::uint32_t uses() { return reverie::uses_emit | reverie::uses_advance; }

  template <class Real>
  void emit(reverie::Unit<Real>& u) const {
    u.emitted = (1 + u.memory[0]) * u.emitted;
  }

  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    const Real firing = rate * relu(u.state);
    const Real speed = 1 / tau + release * firing;
    const Real settled = (1 - release) * firing / speed;
    u.memory[0] = settled + (u.memory[0] - settled) * exp(-u.dt * speed);
  }
};
REVERIE_DYNAMICS("facilitation", Facilitation)
