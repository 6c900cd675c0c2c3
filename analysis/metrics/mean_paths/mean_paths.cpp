// SPDX-License-Identifier: BSD-3-Clause
#include "../directions.hpp"
#include "../running.hpp"

/// Mean paths (P2, Figure 3): over the trials of each direction of travel (directions.hpp), mean and standard deviation
/// (ddof 1) of every coordinate at every step. Recordings without landmarks have one direction. Of angles, the circular
/// mean and the circular standard deviation sqrt(-2 ln R), R the length of the mean unit vector. A sample that is not
/// finite is refused.
struct MeanPaths {
  static constexpr const char* doc = "Mean path of each direction of travel, with the spread over trials.";
  static constexpr const char* source = "Casco-Rodriguez, Krishna, Baraniuk (2026), Figure 3";
  reverie::Table endpoints;

  static auto parameters() {
    return reverie::parameters(reverie::numbers("endpoints", &MeanPaths::endpoints)
                                   .unit("unit of the paths")
                                   .doc("Endpoint of each direction, [[x, y], ...], in place of the recorded ones."));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("awake", "latent", "trial time space", "Awake paths."),
            reverie::optional_input("awake", "trial_direction", "trial", "Direction of each awake path."),
            reverie::optional_input("awake", "endpoint", "direction space", "Where each direction ends."),
            reverie::optional_input("awake", "mean_path", "direction time space", "Ideal path of each direction."),
            reverie::optional_input("awake", "time", "time", "Times of the awake steps."),
            reverie::optional_input("replay", "position", "trial time space", "Replayed paths."),
            reverie::optional_input("replay", "time", "time", "Times of the replayed steps.")};
  }
  enum Input : std::uint32_t {
    awake_paths,
    awake_direction,
    endpoint,
    mean_path,
    awake_times,
    replay_paths,
    replay_times
  };

  std::vector<reverie_metric_output> outputs() const {
    using reverie::may_be_absent, reverie::may_have_gaps, reverie::result;
    constexpr auto both = may_be_absent | may_have_gaps;
    return {result("awake_mean", "direction awake_time space", "input", "Mean awake path; NaN without paths.",
                   may_have_gaps),
            result("awake_sd", "direction awake_time space", "input", "Its spread; NaN with fewer than two paths.",
                   may_have_gaps),
            result("awake_count", "direction", "1", "Awake paths of each direction."),
            result("awake_time", "awake_time", "s", "Times of the awake steps, where recorded.", may_be_absent),
            result("replay_mean", "direction replay_time space", "input",
                   "Mean replayed path, where replay is given; NaN without paths.", both),
            result("replay_sd", "direction replay_time space", "input",
                   "Its spread, where replay is given; NaN with fewer than two paths.", both),
            result("replay_count", "direction", "1", "Replayed paths of each direction, where replay is given.",
                   may_be_absent),
            result("replay_time", "replay_time", "s", "Times of the replayed steps, where recorded.", may_be_absent)};
  }

  /// Means and spreads of one direction in one phase.
  class Path {
   public:
    Path(std::size_t values, double turn) : turn_(turn), statistics_(turn > 0 ? 2 * values : values) {}

    void add(const double* path) {
      const double radians = 2 * std::numbers::pi / turn_;
      const auto values = statistics_.means().size() / 2;
      if (turn_ > 0)  // cosines, then sines
        statistics_.add([&](std::size_t k) {
          return k < values ? std::cos(path[k] * radians) : std::sin(path[k - values] * radians);
        });
      else
        statistics_.add([&](std::size_t k) { return path[k]; });
    }
    std::size_t count() const { return statistics_.count(); }
    std::vector<double> mean() const {
      if (turn_ == 0) return statistics_.means();
      std::vector<double> angle;
      const auto values = statistics_.means().size() / 2;
      for (std::size_t k = 0; k < values; ++k)
        angle.push_back(std::atan2(statistics_.means()[k + values], statistics_.means()[k]) * turn_ /
                        (2 * std::numbers::pi));
      return angle;
    }
    std::vector<double> deviations() const {
      if (turn_ == 0) return statistics_.deviations();
      std::vector<double> spread;
      const auto values = statistics_.means().size() / 2;
      for (std::size_t k = 0; k < values; ++k) {
        const double length = std::min(1.0, std::hypot(statistics_.means()[k], statistics_.means()[k + values]));
        // Opposite angles cancel to a length of rounding: keep the logarithm finite.
        spread.push_back(std::sqrt(-2 * std::log(std::max(length, 1e-300))) * turn_ / (2 * std::numbers::pi));
      }
      return spread;
    }

   private:
    double turn_;
    running::Statistics statistics_;
  };

  struct Run {
    reverie::MetricJob& job;
    std::int64_t width;
    double turn;
    directions::Landmarks landmarks;
    std::vector<double> recorded;  // trial_direction of the awake trials that arrived so far
    std::vector<Path> paths[2];    // awake, replay: per direction
    std::vector<double> times[2];

    Run(const MeanPaths& metric, reverie::MetricJob& j)
        : job(j),
          width(job.shape(awake_paths)[2]),
          turn(angles::turn_of(trials::shared_unit(job, {awake_paths, replay_paths}))),
          landmarks(width, turn) {
      trials::require_same_unit(job, awake_paths, endpoint, "awake", "endpoint");
      trials::require_same_unit(job, awake_paths, mean_path, "awake", "mean_path");
      if (job.has(replay_paths)) trials::require_same_space(job, awake_paths, replay_paths, "awake", "replay");
      if (metric.endpoints.columns > 0) landmarks.set_endpoints(metric.endpoints, 0);
    }

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      switch (input) {
        case endpoint:
          return landmarks.add_endpoints(x);
        case mean_path:
          return landmarks.add_mean_paths(x);
        case awake_times:
        case replay_times:
          times[input == replay_times] = trials::seconds(x, job.unit(input));
          return;
        case awake_direction:
          recorded.insert(recorded.end(), x.data, x.data + x.extent(0));
          return;
        default:
          add_paths(input == replay_paths, first_trial, x);
      }
    }

    void add_paths(bool replayed, std::int64_t first_trial, const trials::Chunk& x) {
      trials::require_finite(x, replayed ? "replay" : "awake", first_trial);
      auto& phase = paths[replayed];
      const auto size = x.extent(1) * width;
      if (phase.empty())
        phase.resize(trials::index(std::max<std::int64_t>(landmarks.count(), 1)), Path(trials::index(size), turn));
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        const double* path = x.data + trial * size;
        std::int64_t direction = 0;
        if (landmarks.count() > 0)
          direction = !replayed && job.has(awake_direction)
                          ? landmarks.recorded(recorded[trials::index(first_trial + trial)], first_trial + trial)
                          : landmarks.nearest(path, x.extent(1));
        phase[trials::index(direction)].add(path);
      }
    }

    void finish(std::uint32_t) {
      emit(0, awake_paths, "awake_mean", "awake_sd", "awake_count", "awake_time");
      if (job.has(replay_paths)) emit(1, replay_paths, "replay_mean", "replay_sd", "replay_count", "replay_time");
    }

    void emit(std::size_t phase, std::size_t input, const char* mean, const char* sd, const char* count,
              const char* time) {
      const auto steps = job.shape(input)[1];
      const std::vector<double> none(trials::index(steps * width), std::numeric_limits<double>::quiet_NaN());
      std::vector<double> means, deviations, counts;
      for (const auto& path : paths[phase]) {
        const auto m = path.count() > 0 ? path.mean() : none, d = path.count() > 1 ? path.deviations() : none;
        means.insert(means.end(), m.begin(), m.end());
        deviations.insert(deviations.end(), d.begin(), d.end());
        counts.push_back(static_cast<double>(path.count()));
      }
      const auto directions = static_cast<std::int64_t>(counts.size());
      job.emit(mean, {directions, steps, width}, means);
      job.emit(sd, {directions, steps, width}, deviations);
      job.emit(count, {directions}, counts);
      if (!times[phase].empty()) job.emit(time, {steps}, times[phase]);
    }
  };
};
REVERIE_METRIC("mean_paths", MeanPaths)
