// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/cell.hpp>

/// Gated recurrent unit in the form of P1:
///   z = sigm(W_z x + U_z r),  g = sigm(W_r x + U_r r),  h = tanh(W_h x + U_h (g ⊙ r)),  F = α (z − 1) ⊙ (r − h).
/// Currents of dynamics act on the candidate h. Published quiescence keeps the awake noise: noise = { factor = 1 }.
struct Gru {
  static constexpr const char* doc = "Gated recurrent unit: an update gate moves the state towards a candidate.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), appendix C.2; Cho et al. (2014)";
  reverie::parameter alpha{0.2};
  bool bias = false;

  static auto parameters() {
    return reverie::parameters(
        reverie::number("alpha", &Gru::alpha)
            .range("(0, 1]")
            .symbol("α = Δt/τ")
            .doc("Share of the gated difference applied per step."),
        reverie::boolean("bias", &Gru::bias).symbol("b_z, b_r, b_h").doc("Trained biases of gates and candidate."));
  }

  enum Slot { update, reset, gated, candidate };
  static constexpr std::array slots{reverie::drive("update"), reverie::drive("reset"), reverie::output("gated"),
                                    reverie::drive("candidate", reverie::receives_current, 1)};
  auto projections() const {
    auto list = reverie::projections(reverie::from_input("w_z", update), reverie::from_input("w_r", reset),
                                     reverie::from_input("w_h", candidate), reverie::from_state("u_z", update),
                                     reverie::from_state("u_r", reset), reverie::from_slot("u_h", gated, candidate));
    if (bias) {
      list.push_back(reverie::bias("b_z", update));
      list.push_back(reverie::bias("b_r", reset));
      list.push_back(reverie::bias("b_h", candidate));
    }
    return list;
  }
  double step_size() const { return alpha.value; }

  template <class Real>
  void gates(reverie::CellUnit<Real>& u) const {
    u.slot[gated] = sigmoid(u.slot[reset]) * u.emitted;
  }
  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    u.increment = alpha * (sigmoid(u.slot[update]) - 1) * (u.state - tanh(u.slot[candidate]));
  }
};
REVERIE_CELL("gru", Gru)
