// At a constant rate, what a synapse passes on follows the solution of the published equation,
//   u(t) = u∞ + (U − u∞) e^{−(1/τ + Uν) t},   u∞ = U (1 + τν)/(1 + Uτν),
// and U = 1 changes nothing.
#include <cmath>
#include <cstdio>

#include "facilitation.cpp"

using Unit = reverie::Unit<reverie::Scalar<double>>;

Unit at_rest(double state) {
  reverie_step step{};
  step.struct_size = sizeof step;
  step.dt = 0.02;
  Unit unit{reverie::Step(step)};
  unit.state = state;
  unit.memory[0] = 0;
  return unit;
}

double emitted(const Facilitation& plugin, Unit& unit) {
  unit.emitted = unit.state;
  plugin.emit(unit);
  return unit.emitted.value;
}

bool follows_the_equation(double release, double tau, double rate, double state) {
  Facilitation plugin;
  plugin.release = release;
  plugin.tau = tau;
  plugin.rate = rate;
  auto unit = at_rest(state);
  const double firing = rate * std::fmax(state, 0);
  const double settled = release * (1 + tau * firing) / (1 + release * tau * firing);
  for (int n = 0; n <= 500; ++n) {
    const double time = 0.02 * n;
    const double u = settled + (release - settled) * std::exp(-(1 / tau + release * firing) * time);
    const double got = emitted(plugin, unit), expected = u / release * state;
    if (!(std::abs(got - expected) <= 1e-12 * std::abs(expected))) {
      std::printf("U %g, state %g, step %d: s is %.15g instead of %.15g\n", release, state, n, got, expected);
      return false;
    }
    plugin.advance(unit);
  }
  return true;
}

int main() {
  bool good = true;
  for (const double release : {0.05, 0.2, 0.6})
    for (const double state : {-0.5, 0.1, 1.0, 300.0})
      good = follows_the_equation(release, 1.5, 10, state) && follows_the_equation(release, 0.03, 80, state) && good;

  Facilitation neutral;
  neutral.release = 1;
  auto unit = at_rest(0.7);
  for (int n = 0; n < 10; ++n) {
    if (emitted(neutral, unit) != 0.7) {
      std::puts("with U = 1 the state is not what is sent");
      good = false;
    }
    neutral.advance(unit);
  }
  std::puts(good ? "ok" : "failed");
  return good ? 0 : 1;
}
