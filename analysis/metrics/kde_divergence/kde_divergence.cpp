// SPDX-License-Identifier: BSD-3-Clause
#include "../kde.hpp"
#include "../samples.hpp"

/// Kullback-Leibler divergence of replayed to awake activity (P1, Figure 2e), by Monte Carlo over kernel densities
/// (kde.hpp):
///
///   D = mean over x_i ~ q of ln clip(q(x_i) / p(x_i), 1/clip, clip),   q: density of replay, p: of awake
///
/// With sampled = "uniform", q is the uniform distribution on `box` instead. Its density is 1/(product of the sides);
/// P1's published code takes that of one dimension, 1/(first side) (uniform_pdf = "code"), which adds ln 2.2 = 0.788
/// nats in a square of 2.2 m. With axes = "principal", positions are states on the first principal axes of the awake
/// ones.
///
/// All trials and steps are samples alike and are held in memory. A sample that is not finite is refused, and so are
/// angles. Random numbers: uniform of trial 0, step i chooses the kernel that point i comes from; normals of trial 1,
/// step i move it; uniform of trial 2, step i places it in the box.
struct KdeDivergence {
  static constexpr const char* doc =
      "Kullback-Leibler divergence of the replayed (or a uniform) distribution to the awake one, by Monte Carlo over "
      "kernel densities.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure 2e; densities as SciPy's gaussian_kde";
  enum Sampled { replay, uniform };
  enum UniformPdf { correct, code };
  std::int64_t samples = 2500;
  double clip = 1e7;
  samples::Space axes = samples::Space::position;
  std::int64_t components = 2;
  Sampled sampled = replay;
  UniformPdf uniform_pdf = correct;
  reverie::Table box{{-1.1, 1.1, -1.1, 1.1}, 2, 2};

  static auto parameters() {
    return reverie::parameters(
        reverie::integer("samples", &KdeDivergence::samples)
            .range("[2, 100000000]")
            .doc("Points drawn from the density of replay."),
        reverie::number("clip", &KdeDivergence::clip)
            .range("(1, inf)")
            .doc("Density ratios are limited to [1/clip, clip]."),
        reverie::choice("axes", &KdeDivergence::axes, {"position", "principal"})
            .doc("Decoded positions, or states on the principal axes of the awake ones."),
        reverie::integer("components", &KdeDivergence::components)
            .range("[1, 10]")
            .doc("Principal axes, for axes = "
                 "\"principal\"."),
        reverie::choice("sampled", &KdeDivergence::sampled, {"replay", "uniform"})
            .doc("Where points are drawn: from the density of replay, or uniformly in the box."),
        reverie::choice("uniform_pdf", &KdeDivergence::uniform_pdf, {"correct", "code"})
            .doc("Density of the uniform distribution: correct, or of one dimension as in the code of Krishna et al."),
        reverie::numbers("box", &KdeDivergence::box)
            .unit("unit of the positions")
            .doc("Box of the uniform distribution, [[low, high], ...] for each coordinate."));
  }

  void prepare() const {
    if (sampled == uniform) trials::require_extents(box, reverie::parameter_index<KdeDivergence>("box"));
  }
  std::vector<reverie_metric_input> inputs() const {
    std::vector<reverie_metric_input> list = {samples::input(axes, "awake", false, "The distribution compared with.")};
    if (sampled == replay)
      list.push_back(samples::input(axes, "replay", false, "The distribution that points are drawn from."));
    return list;
  }
  std::uint32_t passes() const { return samples::passes(axes); }
  std::vector<reverie_metric_output> outputs() const {
    return {reverie::result("divergence", "", "nats", "KL divergence of replay to awake."),
            reverie::result("standard_error", "", "nats", "Monte Carlo standard error of the divergence."),
            reverie::result("clipped", "", "1", "Points whose density ratio was limited."),
            reverie::result("awake_samples", "", "1", "Samples of the awake density: trials times steps."),
            reverie::result("replay_samples", "", "1", "Samples of the replay density; absent with a uniform one.",
                            reverie::may_be_absent)};
  }

  struct Run {
    const KdeDivergence& metric;
    reverie::MetricJob& job;
    samples::Collector collector;
    std::size_t dimensions;

    Run(const KdeDivergence& m, reverie::MetricJob& j)
        : metric(m),
          job(j),
          collector(metric.axes, metric.components, job, metric.sampled == KdeDivergence::replay),
          dimensions(collector.dimensions()) {
      if (metric.sampled != uniform) return;
      const int parameter = reverie::parameter_index<KdeDivergence>("box");
      trials::require_given_unless_metres(job.unit(0), metric.box.values != KdeDivergence().box.values, parameter);
      if (trials::index(metric.box.rows) != dimensions)
        throw reverie::invalid("[low, high] is needed for each of the " + std::to_string(dimensions) + " coordinates",
                               parameter);
    }

    void add(std::uint32_t pass, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& chunk) {
      collector.add(job, pass, input, first_trial, chunk);
    }

    void finish(std::uint32_t pass) {
      if (!collector.finish(job, pass)) return;
      const kde::Density awake(collector.data[0], dimensions, "awake");
      const auto count = static_cast<std::size_t>(metric.samples);
      std::vector<double> p(count), q(count, uniform_density());
      std::vector<double> points;
      std::optional<kde::Density> replayed;
      if (metric.sampled == uniform) {
        points = draw_uniform(count);
      } else {
        replayed.emplace(collector.data[1], dimensions, "replay");
        points = draw(*replayed, count);
      }
      constexpr std::int64_t points_at_a_time = 32;
      job.parallel_for(metric.samples, points_at_a_time, [&](std::int64_t begin, std::int64_t end) {
        if (job.should_stop()) return;
        const auto first = static_cast<std::size_t>(begin), here = static_cast<std::size_t>(end - begin);
        const auto where = std::span(points).subspan(first * dimensions, here * dimensions);
        awake.evaluate(where, std::span(p).subspan(first, here));
        if (replayed) replayed->evaluate(where, std::span(q).subspan(first, here));
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
      if (replayed) job.emit("replay_samples", static_cast<double>(replayed->count()));
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

    double side(std::size_t k) const {
      const auto row = static_cast<std::int64_t>(k);
      return metric.box(row, 1) - metric.box(row, 0);
    }
    double uniform_density() const {
      if (metric.sampled != uniform) return 0;
      double volume = side(0);
      for (std::size_t k = 1; k < dimensions && metric.uniform_pdf == correct; ++k) volume *= side(k);
      return 1 / volume;
    }
    std::vector<double> draw_uniform(std::size_t count) const {
      auto points = job.random().uniform(2, 0, static_cast<std::int64_t>(count), static_cast<std::int64_t>(dimensions));
      for (std::size_t i = 0; i < points.size(); ++i) {
        const auto k = i % dimensions;
        points[i] = metric.box(static_cast<std::int64_t>(k), 0) + side(k) * points[i];
      }
      return points;
    }
  };
};
REVERIE_METRIC("kde_divergence", KdeDivergence)
