// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"

/// Occupancy: samples counted in the cells of a grid, p_c = n_c / N, and
///
///   visited = number of cells with n_c > 0,   entropy = -sum_c p_c ln p_c     (nats; at most ln of the number of
///   cells)
///
/// over all trials together and of each trial. Samples outside the grid (by more than a millionth of its extent, so
/// that what was clipped to its edge and rounded to float32 is inside) are counted apart and are no part of p; angles
/// are wrapped to one turn. Entropy of few samples is biased low (by about (visited - 1)/2N): compare equal numbers of
/// samples. A sample that is not finite is refused.
struct Occupancy {
  static constexpr const char* doc =
      "How much of space paths visit: visited cells of a grid, and entropy of the visits.";
  static constexpr const char* source = "Casco-Rodriguez, Krishna, Baraniuk (2026), appendix";
  static constexpr int results_revision = 2;
  std::int64_t bins = 20;
  reverie::Table range;

  static auto parameters() {
    return reverie::parameters(
        reverie::integer("bins", &Occupancy::bins).range("[1, 10000]").doc("Cells along each coordinate."),
        reverie::numbers("range", &Occupancy::range)
            .unit("unit of the paths")
            .doc("Extent of the grid, [low, high] for all coordinates or [[low, high], ...] for each; default [-1.1, "
                 "1.1], "
                 "and one turn from -pi for angles."));
  }
  void prepare() const {
    if (range.columns > 0) trials::require_extents(range, reverie::parameter_index<Occupancy>("range"));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "The paths.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::may_be_absent, reverie::result;
    return {
        result("visited", "", "1", "Cells that all trials together visit."),
        result("entropy", "", "nats", "Entropy of the visits of all trials together."),
        result("outside", "", "1", "Samples outside the grid."),
        result("samples", "", "1", "Samples in the grid."),
        result("trial_visited", "", "1", "Cells that a trial visits: mean over trials."),
        result("trial_visited_se", "", "1", "Its standard error; absent with a single trial.", may_be_absent),
        result("trial_visited_n", "", "1", "Trials."),
        result("trial_entropy", "", "nats", "Entropy of a trial's visits: mean over trials with samples in the grid."),
        result("trial_entropy_se", "", "nats", "Its standard error; absent with a single trial.", may_be_absent),
        result("trial_entropy_n", "", "1", "Trials with samples in the grid."),
        result("counts", "cell", "1", "Samples in each cell; the last coordinate varies fastest."),
        result("center", "cell space", "input", "Middle of each cell.")};
  }

  struct Run {
    const Occupancy& metric;
    reverie::MetricJob& job;
    std::int64_t width;
    double turn;
    std::vector<double> low, high;  // per coordinate
    std::vector<double> counts, visited, entropies;
    double outside = 0;

    Run(const Occupancy& m, reverie::MetricJob& j)
        : metric(m), job(j), width(job.shape(0)[2]), turn(angles::turn_of(job.unit(0))) {
      const int parameter = reverie::parameter_index<Occupancy>("range");
      const auto& range = metric.range;
      const bool given = range.columns > 0;
      trials::require_given_unless_metres(job.unit(0), given, parameter);
      if (given && range.rows != 1 && range.rows != width)
        throw reverie::invalid(
            "[low, high] is needed, or one such row for each of the " + std::to_string(width) + " coordinates",
            parameter);
      double cells = 1;
      for (std::int64_t k = 0; k < width; ++k) {
        const auto row = given && range.rows > 1 ? k : 0;
        low.push_back(given ? range(row, 0) : turn > 0 ? -turn / 2 : -1.1);
        high.push_back(given ? range(row, 1) : turn > 0 ? turn / 2 : 1.1);
        cells *= static_cast<double>(metric.bins);
      }
      if (cells > 1e8)
        throw reverie::invalid("a grid of " + std::to_string(metric.bins) + " cells along each of " +
                                   std::to_string(width) + " coordinates is too large",
                               0);
      counts.resize(static_cast<std::size_t>(cells));
    }

    /// The cell of a sample, or -1.
    std::int64_t cell_of(const double* x) const {
      std::int64_t cell = 0;
      for (std::int64_t k = 0; k < width; ++k) {
        const auto i = trials::index(k);
        double at = x[k];
        if (turn > 0) at = std::clamp(at - turn * std::floor((at - low[i]) / turn), low[i], low[i] + turn);
        const double slack = 1e-6 * (high[i] - low[i]);
        if (at < low[i] - slack || at > high[i] + slack) return -1;
        at = std::clamp(at, low[i], high[i]);
        const auto bin =
            static_cast<std::int64_t>((at - low[i]) / (high[i] - low[i]) * static_cast<double>(metric.bins));
        cell = cell * metric.bins + std::min(bin, metric.bins - 1);
      }
      return cell;
    }

    static double entropy_of(const std::vector<double>& visits) {
      const double n = std::accumulate(visits.begin(), visits.end(), 0.0);
      double sum = 0;
      for (const double v : visits)
        if (v > 0) sum -= v / n * std::log(v / n);
      return sum;
    }

    void add(std::uint32_t, std::uint32_t, std::int64_t first_trial, const trials::Chunk& x) {
      trials::require_finite(x, "recording", first_trial);
      const auto steps = x.extent(1);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        std::vector<std::int64_t> cells;
        for (std::int64_t n = 0; n < steps; ++n) cells.push_back(cell_of(x.data + (trial * steps + n) * width));
        std::sort(cells.begin(), cells.end());
        std::vector<double> visits;  // of the cells this trial was in
        for (std::size_t k = 0; k < cells.size(); ++k) {
          if (cells[k] < 0) {
            ++outside;
            continue;
          }
          ++counts[trials::index(cells[k])];
          if (visits.empty() || cells[k] != cells[k - 1]) visits.push_back(0);
          ++visits.back();
        }
        visited.push_back(static_cast<double>(visits.size()));
        if (!visits.empty()) entropies.push_back(entropy_of(visits));
      }
    }

    void finish(std::uint32_t) {
      if (entropies.empty()) throw reverie::not_finite("all samples are outside the grid: give its range");
      job.emit("visited",
               static_cast<double>(counts.size()) - static_cast<double>(std::count(counts.begin(), counts.end(), 0.0)));
      job.emit("entropy", entropy_of(counts));
      job.emit("outside", outside);
      job.emit("samples", std::accumulate(counts.begin(), counts.end(), 0.0));
      job.emit("trial_visited", trials::mean(visited));
      trials::emit_if(job, "trial_visited_se", trials::standard_error(visited));
      job.emit("trial_visited_n", static_cast<double>(visited.size()));
      job.emit("trial_entropy", trials::mean(entropies));
      trials::emit_if(job, "trial_entropy_se", trials::standard_error(entropies));
      job.emit("trial_entropy_n", static_cast<double>(entropies.size()));
      const auto cells = static_cast<std::int64_t>(counts.size());
      job.emit("counts", {cells}, counts);
      std::vector<double> centers(counts.size() * trials::index(width));
      for (std::int64_t cell = 0; cell < cells; ++cell) {
        auto rest = cell;
        for (auto k = width; k-- > 0; rest /= metric.bins) {
          const auto i = trials::index(k);
          const double part = (static_cast<double>(rest % metric.bins) + 0.5) / static_cast<double>(metric.bins);
          centers[trials::index(cell * width + k)] = low[i] + part * (high[i] - low[i]);
        }
      }
      job.emit("center", {cells, width}, centers);
    }
  };
};
REVERIE_METRIC("occupancy", Occupancy)
