#include <reverie/task.hpp>

/// A walk in the unit square. The input is the movement x_n of a step, normal with standard deviation `step` in each
/// direction; where it would leave the square it is turned back. The network learns to put out the position:
///   s_{n+1} = s_n + x_n,   target = s_{n+1}.
struct MyPlugin {
  static constexpr const char* doc = "A walk in the unit square; the network puts out the position.";
  reverie::parameter step{0.05};

  static auto parameters() {
    return reverie::parameters(reverie::number("step", &MyPlugin::step)
                                   .range("(0, 0.1]")
                                   .unit("m")
                                   .doc("Standard deviation of one step in each direction."));
  }

  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.outputs = l.latents = 2;
    l.steps = 50;
    l.dt = 0.02;
    l.latent_names = {"x", "y"};
    l.latent_unit = l.input_unit = l.output_unit = "m";
    return l;
  }

  /// Trial `trial`: latents s [steps + 1, 2], inputs x [steps, 2]; returns the index of its direction of travel.
  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial, reverie::View<double> s,
               reverie::View<double> x) const {
    const auto start = random.uniform(trial, 0, 1, 2);
    const auto movement = random.normal(trial, 1, x.extent(0), 2);
    for (std::int64_t k = 0; k < 2; ++k) {
      s(0, k) = start[static_cast<std::size_t>(k)];
      for (std::int64_t n = 0; n < x.extent(0); ++n) {
        x(n, k) = turned_back(s(n, k), step.value * movement[static_cast<std::size_t>(2 * n + k)]);
        s(n + 1, k) = s(n, k) + x(n, k);
      }
    }
    return 0;
  }
  static double turned_back(double from, double movement) {
    if (from + movement < 0 || from + movement > 1) movement = -movement;
    return from + movement < 0 || from + movement > 1 ? 0 : movement;
  }

  /// Positions s [rows, 2] as activity [rows, 2], and back.
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double> s, reverie::View<T> activity) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row)
      for (std::int64_t k = 0; k < 2; ++k) activity(row, k) = static_cast<T>(s(row, k));
  }
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T> activity, reverie::View<double> s) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row)
      for (std::int64_t k = 0; k < 2; ++k) s(row, k) = static_cast<double>(activity(row, k));
  }
};
REVERIE_TASK("my_plugin", MyPlugin)
