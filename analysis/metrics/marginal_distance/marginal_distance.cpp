// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"
#include "../wasserstein.hpp"

/// Distance of the replayed to the awake distribution at every step (P2, Figure 1): over trials, mean and standard
/// deviation of both, and the Wasserstein distance W2 between them,
///
///   one coordinate   exact: of the two samples' quantile functions
///   more             the closed form between normal distributions with the samples' means and covariances
///
/// Step n is compared with step n. A single coordinate is held in memory. A sample that is not finite is refused, and
/// so are angles.
struct MarginalDistance {
  static constexpr const char* doc =
      "Mean and spread of awake and replayed values at each step, and the Wasserstein distance between them.";
  static constexpr const char* source = "Casco-Rodriguez, Krishna, Baraniuk (2026), Figure 1";

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("awake", "latent", "trial time space", "Awake paths."),
            reverie::optional_input("awake", "time", "time", "Times of the steps."),
            reverie::input("replay", "position", "trial time space", "Replayed paths, of as many steps.")};
  }
  enum Input : std::uint32_t { awake_paths, awake_times, replay_paths };

  std::vector<reverie_metric_output> outputs() const {
    using reverie::result;
    return {
        result("distance", "time", "input", "Wasserstein distance W2 at each step."),
        result("mean_distance", "", "input", "Its mean over steps."),
        result("awake_mean", "time space", "input", "Mean of the awake values over trials."),
        result("awake_sd", "time space", "input", "Their standard deviation (ddof 1)."),
        result("replay_mean", "time space", "input", "Mean of the replayed values over trials."),
        result("replay_sd", "time space", "input", "Their standard deviation (ddof 1)."),
        result("time", "time", "s", "Times of the steps, where the awake recording has them.", reverie::may_be_absent),
        result("awake_trials", "", "1", "Number of awake trials."),
        result("replay_trials", "", "1", "Number of replayed trials.")};
  }

  /// Mean and sums of products of deviations, at each step, of the trials so far.
  struct Phase {
    double count = 0;
    std::vector<double> mean, products;         // [step, space], [step, space, space]
    std::vector<std::vector<double>> values{};  // [step][trial] of a single coordinate

    Phase(std::int64_t steps, std::int64_t width)
        : mean(trials::index(steps * width)), products(trials::index(steps * width * width)) {
      if (width == 1) values.resize(trials::index(steps));
    }

    void add(const double* path, std::size_t steps, std::size_t width) {
      ++count;
      std::vector<double> before(width);
      for (std::size_t n = 0; n < steps; ++n) {
        double* m = &mean[n * width];
        for (std::size_t a = 0; a < width; ++a) {
          before[a] = path[n * width + a] - m[a];
          m[a] += before[a] / count;
        }
        for (std::size_t a = 0; a < width; ++a)
          for (std::size_t b = 0; b < width; ++b)
            products[(n * width + a) * width + b] += before[a] * (path[n * width + b] - m[b]);
        if (width == 1) values[n].push_back(path[n]);
      }
    }
    std::vector<double> covariance(std::size_t n, std::size_t width) const {
      std::vector<double> c(width * width);
      for (std::size_t k = 0; k < c.size(); ++k) c[k] = products[n * width * width + k] / (count - 1);
      return c;
    }
  };

  struct Run {
    reverie::MetricJob& job;
    std::int64_t steps, width;
    Phase awake, replay;
    std::vector<double> times;

    Run(const MarginalDistance&, reverie::MetricJob& j)
        : job(j), steps(job.shape(0)[1]), width(job.shape(0)[2]), awake(steps, width), replay(steps, width) {
      trials::require_same_space(job, awake_paths, replay_paths, "awake", "replay");
      trials::require_same_steps(job, awake_paths, replay_paths, "awake", "replay");
      angles::refuse(trials::shared_unit(job, {awake_paths, replay_paths}), "awake",
                     "angular_velocity and polar_histogram can");
      for (const auto input : {awake_paths, replay_paths})
        if (job.shape(input)[0] < 2)
          throw reverie::invalid(std::string(input == awake_paths ? "awake" : "replay") +
                                 " has a single trial: distributions need at least two");
    }

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      if (input == awake_times) {
        times = trials::seconds(x, job.unit(input));
        return;
      }
      trials::require_finite(x, input == awake_paths ? "awake" : "replay", first_trial);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial)
        (input == awake_paths ? awake : replay)
            .add(x.data + trial * steps * width, trials::index(steps), trials::index(width));
    }

    double squared(std::size_t n) {
      const auto w = trials::index(width);
      if (width > 1)
        return wasserstein::squared_gaussian(std::span(awake.mean).subspan(n * w, w), awake.covariance(n, w),
                                             std::span(replay.mean).subspan(n * w, w), replay.covariance(n, w));
      for (auto* phase : {&awake, &replay}) std::sort(phase->values[n].begin(), phase->values[n].end());
      return wasserstein::squared_on_line(awake.values[n], replay.values[n]);
    }

    void finish(std::uint32_t) {
      std::vector<double> distance;
      for (std::size_t n = 0; n < trials::index(steps); ++n) distance.push_back(std::sqrt(squared(n)));
      job.emit("distance", {steps}, distance);
      job.emit("mean_distance", trials::mean(distance));
      emit("awake_mean", "awake_sd", awake);
      emit("replay_mean", "replay_sd", replay);
      if (!times.empty()) job.emit("time", {steps}, times);
      job.emit("awake_trials", awake.count);
      job.emit("replay_trials", replay.count);
    }

    void emit(const char* mean, const char* sd, const Phase& phase) {
      const auto w = trials::index(width);
      std::vector<double> deviations;
      for (std::size_t n = 0; n < trials::index(steps); ++n)
        for (std::size_t k = 0; k < w; ++k)
          deviations.push_back(std::sqrt(phase.products[(n * w + k) * w + k] / (phase.count - 1)));
      job.emit(mean, {steps, width}, phase.mean);
      job.emit(sd, {steps, width}, deviations);
    }
  };
};
REVERIE_METRIC("marginal_distance", MarginalDistance)
