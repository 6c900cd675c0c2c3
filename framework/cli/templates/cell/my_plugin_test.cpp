// The increment is alpha (tanh(drive) - r); at rest, r = tanh(drive), it is 0.
#include <cmath>
#include <cstdio>

#include "my_plugin.cpp"

double increment(const MyPlugin& plugin, double drive, double state) {
  reverie_step step{};
  step.struct_size = sizeof step;
  step.dt = 0.02;
  reverie::CellUnit<reverie::Scalar<double>> u{reverie::Step(step)};
  u.state = u.emitted = state;
  u.slot[0] = drive;
  plugin.increment(u);
  return u.increment.value;
}

int main() {
  MyPlugin plugin;
  plugin.alpha = 0.5;
  const double moving = increment(plugin, 0.3, 2.0), resting = increment(plugin, 0.3, std::tanh(0.3));
  if (!(std::abs(moving - 0.5 * (std::tanh(0.3) - 2.0)) <= 1e-12 && std::abs(resting) <= 1e-15)) {
    std::printf("increments are %.15g and %.15g\n", moving, resting);
    return 1;
  }
  std::puts("ok");
}
