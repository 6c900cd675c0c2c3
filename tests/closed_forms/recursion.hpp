// SPDX-License-Identifier: BSD-3-Clause
/// Mean and covariance of replay with the analytic score of an Ornstein–Uhlenbeck process, step by step and exactly.
///
/// z = (r, v, c): state, velocity, trace of adaptation. One step at time t_n = n Δt, n from 0, with
/// m_n = μ + (s₀ − μ) e^{−θt_n}, V_n = V∞ (1 − e^{−2θt_n}), a_n = σ²Δt / (V_n + σ²Δt):
///
///   z' = A_n z + g_n + k ξ,   k = ν √(2σ²Δt) (1, 1, 0),   g_n = (a_n m_n, a_n m_n, 0),   ν = 1 (plain) or √λ (fdt)
///   A_n = [[1 − a_n, 1 − λ, −Δt], [−a_n, 1 − λ, −Δt], [bΔt/τ, 0, 1 − Δt/τ]]
///
/// Written from these equations alone; nothing of the framework is used.
#pragma once

#include <array>
#include <cmath>
#include <vector>

namespace reverie::closed_forms {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

struct Problem {
  double theta = 1, mu = 1, s0 = 0, sigma_s = 0.5;  ///< the awake process; 1/s, 1, 1, 1/√s
  double dt = 0.02;                                 ///< s
  double sigma_squared = 0.5 * 0.5 / 2;             ///< σ² of the awake noise, per second
  double friction = 1;                              ///< λ
  bool fdt = false;
  double strength = 0, tau = 0.5;  ///< b; τ in s

  double stationary_variance() const { return sigma_s * sigma_s / (2 * theta); }
};

/// After a step. `lagged` is the covariance of r with r of one step before.
struct Moments {
  Vector mean{};
  Matrix covariance{};
  double lagged = 0;
};

/// Entry n: after step n.
inline std::vector<Moments> exact_moments(const Problem& p, int steps) {
  std::vector<Moments> all;
  Moments z;
  z.mean = {p.s0, 0, 0};
  const double kick = p.sigma_squared * p.dt, gain = p.fdt ? p.friction : 1;
  for (int n = 0; n < steps; ++n) {
    const double t = n * p.dt, m = p.mu + (p.s0 - p.mu) * std::exp(-p.theta * t);
    const double a = kick / (p.stationary_variance() * (1 - std::exp(-2 * p.theta * t)) + kick), w = 1 - p.friction;
    const Matrix step{{{1 - a, w, -p.dt}, {-a, w, -p.dt}, {p.strength * p.dt / p.tau, 0, 1 - p.dt / p.tau}}};
    const Vector drive{a * m, a * m, 0}, noise{1, 1, 0};
    Moments next;
    Matrix half{};  // A cov
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t j = 0; j < 3; ++j) half[i][j] += step[i][k] * z.covariance[k][j];
    for (std::size_t i = 0; i < 3; ++i) {
      next.mean[i] = drive[i];
      for (std::size_t k = 0; k < 3; ++k) next.mean[i] += step[i][k] * z.mean[k];
      for (std::size_t j = 0; j < 3; ++j) {
        next.covariance[i][j] = 2 * gain * kick * noise[i] * noise[j];
        for (std::size_t k = 0; k < 3; ++k) next.covariance[i][j] += half[i][k] * step[j][k];
      }
    }
    next.lagged = half[0][0];
    z = next;
    all.push_back(z);
  }
  return all;
}

}  // namespace reverie::closed_forms
