// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"

/// Diffusion exponent: the slope of log mean squared displacement against log lag,
///
///   msd(l) = mean over trials and n of |x_{n+l} - x_n|^2  ~  l^exponent
///
/// by least squares over about evenly spaced log l from `first_lag` to `last_lag`: 1 for Brownian motion, 2 for uniform
/// motion. The standard error is by the jackknife over trials. Angles are unwrapped along each path. A sample that is
/// not finite is refused.
struct DiffusionExponent {
  static constexpr const char* doc =
      "How the mean squared displacement grows with the lag: its exponent, and the curve.";
  static constexpr const char* source = "Metzler, Klafter (2000), Physics Reports 339, equation 1";
  std::int64_t first_lag = 1, last_lag = 0, lags = 20;

  static auto parameters() {
    return reverie::parameters(reverie::integer("first_lag", &DiffusionExponent::first_lag)
                                   .range("[1, 1000000000]")
                                   .unit("steps")
                                   .doc("Shortest lag."),
                               reverie::integer("last_lag", &DiffusionExponent::last_lag)
                                   .range("[0, 1000000000]")
                                   .unit("steps")
                                   .doc("Longest lag; 0 is a quarter of the steps."),
                               reverie::integer("lags", &DiffusionExponent::lags)
                                   .range("[2, 100000]")
                                   .doc("Number of lags; fewer where rounding to whole steps makes some equal."));
  }
  void prepare() const {
    if (last_lag > 0 && last_lag <= first_lag)
      throw reverie::invalid(
          "must be above 'first_lag' (" + std::to_string(first_lag) + "), but is " + std::to_string(last_lag),
          reverie::parameter_index<DiffusionExponent>("last_lag"));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "The paths."),
            reverie::optional_input("recording", "time", "time", "Times, which must be evenly spaced.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::result;
    return {result("exponent", "", "1", "Slope of log mean squared displacement against log lag."),
            result("exponent_se", "", "1", "Its standard error over trials; absent where a single trial moves.",
                   reverie::may_be_absent),
            result("msd", "lag", "input^2", "Mean squared displacement."), result("lag", "lag", "steps", "Lags.")};
  }

  struct Run {
    reverie::MetricJob& job;
    double turn;
    std::vector<std::int64_t> lags;
    std::vector<std::vector<double>> msd;  // [lag][trial]

    Run(const DiffusionExponent& metric, reverie::MetricJob& j) : job(j), turn(angles::turn_of(job.unit(0))) {
      const auto steps = job.shape(0)[1];
      const auto last = metric.last_lag > 0 ? metric.last_lag : steps / 4;
      if (last <= metric.first_lag || last >= steps)
        throw reverie::invalid("lags from " + std::to_string(metric.first_lag) + " to " + std::to_string(last) +
                                   " need first_lag < last_lag < steps, and the recording has " +
                                   std::to_string(steps) + " steps",
                               reverie::parameter_index<DiffusionExponent>("last_lag"));
      const double ratio = static_cast<double>(last) / static_cast<double>(metric.first_lag);
      for (std::int64_t k = 0; k < metric.lags; ++k) {
        const double part = static_cast<double>(k) / static_cast<double>(metric.lags - 1);
        const auto lag = std::llround(static_cast<double>(metric.first_lag) * std::pow(ratio, part));
        if (lags.empty() || lag > lags.back()) lags.push_back(lag);
      }
      msd.resize(lags.size());
    }

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      if (input == 1) {
        trials::time_step(trials::seconds(x, job.unit(1)));
        return;
      }
      trials::require_finite(x, "recording", first_trial);
      const auto steps = x.extent(1), width = x.extent(2);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        const auto path = angles::unwrapped(x.data + trial * steps * width, steps, width, turn);
        for (std::size_t k = 0; k < lags.size(); ++k) {
          double sum = 0;
          const auto shift = trials::index(lags[k] * width);
          for (std::size_t at = 0; at + shift < path.size(); ++at) {
            const double d = path[at + shift] - path[at];
            sum += d * d;
          }
          msd[k].push_back(sum / static_cast<double>(steps - lags[k]));
        }
      }
    }

    /// Slope of log `values` against log lag; the values are positive.
    double slope(const std::vector<double>& values) const {
      const auto n = static_cast<double>(lags.size());
      double x = 0, y = 0, xx = 0, xy = 0;
      for (std::size_t k = 0; k < lags.size(); ++k) {
        const double u = std::log(static_cast<double>(lags[k])), v = std::log(values[k]);
        x += u / n;
        y += v / n;
        xx += u * u / n;
        xy += u * v / n;
      }
      return (xy - x * y) / (xx - x * x);
    }

    void finish(std::uint32_t) {
      std::vector<double> mean, lag;
      for (std::size_t k = 0; k < lags.size(); ++k) {
        mean.push_back(trials::mean(msd[k]));
        lag.push_back(static_cast<double>(lags[k]));
        if (!(mean[k] > 0))
          throw reverie::not_finite("nothing moves over a lag of " + std::to_string(lags[k]) +
                                    " steps: there is no exponent");
      }
      job.emit("exponent", slope(mean));
      const auto count = msd[0].size();
      const auto n = static_cast<double>(count);
      std::vector<double> without;  // each trial left out in turn
      for (std::size_t trial = 0; trial < count && count > 1; ++trial) {
        auto rest = mean;
        for (std::size_t k = 0; k < lags.size(); ++k) rest[k] = (n * mean[k] - msd[k][trial]) / (n - 1);
        bool moves = true;  // beyond the rounding of the difference
        for (std::size_t k = 0; k < lags.size(); ++k) moves = moves && rest[k] > 1e-12 * mean[k];
        if (moves) without.push_back(slope(rest));
      }
      if (without.size() == count) {
        const auto sd = trials::deviation(without);
        if (sd) job.emit("exponent_se", (n - 1) / std::sqrt(n) * *sd);
      }
      job.emit("msd", {static_cast<std::int64_t>(mean.size())}, mean);
      job.emit("lag", {static_cast<std::int64_t>(lag.size())}, lag);
    }
  };
};
REVERIE_METRIC("diffusion_exponent", DiffusionExponent)
