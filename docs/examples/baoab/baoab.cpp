#include <reverie/dynamics.hpp>

/// Underdamped Langevin dynamics by the BAOAB splitting of Leimkuhler & Matthews.
///
/// It approximates, for a position q of unit mass, temperature Θ and step h,
///   dq = p dt,   dp = f(q) dt − γ p dt + √(2γΘ) dW,   whose stationary density is ∝ exp(∫f/Θ),
/// each step by parts that are solved exactly, in the order B A O A B:
///   B  p += (h/2) f(q)      A  q += (h/2) p      O  p = c p + √((1 − c²) Θ) ξ,   c = e^{−γh}.
/// The B that ends a step and the one that begins the next use the same force; here both are made at the beginning of
/// the next, where the cell has just given the force. Only step 0 has one: p_0 = 0.
///
/// In place of h and p stand the host's drift F = (h²/2) f, its noise = h √Θ ξ, and the velocity w = h p per step. Then
/// the same drift and noise as in the overdamped r' = r + F + noise have the same stationary density:
///   w  = w + 2 F            B B     (step 0: F)
///   w' = c w + √(1 − c²) noise    O        c = 1 − friction
///   r' = r + (w + w')/2     A A
/// Order 2 in h: of paths over a given time, and of stationary averages of r, which have no error at all where f is
/// linear and the step is stable (F = −a r, a < 2: variance σ²/2a, σ that of the noise, for every friction; r' = r + F
/// + noise gives σ²/(2a − a²)). friction = 1 is the limit r' = r + F + (noise_n + noise_{n−1})/2 of Brownian motion.
struct Baoab {
  static constexpr const char* doc =
      "Underdamped Langevin dynamics by BAOAB splitting: stationary averages of order 2.";
  static constexpr const char* source =
      "Leimkuhler, Matthews (2013), Applied Mathematics Research eXpress 2013, 34: BAOAB";
  reverie::parameter friction{0.5};

  static auto parameters() {
    return reverie::parameters(reverie::number("friction", &Baoab::friction)
                                   .range("(0, 1]")
                                   .symbol("1 − e^{−γh}")
                                   .doc("Share of the velocity lost per step; 1 is Brownian motion."));
  }
  static auto memory() { return reverie::memory("velocity"); }
  static std::uint32_t uses() { return reverie::uses_advance; }  // linear: the gradient does not read the noise

  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    const reverie::parameter kept = 1 - friction, kicks = u.step == 0 ? 1 : 2;
    const Real before = u.memory[0] + kicks * u.drift;
    const Real after = kept * before + sqrt(1 - kept * kept) * u.noise;
    u.memory[0] = after;
    u.drift = 0.5 * (before + after);
    u.noise = 0;
  }
};
REVERIE_DYNAMICS("baoab", Baoab)
