// SPDX-License-Identifier: BSD-3-Clause
#include "../kde.hpp"
#include "../samples.hpp"

/// Densities of activity on a grid (P1, Figures 1h to 1k): kernel estimates (kde.hpp) from all trials and steps, at
/// cells x cells points that include the corners of the range. Of decoded positions; or, with axes = "principal", of
/// states on the first two principal axes of the awake ones, over the range of the awake samples and 10 % of it on
/// either side.
///
/// All samples are held in memory (of states: their two coordinates). A sample that is not finite is refused, and so
/// are angles.
struct Density {
  static constexpr const char* doc = "Density of positions, or of states on two principal axes, on a grid.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure 1; densities as SciPy's gaussian_kde";
  samples::Space axes = samples::Space::position;
  std::int64_t cells = 100;
  reverie::Table range;

  static auto parameters() {
    return reverie::parameters(
        reverie::choice("axes", &Density::axes, {"position", "principal"})
            .doc("Decoded positions, or states on the first two principal axes of the awake ones."),
        reverie::integer("cells", &Density::cells).range("[2, 10000]").doc("Points of the grid along each axis."),
        reverie::numbers("range", &Density::range)
            .unit("unit of the positions")
            .doc("Extent of the grid, [[low, high], [low, high]] of x and y; default ±1.25, and for principal axes the "
                 "awake range and 10 % of it on either side."));
  }
  void prepare() const {
    if (range.columns == 0) return;
    const int parameter = reverie::parameter_index<Density>("range");
    if (range.rows != 2) throw reverie::invalid("[[low, high], [low, high]] is needed", parameter);
    trials::require_extents(range, parameter);
  }
  std::vector<reverie_metric_input> inputs() const {
    return {samples::input(axes, "awake", false, "Gives the principal axes, and the first density."),
            samples::input(axes, "replay", true, "Gives the second density.")};
  }
  std::uint32_t passes() const { return samples::passes(axes); }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::may_be_absent, reverie::result;
    return {result("awake", "y x", "input^-2", "Density of the awake samples."),
            result("replay", "y x", "input^-2", "Density of the replayed samples, where given.", may_be_absent),
            result("x", "x", "input", "Grid along the first axis."),
            result("y", "y", "input", "Grid along the second axis."),
            result("awake_samples", "", "1", "Awake samples: trials times steps."),
            result("replay_samples", "", "1", "Replayed samples, where given.", may_be_absent)};
  }

  struct Run {
    const Density& metric;
    reverie::MetricJob& job;
    samples::Collector collector;

    Run(const Density& m, reverie::MetricJob& j) : metric(m), job(j), collector(metric.axes, 2, job, job.has(1)) {
      if (collector.dimensions() != 2)
        throw reverie::invalid("a grid needs 2 coordinates, not " + std::to_string(collector.dimensions()));
      if (metric.axes == samples::Space::position)
        trials::require_given_unless_metres(job.unit(0), metric.range.columns > 0,
                                            reverie::parameter_index<Density>("range"));
    }

    void add(std::uint32_t pass, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      collector.add(job, pass, input, first_trial, x);
    }

    /// Grid points along one axis.
    std::vector<double> grid(std::int64_t axis) const {
      double low = -1.25, high = 1.25;
      if (metric.range.columns == 2) {
        low = metric.range(axis, 0);
        high = metric.range(axis, 1);
      } else if (metric.axes == samples::Space::principal) {
        const auto& data = collector.data[0];
        low = high = data[trials::index(axis)];
        for (std::size_t i = trials::index(axis); i < data.size(); i += 2) {
          low = std::min(low, data[i]);
          high = std::max(high, data[i]);
        }
        const double margin = 0.1 * (high - low);
        low -= margin;
        high += margin;
      }
      std::vector<double> points;
      for (std::int64_t k = 0; k < metric.cells; ++k)
        points.push_back(low + (high - low) * static_cast<double>(k) / static_cast<double>(metric.cells - 1));
      return points;
    }

    void finish(std::uint32_t pass) {
      if (!collector.finish(job, pass)) return;
      const auto x = grid(0), y = grid(1);
      constexpr const char *names[] = {"awake", "replay"}, *counts[] = {"awake_samples", "replay_samples"};
      for (std::size_t input = 0; input < 2; ++input) {
        if (!job.has(input)) continue;
        const kde::Density density(collector.data[input], 2, names[input]);
        std::vector<double> values(x.size() * y.size());
        job.parallel_for(metric.cells, 1, [&](std::int64_t begin, std::int64_t end) {
          for (auto row = trials::index(begin); row < trials::index(end) && !job.should_stop(); ++row) {
            std::vector<double> points;
            for (const double at : x) points.insert(points.end(), {at, y[row]});
            density.evaluate(points, std::span(values).subspan(row * x.size(), x.size()));
          }
        });
        job.emit(names[input], {metric.cells, metric.cells}, values);
        job.emit(counts[input], static_cast<double>(density.count()));
      }
      job.emit("x", {metric.cells}, x);
      job.emit("y", {metric.cells}, y);
    }
  };
};
REVERIE_METRIC("density", Density)
