// A constant drift d, smoothed over n steps, is d (1 - (1 - rate)^n).
#include <cmath>
#include <cstdio>

#include "my_plugin.cpp"

int main() {
  MyPlugin plugin;
  plugin.rate = 0.25;
  const double drift = 3, noise = 0.5;
  reverie_step step{};
  step.struct_size = sizeof step;
  step.dt = 0.02;
  reverie::Unit<reverie::Scalar<double>> u{reverie::Step(step)};
  u.state = 1;
  u.memory[0] = 0;
  for (int n = 1; n <= 20; ++n) {
    u.drift = drift;
    u.noise = noise;
    plugin.advance(u);
    const double expected = drift * (1 - std::pow(0.75, n));
    if (!(std::abs(u.drift.value - expected) <= 1e-12 && u.noise.value == noise)) {
      std::printf("after %d steps the drift is %.15g instead of %.15g\n", n, u.drift.value, expected);
      return 1;
    }
  }
  std::puts("ok");
}
