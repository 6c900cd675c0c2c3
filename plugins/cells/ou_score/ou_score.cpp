// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/cell.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

/// The optimal path integrator of an Ornstein–Uhlenbeck process, known in closed form: the drift is the score of the
/// awake distribution, F = σ²Δt ∇log p_t(r), with σ²Δt the variance of the awake noise per step and t = nΔt.
///   single    p_t = N(m, V + σ²Δt):   F = −a (r − m),   a = σ²Δt / (V + σ²Δt)
///             m = μ + (s₀ − μ) e^{−θt},   V = V∞ (1 − e^{−2θt}),   V∞ = σ_s² / 2θ
///   mixture   p_t = mean over directions d of N(g_d(t), V + σ²Δt), g_d the mean paths of the task:
///             F = −a Σ_d w_d (r − g_d),   w_d ∝ exp(−|r − g_d|² / 2(V + σ²Δt))
/// θ and σ_s are parameters of this cell and must be those of the task: it is optimal for no other.
/// There are no weights: the state is the output and starts at the task's start.
struct OuScore {
  static constexpr const char* doc =
      "Analytic score of an Ornstein-Uhlenbeck process, or of a mixture of them along the task's mean paths.";
  static constexpr const char* source = "Casco-Rodriguez et al. (2026), Fig. 1";
  static constexpr bool state_is_output = true;
  enum Form { single, mixture };
  Form form = single;
  double theta = 1, sigma_s = 0.5, mu = 1, s0 = 0;

  static auto parameters() {
    return reverie::parameters(
        reverie::choice("form", &OuScore::form, {"single", "mixture"})
            .doc("One process, or one along each mean path of the task."),
        reverie::number("theta", &OuScore::theta)
            .range("(0, inf)")
            .symbol("θ")
            .unit("1/s")
            .doc("Rate of return to the mean. Must be the task's: of t_maze and triangle restoring/(steps dt)."),
        reverie::number("sigma_s", &OuScore::sigma_s)
            .range("(0, inf)")
            .symbol("σ_s")
            .unit("1/√s")
            .doc("Diffusion; the stationary variance is σ_s²/2θ. Must be the task's: of t_maze and triangle sd √(2θ)."),
        reverie::number("mu", &OuScore::mu).symbol("μ").doc("Long-term mean of every coordinate (single)."),
        reverie::number("s0", &OuScore::s0).symbol("s₀").doc("Start of every coordinate (single)."));
  }

  void prepare(const reverie_setting& setting) {
    if (form == single) return;
    const auto index = reverie::parameter_index<OuScore>("form");
    if (!setting.mean_path)
      throw reverie::invalid("\"mixture\" needs a task with mean paths (t_maze, triangle)", index);
    const auto paths = reverie::view<const double>(*setting.mean_path);
    directions_ = paths.extent(0);
    last_step_ = paths.extent(1) - 1;
    units_ = paths.extent(2);
    if (setting.units != units_)
      throw reverie::invalid("\"mixture\" needs a unit for each coordinate of the mean paths: units must be " +
                                 std::to_string(units_) + ", not " + std::to_string(setting.units),
                             index);
    for (std::int64_t d = 0; d < directions_; ++d)
      for (std::int64_t n = 0; n <= last_step_; ++n)
        for (std::int64_t k = 0; k < units_; ++k) paths_.push_back(paths(d, n, k));
  }

  template <class T>
  void increment(reverie::CellRow<T>& row) const {
    const double t = row.time.value, noise = row.sigma.value * row.sigma.value;
    const double variance = sigma_s * sigma_s / (2 * theta) * -std::expm1(-2 * theta * t) + noise;
    const double a = variance > 0 ? noise / variance : 0;
    if (form == single) {
      const double mean = mu + (s0 - mu) * std::exp(-theta * t);
      for (std::size_t k = 0; k < row.state.size(); ++k)
        row.increment[k] = static_cast<T>(-a * (static_cast<double>(row.state[k]) - mean));
      return;
    }
    // Weights relative to the nearest path, so that the exponentials do not vanish together.
    const auto distance = [&](std::int64_t d) {
      double sum = 0;
      for (std::size_t k = 0; k < row.state.size(); ++k) {
        const double difference = static_cast<double>(row.state[k]) - mean_path(d, row, k);
        sum += difference * difference;
      }
      return sum;
    };
    double nearest = distance(0);
    for (std::int64_t d = 1; d < directions_; ++d) nearest = std::min(nearest, distance(d));
    std::fill(row.increment.begin(), row.increment.end(), T(0));
    double total = 0;
    for (std::int64_t d = 0; d < directions_; ++d) total += weight(distance(d) - nearest, variance);
    for (std::int64_t d = 0; d < directions_; ++d) {
      const double w = weight(distance(d) - nearest, variance) / total;
      for (std::size_t k = 0; k < row.state.size(); ++k)
        row.increment[k] += static_cast<T>(-a * w * (static_cast<double>(row.state[k]) - mean_path(d, row, k)));
    }
  }

 private:
  static double weight(double excess, double variance) { return variance > 0 ? std::exp(-excess / (2 * variance)) : 1; }
  /// Beyond the task's trial the paths stay where they ended.
  double mean_path(std::int64_t d, const reverie::Step& step, std::size_t k) const {
    const auto n = std::min(static_cast<std::int64_t>(step.step.value), last_step_);
    return paths_[static_cast<std::size_t>((d * (last_step_ + 1) + n) * units_) + k];
  }
  std::vector<double> paths_;  ///< [direction][step][coordinate]
  std::int64_t directions_ = 0, last_step_ = 0, units_ = 0;
};
REVERIE_CELL("ou_score", OuScore)
