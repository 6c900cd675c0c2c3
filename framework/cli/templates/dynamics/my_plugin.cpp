#include <reverie/dynamics.hpp>

/// The drift is smoothed over time, and the state follows the smooth one:
///   m' = (1 - rate) m + rate drift,   r' = r + m' + noise,   m_0 = 0.
/// rate = 1 changes nothing.
struct MyPlugin {
  static constexpr const char* doc = "The drift of each unit is smoothed over time.";
  reverie::parameter rate{0.5};

  static auto parameters() {
    return reverie::parameters(reverie::number("rate", &MyPlugin::rate)
                                   .range("(0, 1]")
                                   .doc("Share of the present drift in the smooth one; 1 changes nothing."));
  }
  static auto memory() { return reverie::memory("smooth"); }

  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.memory[0] = (1 - rate) * u.memory[0] + rate * u.drift;
    u.drift = u.memory[0];
  }
};
REVERIE_DYNAMICS("my_plugin", MyPlugin)
