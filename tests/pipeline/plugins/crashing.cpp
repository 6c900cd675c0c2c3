// SPDX-License-Identifier: BSD-3-Clause
/// Ends its process in the way it is told to.
#include <reverie/dynamics.hpp>

#include <csignal>
#include <cstdlib>

struct Crashing {
  enum Way { segv, abort, exit, kill } how = segv;
  static auto parameters() {
    return reverie::parameters(
        reverie::choice("how", &Crashing::how, {"segv", "abort", "exit", "kill"}).doc("what happens"));
  }
  void end() const {
    if (how == segv) std::raise(SIGSEGV);
    if (how == abort) std::abort();
    if (how == exit) std::exit(7);
    if (how == kill) std::raise(SIGKILL);
  }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    end();
    u.drift = u.drift + 0;
  }
};
REVERIE_DYNAMICS("crashing", Crashing)
