// SPDX-License-Identifier: BSD-3-Clause
/// A dynamics in which each macro makes one mistake that would leave it without effect; it has to be an error of the
/// compiler (CMakeLists.txt).
#include <reverie/dynamics.hpp>

#if !defined NOT_CONST && !defined BY_VALUE && !defined MISSPELT
#define NONE
#endif

struct Friction {
  static constexpr const char* doc = "Shorter steps.";
#ifdef NONE
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
#elif defined NOT_CONST
  template <class Real>
  void advance(reverie::Unit<Real>& u) {
#elif defined BY_VALUE
  template <class Real>
  void advance(reverie::Unit<Real> u) const {
#elif defined MISSPELT
  template <class Real>
  void advence(reverie::Unit<Real>& u) const {
#endif
    u.drift = 0.5 * u.drift;
  }
};
REVERIE_DYNAMICS("friction", Friction)
