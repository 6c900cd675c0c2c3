// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// Overdamped Langevin: the increment moves the state and nothing is remembered. u' = u.
struct Overdamped {
  static constexpr const char* doc = "No modification: the increment (drift and noise) moves the state directly.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024); the default of Casco-Rodriguez et al. (2026)";
  static std::uint32_t uses() { return 0; }

  template <class Real>
  void advance(reverie::Unit<Real>&) const {}
};
REVERIE_DYNAMICS("overdamped", Overdamped)
