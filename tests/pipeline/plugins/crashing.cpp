// SPDX-License-Identifier: BSD-3-Clause
/// Ends its process, or never returns, in the way it is told to: at once, or as soon as the file `when` exists, which it
/// then removes.
#include <reverie/dynamics.hpp>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

struct Crashing {
  enum Way { segv, abort, exit, kill, hang } how = segv;
  std::string when;
  static auto parameters() {
    return reverie::parameters(
        reverie::choice("how", &Crashing::how, {"segv", "abort", "exit", "kill", "hang"}).doc("what happens"),
        reverie::text("when", &Crashing::when).doc("a file; empty: at once"));
  }
  template <class T>
  void advance(reverie::Row<T>&) const {
    if (!when.empty() && ::unlink(when.c_str()) != 0) return;
    if (how == segv) std::raise(SIGSEGV);
    if (how == abort) std::abort();
    if (how == exit) std::exit(7);
    if (how == kill) std::raise(SIGKILL);
    for (volatile int forever = 0;;) static_cast<void>(forever);
  }
  template <class T>
  void advance_vjp(reverie::Row<T>&, reverie::RowGradient<T>&) const {}
};
REVERIE_DYNAMICS("crashing", Crashing)
