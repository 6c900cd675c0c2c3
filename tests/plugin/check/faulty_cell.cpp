// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/cell.hpp>

/// A leaky cell with a gate that can be left out. `fault` gets one thing wrong.
struct FaultyCell {
  static constexpr const char* doc = "Wrong in the way it is told to be.";
  enum Fault { none, idle_drive, still, sets_state };
  Fault fault = none;
  bool gated = false;
  static auto parameters() {
    return reverie::parameters(
        reverie::choice("fault", &FaultyCell::fault, {"none", "idle_drive", "still", "sets_state"})
            .doc("What to get wrong."),
        reverie::boolean("gated", &FaultyCell::gated).doc("With a gate; without, its drive gets nothing."));
  }
  static constexpr std::array slots{reverie::drive("drive"), reverie::drive("gate")};
  auto projections() const {
    auto list = reverie::projections(reverie::from_state("w_rec", fault == idle_drive ? 1 : 0));
    if (gated) list.push_back(reverie::from_input("w_gate", 1));
    return list;
  }
  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    const Real change = 0.2 * (sigmoid(u.slot[1]) * tanh(u.slot[0]) - u.state);
    if (fault == sets_state)
      u.state = u.state + change;
    else if (fault != still)
      u.increment = change;
  }
};
REVERIE_CELL("faulty_cell", FaultyCell)
