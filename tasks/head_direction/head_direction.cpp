// SPDX-License-Identifier: BSD-3-Clause
#include "../most_active.hpp"

#include <reverie/task.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

/// Head direction: the network integrates angular displacements into the activity of head-direction cells.
///
/// Latent: the angle θ [rad], wrapped to [−π, π]; start uniform. Input: its change per step, ω Δt with ω ~ N(0, turn)
/// [rad/s]; `biased` takes the absolute value (all counter-clockwise). Cells k = 0 … O − 1 prefer μ_k, evenly from −π
/// to π (both ends included, as in the paper's code), with width κ = 1/spread²:
///   bell        exp(κ (cos(θ − μ_k) − 1))
///   von_mises   exp(κ cos(θ − μ_k)) / 2π I₀(κ)
/// Decoding: circular mean of the preferred angles of the most active cells; NaN where too few activities are numbers.
struct HeadDirection {
  static constexpr const char* doc =
      "Head direction: angular velocity is integrated into the activity of head-direction cells.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), section 3 and appendix";
  enum Tuning { bell, von_mises };
  std::int64_t cells = 512, steps = 100, decode_cells = 3;
  double dt = 0.02, turn = 11.52, spread = std::numbers::pi / 6;
  bool biased = false;
  Tuning tuning = bell;

  static auto parameters() {
    using P = HeadDirection;
    return reverie::parameters(
        reverie::integer("cells", &P::cells).range("[1, 1000000]").symbol("O").doc("Number of head-direction cells."),
        reverie::integer("steps", &P::steps).range("[1, 1000000]").symbol("T").doc("Steps of a trial."),
        reverie::number("dt", &P::dt).range("(0, inf)").symbol("Δt").unit("s").doc("Time step."),
        reverie::number("turn", &P::turn)
            .range("[0, inf)")
            .symbol("σ_turn")
            .unit("rad/s")
            .doc("Standard deviation of the angular velocity."),
        reverie::boolean("biased", &P::biased).doc("Turn counter-clockwise only."),
        reverie::number("spread", &P::spread)
            .range("[0.05, inf)")
            .symbol("1/√κ")
            .unit("rad")
            .doc("Width of a tuning curve."),
        reverie::choice("tuning", &P::tuning, {"bell", "von_mises"})
            .doc("Tuning curves with peak 1, or normalised densities."),
        reverie::integer("decode_cells", &P::decode_cells)
            .range("[1, 1000]")
            .doc("Decoded angle: circular mean over this many most active cells."));
  }

  void prepare() const {
    if (decode_cells > cells)
      throw reverie::invalid(
          "must not be above 'cells' (" + std::to_string(cells) + "), but is " + std::to_string(decode_cells),
          reverie::parameter_index<HeadDirection>("decode_cells"));
  }

  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.latents = 1;
    l.starts = l.outputs = cells;
    l.steps = steps;
    l.dt = dt;
    l.latent_names = {"angle"};
    l.latent_unit = "rad";
    l.input_unit = "rad";
    l.latent_is_angle = true;
    return l;
  }

  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial,
               const reverie::View<double>& latents, const reverie::View<double>& inputs) const {
    const auto z = random.normal(trial, 1, inputs.extent(0), 1);
    latents(0, 0) = (2 * random.uniform(trial, 0, 1, 1)[0] - 1) * std::numbers::pi;
    for (std::int64_t n = 0; n < inputs.extent(0); ++n) {
      const double turned = z[static_cast<std::size_t>(n)] * turn * dt;
      inputs(n, 0) = biased ? std::abs(turned) : turned;
      latents(n + 1, 0) = std::remainder(latents(n, 0) + inputs(n, 0), 2 * std::numbers::pi);
    }
    return 0;
  }

  /// cos(θ − μ) = cos θ cos μ + sin θ sin μ, so that a row needs no trigonometry of its own.
  template <class T>
  void encode(const reverie::Constants&, const reverie::View<const double>& latents,
              const reverie::View<T>& activity) const {
    const double kappa = 1 / (spread * spread);
    const T peak = tuning == bell
                       ? T(1)
                       : static_cast<T>(std::exp(kappa) / (2 * std::numbers::pi * std::cyl_bessel_i(0.0, kappa)));
    std::vector<T> cosine(static_cast<std::size_t>(cells)), sine(static_cast<std::size_t>(cells));
    for (std::int64_t k = 0; k < cells; ++k) {
      cosine[static_cast<std::size_t>(k)] = static_cast<T>(kappa * std::cos(preferred(k)));
      sine[static_cast<std::size_t>(k)] = static_cast<T>(kappa * std::sin(preferred(k)));
    }
    reverie::run_vectorised([&] {
      for (std::int64_t row = 0; row < latents.extent(0); ++row) {
        const T c = static_cast<T>(std::cos(latents(row, 0))), s = static_cast<T>(std::sin(latents(row, 0)));
        const T *along = cosine.data(), *across = sine.data();
        T* out = &activity(row, 0);
        const T base = static_cast<T>(kappa);
        REVERIE_NO_LOOP_DEPENDENCE
        for (std::int64_t k = 0; k < cells; ++k)
          out[k] = peak * exp(reverie::Scalar<T>(c * along[k] + s * across[k] - base)).value;
      }
    });
  }

  template <class T>
  void decode(const reverie::Constants&, const reverie::View<const T>& outputs,
              const reverie::View<double>& latents) const {
    std::vector<std::int64_t> best(static_cast<std::size_t>(decode_cells));
    for (std::int64_t row = 0; row < outputs.extent(0); ++row) {
      const bool enough = most_active(&outputs(row, 0), cells, best);
      double x = 0, y = 0;
      for (std::size_t k = 0; enough && k < best.size(); ++k) {
        x += std::cos(preferred(best[k]));
        y += std::sin(preferred(best[k]));
      }
      latents(row, 0) = enough ? std::atan2(y, x) : std::numeric_limits<double>::quiet_NaN();
    }
  }

 private:
  double preferred(std::int64_t k) const {
    return cells == 1
               ? -std::numbers::pi
               : -std::numbers::pi + 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(cells - 1);
  }
};
REVERIE_TASK("head_direction", HeadDirection)
