// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/cell.hpp>

namespace {

struct Relu {
  template <class Real>
  Real operator()(Real a) const {
    return relu(a);
  }
};
struct Tanh {
  template <class Real>
  Real operator()(Real a) const {
    return tanh(a);
  }
};
struct Sigmoid {
  template <class Real>
  Real operator()(Real a) const {
    return sigmoid(a);
  }
};
struct Identity {
  template <class Real>
  Real operator()(Real a) const {
    return a;
  }
};

/// The leaky RNN with one nonlinearity chosen: F = α(−κ r + φ(drive)), κ = 1, or 0 for the integrator.
template <class Activation>
struct Increment {
  reverie::parameter alpha, leak;

  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    u.increment = alpha * (Activation()(u.slot[0]) - leak * u.state);
  }
};

}  // namespace

/// Leaky RNN: F(r, x) = α(−r + φ(W_rec r + W_in x + b)), α = Δt/τ.
/// Ablations of the leak: "none" takes α = 1 (r' = φ(…)); "integrator" drops −r (F = α φ(…)).
struct LeakyRnn {
  static constexpr const char* doc =
      "Leaky recurrent network: the state decays towards the rectified (or other) sum of its inputs.";
  static constexpr const char* source =
      "Krishna et al. (ICLR 2024); leak ablation: Casco-Rodriguez et al. (2026), Fig. 2";
  enum ActivationName { relu, tanh, sigmoid, identity };
  enum Leak { standard, none, integrator };
  reverie::parameter alpha{0.2};
  ActivationName activation = relu;
  Leak leak = standard;
  bool bias = false;

  static auto parameters() {
    return reverie::parameters(
        reverie::number("alpha", &LeakyRnn::alpha)
            .range("(0, 1]")
            .symbol("α = Δt/τ")
            .doc("Share of the state replaced per step."),
        reverie::choice("activation", &LeakyRnn::activation, {"relu", "tanh", "sigmoid", "identity"})
            .symbol("φ")
            .doc("Nonlinearity of a unit."),
        reverie::choice("leak", &LeakyRnn::leak, {"standard", "none", "integrator"})
            .doc("Form of the leak; \"none\" forces α = 1, \"integrator\" leaves out −r."),
        reverie::boolean("bias", &LeakyRnn::bias).symbol("b").doc("Trained bias inside the nonlinearity."));
  }

  static constexpr std::array slots{reverie::drive("drive", reverie::receives_current)};
  auto projections() const {
    auto list = reverie::projections(reverie::from_state("w_rec", 0), reverie::from_input("w_in", 0));
    if (bias) list.push_back(reverie::bias("bias", 0));
    return list;
  }
  double step_size() const { return leak == none ? 1.0 : alpha.value; }

  template <class Body>
  void variants(Body&& body) const {
    const reverie::parameter a = step_size(), k = leak == integrator ? 0 : 1;
    switch (activation) {
      case relu:
        return body(Increment<Relu>{a, k});
      case tanh:
        return body(Increment<Tanh>{a, k});
      case sigmoid:
        return body(Increment<Sigmoid>{a, k});
      case identity:
        return body(Increment<Identity>{a, k});
    }
  }
};
REVERIE_CELL("leaky_rnn", LeakyRnn)
