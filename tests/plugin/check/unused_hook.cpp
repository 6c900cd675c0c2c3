// SPDX-License-Identifier: BSD-3-Clause
/// `uses` forgets a hook that was added later.
#include <reverie/dynamics.hpp>

struct UnusedHook {
  static constexpr const char* doc = "Half steps, and activity that nobody asks for.";
  static std::uint32_t uses() { return reverie::uses_advance; }
  template <class Real>
  void emit(reverie::Unit<Real>& u) const {
    u.emitted = 0.5 * u.emitted;
  }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift = 0.5 * u.drift;
  }
};
REVERIE_DYNAMICS("unused_hook", UnusedHook)
