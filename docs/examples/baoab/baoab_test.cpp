// What the splitting is known for, with a linear force F = −a r:
//   the stationary variance is σ²/2a for every friction, without an error of the step size;
//   paths converge with order 2 to those of the damped oscillator.
#include <cmath>
#include <cstdio>

#include "baoab.cpp"

struct State {
  double position = 0, velocity = 0;
};

/// One step from `from`, of the force −a r and the given noise.
State step(const Baoab& plugin, int number, double a, State from, double noise) {
  reverie_step step{};
  step.struct_size = sizeof step;
  step.step = number;
  reverie::Unit<reverie::Scalar<double>> unit{reverie::Step(step)};
  unit.state = from.position;
  unit.memory[0] = from.velocity;
  unit.drift = -a * from.position;
  unit.noise = noise;
  plugin.advance(unit);
  return {from.position + unit.drift.value + unit.noise.value, unit.memory[0].value};
}

/// Stationary variance of the position for noise of variance 1. The step is linear: z' = A z + b ξ with z = (r, w), so
/// the covariance follows C' = A C Aᵀ + b bᵀ, and no number is drawn.
double stationary_variance(const Baoab& plugin, double a) {
  const State r = step(plugin, 1, a, {1, 0}, 0), w = step(plugin, 1, a, {0, 1}, 0), b = step(plugin, 1, a, {0, 0}, 1);
  double rr = 0, rw = 0, ww = 0;
  for (int n = 0; n < 20000; ++n) {
    const double r1 = r.position * rr + w.position * rw, r2 = r.position * rw + w.position * ww;  // A C, first row
    const double w1 = r.velocity * rr + w.velocity * rw, w2 = r.velocity * rw + w.velocity * ww;  // second row
    rr = r1 * r.position + r2 * w.position + b.position * b.position;
    rw = r1 * r.velocity + r2 * w.velocity + b.position * b.velocity;
    ww = w1 * r.velocity + w2 * w.velocity + b.velocity * b.velocity;
  }
  return rr;
}

bool variance_is_exact() {
  Baoab plugin;
  bool good = true;
  for (const double friction : {0.05, 0.3, 0.7, 1.0})
    for (const double a : {0.01, 0.1, 0.5, 1.0, 1.9}) {
      plugin.friction = friction;
      const double got = stationary_variance(plugin, a), expected = 1 / (2 * a);
      if (!(std::abs(got - expected) <= 1e-9 * expected)) {
        std::printf("friction %g, a %g: the variance is %.12g instead of %.12g\n", friction, a, got, expected);
        good = false;
      }
    }
  return good;
}

/// Error of r(t) at t = 2 against q'' = −q − γ q', q(0) = 1, q'(0) = 0, in steps of h: a = h²/2, friction = 1 −
/// e^{−γh}.
double error_of_path(double h, double damping) {
  Baoab plugin;
  plugin.friction = -std::expm1(-damping * h);
  const double end = 2, frequency = std::sqrt(1 - damping * damping / 4);
  State state{1, 0};
  for (int n = 0; n < std::lround(end / h); ++n) state = step(plugin, n, h * h / 2, state, 0);
  const double exact = std::exp(-damping * end / 2) *
                       (std::cos(frequency * end) + damping / (2 * frequency) * std::sin(frequency * end));
  return std::abs(state.position - exact);
}

bool order_is_two() {
  bool good = true;
  for (const double damping : {1e-6, 0.5, 1.5}) {
    const double order = std::log2(error_of_path(0.02, damping) / error_of_path(0.01, damping));
    if (!(std::abs(order - 2) <= 0.05)) {
      std::printf("damping %g: the order is %.3f instead of 2\n", damping, order);
      good = false;
    }
  }
  return good;
}

int main() {
  const bool good = int(variance_is_exact()) + int(order_is_two()) == 2;
  std::puts(good ? "ok" : "failed");
  return good ? 0 : 1;
}
