// SPDX-License-Identifier: BSD-3-Clause
#include "../trials.hpp"
#include "kde.hpp"

/// Kullback-Leibler divergence of replayed to awake activity (P1, Figure 2e), by Monte Carlo over kernel densities
/// (kde.hpp):
///
///   D = mean over x_i ~ q of ln clip(q(x_i) / p(x_i), 1/clip, clip),   q: density of replay, p: of awake
///
/// All trials and steps are samples alike and are held in memory. A sample that is not finite is refused.
/// Random numbers: uniform of trial 0, step i chooses the kernel that point i comes from; normals of trial 1, step i
/// move it.
struct KdeDivergence {
  static constexpr const char* doc =
      "Kullback-Leibler divergence of the replayed distribution to the awake one, by Monte Carlo over kernel "
      "densities.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure 2e; densities as SciPy's gaussian_kde";
  std::int64_t samples = 2500;
  double clip = 1e7;

  static auto parameters() {
    return reverie::parameters(reverie::integer("samples", &KdeDivergence::samples)
                                   .range("[2, 100000000]")
                                   .doc("Points drawn from the density of replay."),
                               reverie::number("clip", &KdeDivergence::clip)
                                   .range("(1, inf)")
                                   .doc("Density ratios are limited to [1/clip, clip]."));
  }

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("awake", "position", "trial time space", "The distribution compared with."),
            reverie::input("replay", "position", "trial time space", "The distribution that points are drawn from.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    return {reverie::result("divergence", "", "nats", "KL divergence of replay to awake."),
            reverie::result("standard_error", "", "nats", "Monte Carlo standard error of the divergence."),
            reverie::result("clipped", "", "1", "Points whose density ratio was limited."),
            reverie::result("awake_samples", "", "1", "Samples of the awake density: trials times steps."),
            reverie::result("replay_samples", "", "1", "Samples of the replay density.")};
  }

  struct Run {
    const KdeDivergence& metric;
    reverie::MetricJob& job;
    std::size_t dimensions;
    std::vector<double> data[2];  // awake, replay: [trials * time, space]

    Run(const KdeDivergence& m, reverie::MetricJob& j) : metric(m), job(j) {
      const auto awake = job.shape(0), replay = job.shape(1);
      if (awake[2] != replay[2])
        throw reverie::invalid("awake and replay have different numbers of coordinates (" + std::to_string(awake[2]) +
                               " and " + std::to_string(replay[2]) + ")");
      dimensions = static_cast<std::size_t>(awake[2]);
      for (std::size_t input = 0; input < 2; ++input) {
        const auto shape = job.shape(input);
        data[input].reserve(static_cast<std::size_t>(shape[0] * shape[1] * shape[2]));
      }
    }

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const reverie::View<const double>& chunk) {
      trials::require_finite(chunk, input == 0 ? "awake" : "replay", first_trial);
      for (std::int64_t trial = 0; trial < chunk.extent(0); ++trial)
        for (std::int64_t time = 0; time < chunk.extent(1); ++time)
          for (std::int64_t k = 0; k < chunk.extent(2); ++k) data[input].push_back(chunk(trial, time, k));
    }

    void finish(std::uint32_t) {
      const kde::Density awake(data[0], dimensions, "awake"), replay(data[1], dimensions, "replay");
      const auto count = static_cast<std::size_t>(metric.samples);
      const auto points = draw(replay, count);
      std::vector<double> p(count), q(count);
      constexpr std::int64_t points_at_a_time = 32;
      job.parallel_for(metric.samples, points_at_a_time, [&](std::int64_t begin, std::int64_t end) {
        if (job.should_stop()) return;
        const auto first = static_cast<std::size_t>(begin), here = static_cast<std::size_t>(end - begin);
        const auto where = std::span(points).subspan(first * dimensions, here * dimensions);
        awake.evaluate(where, std::span(p).subspan(first, here));
        replay.evaluate(where, std::span(q).subspan(first, here));
      });
      if (job.should_stop()) return;

      double sum = 0, squares = 0, clipped = 0;
      for (std::size_t i = 0; i < count; ++i) {
        if (!(q[i] > 0) || !std::isfinite(q[i]) || !std::isfinite(p[i]))
          throw reverie::not_finite("the densities leave the range of numbers in " + std::to_string(dimensions) +
                                    " dimensions; measure fewer coordinates");
        const double ratio = q[i] / p[i], limited = std::clamp(ratio, 1 / metric.clip, metric.clip);
        if (limited != ratio) ++clipped;
        sum += std::log(limited);
        squares += std::log(limited) * std::log(limited);
      }
      const auto n = static_cast<double>(count);
      const double mean = sum / n, variance = std::max(0.0, (squares - n * mean * mean) / (n - 1));
      job.emit("divergence", mean);
      job.emit("standard_error", std::sqrt(variance / n));
      job.emit("clipped", clipped);
      job.emit("awake_samples", static_cast<double>(awake.count()));
      job.emit("replay_samples", static_cast<double>(replay.count()));
    }

    /// Points [count, d] of the density.
    std::vector<double> draw(const kde::Density& density, std::size_t count) const {
      const auto choice = job.random().uniform(0, 0, static_cast<std::int64_t>(count), 1);
      const auto z = job.random().normal(1, 0, static_cast<std::int64_t>(count), static_cast<std::int64_t>(dimensions));
      std::vector<double> points(count * dimensions);
      for (std::size_t i = 0; i < count; ++i)
        density.draw(static_cast<std::size_t>(choice[i] * static_cast<double>(density.count())),
                     std::span(z).subspan(i * dimensions, dimensions),
                     std::span(points).subspan(i * dimensions, dimensions));
      return points;
    }
  };
};
REVERIE_METRIC("kde_divergence", KdeDivergence)
