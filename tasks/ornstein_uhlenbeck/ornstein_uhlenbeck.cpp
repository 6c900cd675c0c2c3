// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/task.hpp>

#include <cmath>

/// Ornstein–Uhlenbeck process in any dimension, ds = θ(μ − s)dt + σ_s dW from s₀, sampled exactly:
///   s_{n+1} = μ + (s_n − μ) e^{−θΔt} + √(V∞ (1 − e^{−2θΔt})) ξ,   V∞ = σ_s²/2θ.
/// Latents, targets and start are the coordinates; the input is the change per step.
struct OrnsteinUhlenbeck {
  static constexpr const char* doc = "Ornstein-Uhlenbeck process: a coordinate that relaxes to its mean under noise.";
  static constexpr const char* source = "Casco-Rodriguez et al. (2026), Fig. 1";
  std::int64_t dimension = 1, steps = 100;
  double dt = 0.02, theta = 1, sigma_s = 0.5, mu = 1, s0 = 0;

  static auto parameters() {
    using P = OrnsteinUhlenbeck;
    return reverie::parameters(
        reverie::integer("dimension", &P::dimension)
            .range("[1, 1000]")
            .symbol("d")
            .doc("Number of independent coordinates."),
        reverie::integer("steps", &P::steps).range("[1, 1000000]").symbol("T").doc("Steps of a trial."),
        reverie::number("dt", &P::dt).range("(0, inf)").symbol("Δt").unit("s").doc("Time step."),
        reverie::number("theta", &P::theta)
            .range("(0, inf)")
            .symbol("θ")
            .unit("1/s")
            .doc("Rate of return to the mean."),
        reverie::number("sigma_s", &P::sigma_s)
            .range("[0, inf)")
            .symbol("σ_s")
            .unit("1/√s")
            .doc("Diffusion; the stationary variance is σ_s²/2θ."),
        reverie::number("mu", &P::mu).symbol("μ").doc("Long-term mean of every coordinate."),
        reverie::number("s0", &P::s0).symbol("s₀").doc("Start of every coordinate."));
  }

  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.outputs = l.latents = dimension;
    l.steps = steps;
    l.dt = dt;
    for (std::int64_t k = 0; k < dimension; ++k) l.latent_names.push_back("s" + std::to_string(k));
    l.latent_unit = "1";
    l.input_unit = "1";
    l.has_endpoints = l.has_mean_paths = true;
    return l;
  }

  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial,
               const reverie::View<double>& latents, const reverie::View<double>& inputs) const {
    const auto length = inputs.extent(0);
    const auto z = random.normal(trial, 0, length, dimension);
    const double decay = std::exp(-theta * dt);
    const double kick = std::sqrt(sigma_s * sigma_s / (2 * theta) * -std::expm1(-2 * theta * dt));
    for (std::int64_t k = 0; k < dimension; ++k) {
      latents(0, k) = s0;
      for (std::int64_t n = 0; n < length; ++n) {
        latents(n + 1, k) = mu + (latents(n, k) - mu) * decay + kick * z[static_cast<std::size_t>(n * dimension + k)];
        inputs(n, k) = latents(n + 1, k) - latents(n, k);
      }
    }
    return 0;
  }

  template <class T>
  void encode(const reverie::Constants&, const reverie::View<const double>& latents,
              const reverie::View<T>& activity) const {
    for (std::int64_t row = 0; row < latents.extent(0); ++row)
      for (std::int64_t k = 0; k < dimension; ++k) activity(row, k) = static_cast<T>(latents(row, k));
  }
  template <class T>
  void decode(const reverie::Constants&, const reverie::View<const T>& outputs,
              const reverie::View<double>& latents) const {
    for (std::int64_t row = 0; row < latents.extent(0); ++row)
      for (std::int64_t k = 0; k < dimension; ++k) latents(row, k) = static_cast<double>(outputs(row, k));
  }

  /// The mean relaxes from s₀ to μ; its endpoint is μ.
  void landmarks(const reverie::Constants&, const reverie::View<double>& endpoint,
                 const reverie::View<double>& mean_path) const {
    for (std::int64_t k = 0; k < dimension; ++k) {
      endpoint(0, k) = mu;
      for (std::int64_t n = 0; n < mean_path.extent(1); ++n)
        mean_path(0, n, k) = mu + (s0 - mu) * std::exp(-theta * dt * static_cast<double>(n));
    }
  }
};
REVERIE_TASK("ornstein_uhlenbeck", OrnsteinUhlenbeck)
