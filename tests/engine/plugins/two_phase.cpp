// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/cell.hpp>

/// For tests: a gated cell of two phases with memory, biases (two of one drive) and a current in the second phase.
struct TwoPhase {
  static auto memory() { return reverie::memory("context"); }
  static constexpr std::array slots{reverie::drive("gate"), reverie::drive("reset"), reverie::output("gated"),
                                    reverie::drive("candidate", reverie::receives_current, 1)};
  auto projections() const {
    return reverie::projections(reverie::from_input("w_gate", 0), reverie::from_state("u_gate", 0),
                                reverie::bias("b_gate", 0), reverie::bias("c_gate", 0),
                                reverie::from_input("w_reset", 1), reverie::from_state("u_reset", 1),
                                reverie::from_input("w_candidate", 3), reverie::from_slot("u_candidate", 2, 3));
  }
  double step_size() const { return 0.5; }

  template <class Real>
  void gates(reverie::CellUnit<Real>& u) const {
    u.slot[2] = sigmoid(u.slot[1]) * u.emitted;
  }
  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    u.memory[0] = 0.7 * u.memory[0] + 0.2 * u.state * sigmoid(u.slot[1]);
    u.increment = 0.5 * (sigmoid(u.slot[0]) - 1) * (u.state - tanh(u.slot[3]) - 0.1 * u.memory[0]);
  }
};
REVERIE_CELL("two_phase", TwoPhase)
