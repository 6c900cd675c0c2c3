// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"

/// Angular velocity (P1, Figure C.5): w_n = theta_{n+1} - theta_n the short way round, over all steps of all trials.
/// P1's public notebook takes the other way round for differences of more than three quarters of a turn only (wrap =
/// 0.75). The standard error is over trials' means. A sample that is not finite is refused.
struct AngularVelocity {
  static constexpr const char* doc =
      "Turning per step of recorded angles: mean, standard deviation and standard error.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure C.5";

  double wrap = 0.5;

  static auto parameters() {
    return reverie::parameters(
        reverie::number("wrap", &AngularVelocity::wrap)
            .range("[0.5, 1]")
            .unit("turn")
            .doc("Differences of angles larger than this are taken the other way round; 0.5: the "
                 "short way always."));
  }

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "Angles (one coordinate, in rad or degrees)."),
            reverie::optional_input("recording", "time", "time", "Times, for results per second.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::may_be_absent, reverie::result;
    return {
        result("mean", "", "input", "Mean turn per step; positive is counter-clockwise."),
        result("mean_se", "", "input", "Its standard error over trials; absent with a single trial.", may_be_absent),
        result("sd", "", "input", "Standard deviation of the turns of all steps (ddof 1)."),
        result("per_trial", "trial", "input", "Mean turn per step of each trial."),
        result("dt", "", "s", "Time of a step: turns divided by it are velocities per second. Absent without times.",
               may_be_absent)};
  }

  struct Run {
    reverie::MetricJob& job;
    double turn, largest;
    std::vector<double> means;
    double count = 0, mean = 0, squares = 0;  // over all steps
    std::optional<double> dt;

    Run(const AngularVelocity& metric, reverie::MetricJob& j)
        : job(j), turn(angles::turn_of(job.unit(0))), largest(metric.wrap * turn) {
      if (turn == 0 || job.shape(0)[2] != 1)
        throw reverie::invalid("angles are needed: one coordinate in 'rad' or 'degree', not " +
                               std::to_string(job.shape(0)[2]) + " in '" + job.unit(0) + "'");
      if (job.shape(0)[1] < 3) throw reverie::invalid("the recording must have at least three steps");
    }

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      if (input == 1) {
        dt = trials::time_step(trials::seconds(x, job.unit(1)));
        return;
      }
      trials::require_finite(x, "recording", first_trial);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        double sum = 0;
        for (std::int64_t n = 1; n < x.extent(1); ++n) {
          const double w = turned(x(trial, n - 1, 0), x(trial, n, 0)), before = w - mean;
          sum += w;
          mean += before / ++count;
          squares += before * (w - mean);
        }
        means.push_back(sum / static_cast<double>(x.extent(1) - 1));
      }
    }

    double turned(double from, double to) const {
      if (largest == turn / 2) return angles::difference(to, from, turn);
      const double w = to - from;
      return std::abs(w) > largest ? w - std::copysign(turn, w) : w;
    }

    void finish(std::uint32_t) {
      job.emit("mean", trials::mean(means));
      trials::emit_if(job, "mean_se", trials::standard_error(means));
      job.emit("sd", std::sqrt(squares / (count - 1)));
      job.emit("per_trial", {static_cast<std::int64_t>(means.size())}, means);
      trials::emit_if(job, "dt", dt);
    }
  };
};
REVERIE_METRIC("angular_velocity", AngularVelocity)
