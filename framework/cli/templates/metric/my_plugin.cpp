#include <reverie/metric.hpp>

#include <cmath>
#include <string>
#include <vector>

/// Mean length of a step along a path x_0 ... x_T:  (1 / T) sum_n |x_{n+1} - x_n|.
/// A sample that is not a number is refused.
struct MyPlugin {
  static constexpr const char* doc = "Mean length of a step along replayed paths.";

  /// paths: [trial, time, space], at least two samples each.
  static double mean_step(const reverie::View<const double>& paths, std::int64_t trial) {
    double sum = 0;
    for (std::int64_t n = 1; n < paths.extent(1); ++n) {
      double square = 0;
      for (std::int64_t k = 0; k < paths.extent(2); ++k) {
        const double move = paths(trial, n, k) - paths(trial, n - 1, k);
        square += move * move;
      }
      sum += std::sqrt(square);
    }
    return sum / static_cast<double>(paths.extent(1) - 1);
  }

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("replay", "position", "trial time space", "Replayed paths.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    return {reverie::result("step_length", "", "input", "Mean length of a step, over all paths."),
            reverie::result("per_trial", "trial", "input", "The same of each path.")};
  }

  /// One measurement. The host hands over chunks of whole trials, in order.
  struct Run {
    reverie::MetricJob& job;
    std::vector<double> lengths;

    Run(const MyPlugin&, reverie::MetricJob& job_) : job(job_) {
      if (job.shape(0)[1] < 2) throw reverie::invalid("paths of fewer than two samples have no steps");
    }
    void add(std::uint32_t, std::uint32_t, std::int64_t first_trial, reverie::View<const double> chunk) {
      for (std::int64_t trial = 0; trial < chunk.extent(0); ++trial) {
        lengths.push_back(mean_step(chunk, trial));
        if (!std::isfinite(lengths.back()))
          throw reverie::not_finite("trial " + std::to_string(first_trial + trial) + " has a sample that is not finite");
      }
    }
    void finish(std::uint32_t) {
      double sum = 0;
      for (const double length : lengths) sum += length;
      job.emit("step_length", sum / static_cast<double>(lengths.size()));
      job.emit("per_trial", {static_cast<std::int64_t>(lengths.size())}, lengths);
    }
  };
};
REVERIE_METRIC("my_plugin", MyPlugin)
