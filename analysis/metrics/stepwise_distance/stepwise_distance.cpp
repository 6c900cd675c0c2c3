// SPDX-License-Identifier: BSD-3-Clause
#include "../trials.hpp"

/// Stepwise distance (P1, Figure C.4): per trial the mean over n of |x_{n+1} - x_n|, and its mean over trials.
/// A sample that is not finite is refused.
struct StepwiseDistance {
  static constexpr const char* doc = "Mean distance covered per step, for each trajectory and on average.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure C.4";

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "The trajectories.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    return {reverie::result("stepwise_distance", "", "input", "Mean over trials of the distance per step."),
            reverie::result("per_trial", "trial", "input", "Mean distance per step of each trial.")};
  }

  struct Run {
    reverie::MetricJob& job;
    std::vector<double> distances;

    Run(const StepwiseDistance&, reverie::MetricJob& j) : job(j) {
      if (job.shape(0)[1] < 2) throw reverie::invalid("the recording must have at least two steps");
    }

    void add(std::uint32_t, std::uint32_t, std::int64_t first_trial, const reverie::View<const double>& x) {
      trials::require_finite(x, "recording", first_trial);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        double length = 0;
        for (std::int64_t time = 1; time < x.extent(1); ++time) {
          double squares = 0;
          for (std::int64_t k = 0; k < x.extent(2); ++k) {
            const double step = x(trial, time, k) - x(trial, time - 1, k);
            squares += step * step;
          }
          length += std::sqrt(squares);
        }
        distances.push_back(length / static_cast<double>(x.extent(1) - 1));
      }
    }

    void finish(std::uint32_t) {
      job.emit("stepwise_distance", trials::mean(distances));
      job.emit("per_trial", {static_cast<std::int64_t>(distances.size())}, distances);
    }
  };
};
REVERIE_METRIC("stepwise_distance", StepwiseDistance)
