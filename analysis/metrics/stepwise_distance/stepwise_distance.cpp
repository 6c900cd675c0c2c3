// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"

/// Stepwise distance (P1, Figure C.4): per trial the mean over n of |x_{n+1} - x_n|, and its mean over trials.
/// Of angles the short way round. A sample that is not finite is refused.
struct StepwiseDistance {
  static constexpr const char* doc = "Mean distance covered per step, for each trajectory and on average.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure C.4";
  static constexpr std::uint32_t results_revision = 2;

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "The trajectories.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    return {reverie::result("stepwise_distance", "", "input", "Mean over trials of the distance per step."),
            reverie::result("stepwise_distance_se", "", "input",
                            "Its standard error over trials; absent with a single trial.", reverie::may_be_absent),
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
      const double turn = angles::turn_of(job.unit(0));
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        double length = 0;
        const double* path = x.data + trial * x.extent(1) * x.extent(2);
        for (std::int64_t time = 1; time < x.extent(1); ++time)
          length += angles::distance(path + time * x.extent(2), path + (time - 1) * x.extent(2), x.extent(2), turn);
        distances.push_back(length / static_cast<double>(x.extent(1) - 1));
      }
    }

    void finish(std::uint32_t) {
      job.emit("stepwise_distance", trials::mean(distances));
      trials::emit_if(job, "stepwise_distance_se", trials::standard_error(distances));
      job.emit("per_trial", {static_cast<std::int64_t>(distances.size())}, distances);
    }
  };
};
REVERIE_METRIC("stepwise_distance", StepwiseDistance)
