// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"

/// Histogram of bearings (P1, Figures 3a and 3b): all trials and steps counted in equal sectors from -pi on. The
/// bearing is the recorded angle, or, of positions in the plane, atan2(y, x) seen from the origin. Drawn to radius
/// sqrt((n/N)/pi) in a polar plot, areas of sectors are in proportion to their shares of the samples. A sample that is
/// not finite is refused.
struct PolarHistogram {
  static constexpr const char* doc =
      "Histogram of bearings, with radii for a polar plot whose areas are in proportion to shares.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure 3";
  std::int64_t bins = 20;

  static auto parameters() {
    return reverie::parameters(
        reverie::integer("bins", &PolarHistogram::bins).range("[1, 100000]").doc("Sectors of the circle."));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "Angles, or positions in the plane.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::result;
    return {result("counts", "bearing", "1", "Samples in each sector."),
            result("radius", "bearing", "1", "sqrt((n/N)/pi) of each sector."),
            result("bearing", "bearing", "rad", "Middle of each sector, from -pi to pi."),
            result("samples", "", "1", "Samples: trials times steps.")};
  }

  struct Run {
    const PolarHistogram& metric;
    reverie::MetricJob& job;
    double turn;
    std::vector<double> counts;

    Run(const PolarHistogram& m, reverie::MetricJob& j)
        : metric(m), job(j), turn(angles::turn_of(job.unit(0))), counts(trials::index(metric.bins)) {
      const auto width = job.shape(0)[2];
      if (turn > 0 ? width != 1 : width != 2)
        throw reverie::invalid("a bearing is one angle ('rad' or 'degree') or a position in the plane, not " +
                               std::to_string(width) + " coordinates in '" + job.unit(0) + "'");
    }

    void add(std::uint32_t, std::uint32_t, std::int64_t first_trial, const trials::Chunk& x) {
      trials::require_finite(x, "recording", first_trial);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial)
        for (std::int64_t n = 0; n < x.extent(1); ++n) {
          const double turns =
              turn > 0 ? x(trial, n, 0) / turn : std::atan2(x(trial, n, 1), x(trial, n, 0)) / (2 * std::numbers::pi);
          const double from_left = turns + 0.5 - std::floor(turns + 0.5);  // [0, 1) from -pi to pi
          const auto bin = static_cast<std::int64_t>(from_left * static_cast<double>(metric.bins));
          ++counts[trials::index(std::min(bin, metric.bins - 1))];
        }
    }

    void finish(std::uint32_t) {
      const double samples = std::accumulate(counts.begin(), counts.end(), 0.0);
      std::vector<double> radius, bearing;
      for (std::size_t k = 0; k < counts.size(); ++k) {
        radius.push_back(std::sqrt(counts[k] / samples / std::numbers::pi));
        bearing.push_back(((static_cast<double>(k) + 0.5) / static_cast<double>(metric.bins) * 2 - 1) *
                          std::numbers::pi);
      }
      job.emit("counts", {metric.bins}, counts);
      job.emit("radius", {metric.bins}, radius);
      job.emit("bearing", {metric.bins}, bearing);
      job.emit("samples", samples);
    }
  };
};
REVERIE_METRIC("polar_histogram", PolarHistogram)
