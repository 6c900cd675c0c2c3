// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/cell.hpp>

/// Two phases and a memory, in the manner of a GRU:
///   z = sigm(drive_z), g = sigm(drive_g), gated = g (s + c);   h = tanh(drive_h + c),
///   F = alpha (z - 1)(r - h),   c' = c + alpha (exp(-c^2) h - c s)
struct Gated {
  reverie::parameter alpha{0.5};
  static auto parameters() {
    return reverie::parameters(reverie::number("alpha", &Gated::alpha).range("(0, 1]").doc("dt / tau"));
  }
  enum Slot { update, reset, gated, candidate };
  static constexpr std::array slots{reverie::drive("update"), reverie::drive("reset"), reverie::output("gated"),
                                    reverie::drive("candidate", reverie::receives_current, 1)};
  static auto memory() { return reverie::memory("cell_state"); }
  auto projections() const {
    return reverie::projections(reverie::from_state("u_z", update), reverie::from_input("w_z", update),
                                reverie::from_state("u_g", reset), reverie::from_slot("u_h", gated, candidate),
                                reverie::from_input("w_h", candidate), reverie::bias("b_h", candidate));
  }
  double step_size() const { return alpha.value; }

  template <class Real>
  void gates(reverie::CellUnit<Real>& u) const {
    u.slot[gated] = sigmoid(u.slot[reset]) * (u.emitted + u.memory[0]);
  }
  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    const Real h = tanh(u.slot[candidate] + u.memory[0]);
    u.increment = alpha * (sigmoid(u.slot[update]) - 1) * (u.state - h);
    u.memory[0] += alpha * (exp(-u.memory[0] * u.memory[0]) * h - u.memory[0] * u.emitted);
  }
};
REVERIE_CELL("gated", Gated)
