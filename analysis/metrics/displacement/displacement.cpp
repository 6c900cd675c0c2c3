// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../running.hpp"
#include "../trials.hpp"

/// Displacement: |x_n - x_0| over n, from the first recorded sample. Angles are unwrapped along each path, so that full
/// turns count. A sample that is not finite is refused.
struct Displacement {
  static constexpr const char* doc =
      "Distance from the first sample of each path over time: mean and spread over trials.";
  static constexpr const char* source = "Casco-Rodriguez, Krishna, Baraniuk (2026), appendix";

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "The paths."),
            reverie::optional_input("recording", "time", "time", "Times of the steps.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::may_be_absent, reverie::result;
    return {result("mean", "time", "input", "Mean displacement over trials at each step."),
            result("sd", "time", "input", "Standard deviation over trials (ddof 1); absent with a single trial.",
                   may_be_absent),
            result("final", "", "input", "Mean displacement at the last step."),
            result("final_se", "", "input", "Its standard error; absent with a single trial.", may_be_absent),
            result("time", "time", "s", "Times of the steps, where the recording has them.", may_be_absent),
            result("trials", "", "1", "Number of trials.")};
  }

  struct Run {
    reverie::MetricJob& job;
    std::int64_t steps, width;
    double turn;
    running::Statistics statistics;
    std::vector<double> times;

    Run(const Displacement&, reverie::MetricJob& j)
        : job(j),
          steps(job.shape(0)[1]),
          width(job.shape(0)[2]),
          turn(angles::turn_of(job.unit(0))),
          statistics(trials::index(steps)) {}

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      if (input == 1) {
        times = trials::seconds(x, job.unit(1));
        return;
      }
      trials::require_finite(x, "recording", first_trial);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        const auto path = angles::unwrapped(x.data + trial * steps * width, steps, width, turn);
        statistics.add(
            [&](std::size_t n) { return angles::distance(&path[n * trials::index(width)], path.data(), width, 0); });
      }
    }

    void finish(std::uint32_t) {
      job.emit("mean", {steps}, statistics.means());
      job.emit("final", statistics.means().back());
      if (statistics.count() > 1) {
        const auto sd = statistics.deviations();
        job.emit("sd", {steps}, sd);
        job.emit("final_se", sd.back() / std::sqrt(static_cast<double>(statistics.count())));
      }
      if (!times.empty()) job.emit("time", {steps}, times);
      job.emit("trials", static_cast<double>(statistics.count()));
    }
  };
};
REVERIE_METRIC("displacement", Displacement)
