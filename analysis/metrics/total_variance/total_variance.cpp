// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"

/// Total variance of trajectories (P1, Figure 2f): per trial the trace of the covariance (ddof 1) of x_n over the steps
/// that are not skipped, and its mean over trials. Angles are unwrapped along each path first. A sample that is not
/// finite is refused.
struct TotalVariance {
  static constexpr const char* doc =
      "Total variance of each trajectory (trace of its covariance over time), and its mean over trials.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure 2f (2000 steps, the first 1000 skipped)";
  static constexpr std::uint32_t results_revision = 2;
  std::int64_t skip = 0;

  static auto parameters() {
    return reverie::parameters(reverie::integer("skip", &TotalVariance::skip)
                                   .range("[0, 1000000000]")
                                   .doc("Steps at the beginning that are left out."));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "The trajectories.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    return {reverie::result("total_variance", "", "input^2", "Mean over trials of the total variance."),
            reverie::result("total_variance_se", "", "input^2",
                            "Its standard error over trials; absent with a single trial.", reverie::may_be_absent),
            reverie::result("per_trial", "trial", "input^2", "Total variance of each trial.")};
  }

  struct Run {
    const TotalVariance& metric;
    reverie::MetricJob& job;
    std::vector<double> variances;

    Run(const TotalVariance& m, reverie::MetricJob& j) : metric(m), job(j) {
      const auto steps = job.shape(0)[1];
      if (steps - metric.skip < 2)
        throw reverie::invalid("the recording has " + std::to_string(steps) + " steps; after skipping " +
                                   std::to_string(metric.skip) + ", at least two must be left",
                               0);
    }

    void add(std::uint32_t, std::uint32_t, std::int64_t first_trial, const reverie::View<const double>& x) {
      trials::require_finite(x, "recording", first_trial);
      const auto n = static_cast<double>(x.extent(1) - metric.skip);
      const double turn = angles::turn_of(job.unit(0));
      const auto steps = x.extent(1), width = x.extent(2);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        const auto path = angles::unwrapped(x.data + trial * steps * width, steps, width, turn);
        const auto at = [&](std::int64_t time, std::int64_t k) { return path[trials::index(time * width + k)]; };
        double total = 0;
        for (std::int64_t k = 0; k < width; ++k) {
          double mean = 0, squares = 0;
          for (std::int64_t time = metric.skip; time < steps; ++time) mean += at(time, k) / n;
          for (std::int64_t time = metric.skip; time < steps; ++time)
            squares += (at(time, k) - mean) * (at(time, k) - mean);
          total += squares / (n - 1);
        }
        variances.push_back(total);
      }
    }

    void finish(std::uint32_t) {
      job.emit("total_variance", trials::mean(variances));
      trials::emit_if(job, "total_variance_se", trials::standard_error(variances));
      job.emit("per_trial", {static_cast<std::int64_t>(variances.size())}, variances);
    }
  };
};
REVERIE_METRIC("total_variance", TotalVariance)
