// SPDX-License-Identifier: BSD-3-Clause
/// Tasks along paths in the plane (P2): a mixture over directions of travel of Ornstein–Uhlenbeck processes around a
/// mean path g_d that reaches its endpoint and stays there.
///
///   s_n = g_d(n) + x_n,   x_0 = 0,   x_{n+1} = e^{−θ} x_n + √(V∞ (1 − e^{−2θ})) ξ,   θ = restoring / T per step
///
/// Latents, targets and start are the raw coordinates; the input is the change per step. The form of x and the timing
/// of g_d are choices (the paper fixes the mixture and that paths reach their endpoints and stay): g_d passes its
/// waypoints at constant speed and arrives at `arrival`·T, or relaxes exponentially towards one after the other.
#pragma once

#include <reverie/task.hpp>

#include <cmath>

namespace path_mixture {

enum class Profile { constant_speed, relaxation };

/// `Layout` gives the default waypoints, the names of the directions, doc and source.
template <class Layout>
struct PathMixture {
  static constexpr const char* doc = Layout::doc;
  static constexpr const char* source = "Casco-Rodriguez et al. (2026), Fig. 3; timing and noise are our choice";
  reverie::Table paths = Layout::paths();
  std::int64_t steps = 100;
  double dt = 0.02, arrival = 0.8, restoring = 10, sd = 0.05;
  Profile profile = Profile::constant_speed;

  static auto parameters() {
    using P = PathMixture;
    return reverie::parameters(
        reverie::numbers("paths", &P::paths).unit("m").doc("Waypoints, a row per direction: [x0, y0, x1, y1, ...]."),
        reverie::integer("steps", &P::steps).range("[1, 1000000]").symbol("T").doc("Steps of a trial."),
        reverie::number("dt", &P::dt).range("(0, inf)").symbol("Δt").unit("s").doc("Time step."),
        reverie::number("arrival", &P::arrival)
            .range("(0, 1]")
            .doc("Share of the trial after which the mean path is at its end."),
        reverie::number("restoring", &P::restoring)
            .range("(0, inf)")
            .symbol("θT")
            .doc("Rate of return to the mean path, per trial."),
        reverie::number("sd", &P::sd)
            .range("[0, inf)")
            .symbol("√V∞")
            .unit("m")
            .doc("Stationary standard deviation around the mean path."),
        reverie::choice("profile", &P::profile, {"constant_speed", "relaxation"})
            .doc("How the mean path moves from waypoint to waypoint."));
  }

  void prepare() const {
    if (paths.rows < 1 || paths.columns < 4 || paths.columns % 2 != 0)
      throw reverie::invalid("must have a row per direction with at least two waypoints: [x0, y0, x1, y1, ...]",
                             reverie::parameter_index<PathMixture>("paths"));
  }

  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.outputs = l.latents = 2;
    l.steps = steps;
    l.dt = dt;
    l.latent_names = {"x", "y"};
    l.latent_unit = "m";
    l.input_unit = "m";
    l.output_unit = "m";
    l.directions.clear();
    for (std::int64_t d = 0; d < paths.rows; ++d) l.directions.push_back(Layout::direction(d));
    l.has_endpoints = l.has_mean_paths = true;
    return l;
  }

  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial,
               const reverie::View<double>& latents, const reverie::View<double>& inputs) const {
    const auto direction =
        static_cast<std::int64_t>(random.uniform(trial, 0, 1, 1)[0] * static_cast<double>(paths.rows));
    const auto length = inputs.extent(0);
    const auto z = random.normal(trial, 1, length, 2);
    const double theta = restoring / static_cast<double>(steps);
    const double decay = std::exp(-theta), kick = sd * std::sqrt(-std::expm1(-2 * theta));
    double x[2] = {0, 0};
    for (std::int64_t n = 0; n <= length; ++n)
      for (std::int64_t k = 0; k < 2; ++k) {
        if (n > 0) x[k] = decay * x[k] + kick * z[static_cast<std::size_t>(2 * (n - 1) + k)];
        latents(n, k) = mean(direction, n, k) + x[k];
        if (n > 0) inputs(n - 1, k) = latents(n, k) - latents(n - 1, k);
      }
    return static_cast<int>(direction);
  }

  template <class T>
  void encode(const reverie::Constants&, const reverie::View<const double>& latents,
              const reverie::View<T>& activity) const {
    for (std::int64_t row = 0; row < latents.extent(0); ++row)
      for (std::int64_t k = 0; k < 2; ++k) activity(row, k) = static_cast<T>(latents(row, k));
  }
  template <class T>
  void decode(const reverie::Constants&, const reverie::View<const T>& outputs,
              const reverie::View<double>& latents) const {
    for (std::int64_t row = 0; row < latents.extent(0); ++row)
      for (std::int64_t k = 0; k < 2; ++k) latents(row, k) = static_cast<double>(outputs(row, k));
  }

  void landmarks(const reverie::Constants&, const reverie::View<double>& endpoint,
                 const reverie::View<double>& mean_path) const {
    for (std::int64_t d = 0; d < paths.rows; ++d)
      for (std::int64_t k = 0; k < 2; ++k) {
        endpoint(d, k) = paths(d, paths.columns - 2 + k);
        for (std::int64_t n = 0; n < mean_path.extent(1); ++n) mean_path(d, n, k) = mean(d, n, k);
      }
  }

 private:
  /// Coordinate k of g_d at step n.
  double mean(std::int64_t d, std::int64_t n, std::int64_t k) const {
    const double duration = arrival * static_cast<double>(steps), time = static_cast<double>(n);
    const auto legs = paths.columns / 2 - 1;
    const auto waypoint = [&](std::int64_t w) { return paths(d, 2 * w + k); };
    if (profile == Profile::relaxation) {
      // Legs of equal duration, each with five time constants; the last goes on.
      const double leg = duration / static_cast<double>(legs), tau = leg / 5;
      double at = waypoint(0);
      for (std::int64_t w = 1; w <= legs; ++w) {
        const double begun = time - leg * static_cast<double>(w - 1);
        if (begun <= 0) break;
        const double spent = w == legs ? begun : std::min(begun, leg);
        at = waypoint(w) + (at - waypoint(w)) * std::exp(-spent / tau);
      }
      return at;
    }
    double total = 0;
    for (std::int64_t w = 1; w <= legs; ++w) total += leg_length(d, w);
    double left = std::min(time / duration, 1.0) * total;
    for (std::int64_t w = 1; w <= legs; ++w) {
      const double length = leg_length(d, w);
      if (left < length) return waypoint(w - 1) + (waypoint(w) - waypoint(w - 1)) * left / length;
      left -= length;
    }
    return waypoint(legs);
  }
  double leg_length(std::int64_t d, std::int64_t w) const {
    return std::hypot(paths(d, 2 * w) - paths(d, 2 * w - 2), paths(d, 2 * w + 1) - paths(d, 2 * w - 1));
  }
};

}  // namespace path_mixture
