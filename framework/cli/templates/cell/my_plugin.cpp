#include <reverie/cell.hpp>

/// A leaky network:  r' = r + alpha (tanh(W_rec r + W_in x + b) - r) + noise.
/// The projections are what the host multiplies and trains; `increment` is what is left for each unit.
struct MyPlugin {
  static constexpr const char* doc = "A leaky recurrent network of tanh units.";
  reverie::parameter alpha{0.2};

  static auto parameters() {
    return reverie::parameters(
        reverie::number("alpha", &MyPlugin::alpha).range("(0, 1]").symbol("α").doc("Time step over time constant."));
  }
  static constexpr std::array slots{reverie::drive("drive", reverie::receives_current)};
  auto projections() const {
    return reverie::projections(reverie::from_state("w_rec", 0), reverie::from_input("w_in", 0),
                                reverie::bias("bias", 0));
  }
  double step_size() const { return alpha.value; }

  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    u.increment = alpha * (tanh(u.slot[0]) - u.state);
  }
};
REVERIE_CELL("my_plugin", MyPlugin)
