// SPDX-License-Identifier: BSD-3-Clause
#include "../directions.hpp"

/// Reach times and temporal compression (P2, Figure 5). The reach time of a path x is the first step n, counted from 0
/// at its first sample, with |x_n - e_d| <= radius, and its number of steps T where there is none; e_d is the endpoint
/// of the path's direction d (directions.hpp). In seconds: n times the recording's time step.
///
///   compression = mean awake reach time / mean replay reach time
///
/// A path that never arrives counts as T, so that means are lower bounds; where fewer than half of the paths of either
/// phase arrive, compression is called censored. A sample that is not finite is refused.
struct ReachTime {
  static constexpr const char* doc =
      "Time until paths come near the endpoint of their direction, awake and in replay, and their ratio (temporal "
      "compression).";
  static constexpr const char* source = "Casco-Rodriguez, Krishna, Baraniuk (2026), Figure 5";
  double radius = 0.1;
  reverie::Table endpoints;

  static constexpr int results_revision = 2;

  static auto parameters() {
    return reverie::parameters(reverie::number("radius", &ReachTime::radius)
                                   .range("(0, inf)")
                                   .unit("unit of the paths")
                                   .symbol("ε")
                                   .doc("Distance from the endpoint at which it counts as reached."),
                               reverie::numbers("endpoints", &ReachTime::endpoints)
                                   .unit("unit of the paths")
                                   .doc("Endpoint of each direction, [[x, y], ...], in place of the recorded ones; one "
                                        "for all paths, [[0, 0]], "
                                        "where paths have no direction."));
  }

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("awake", "latent", "trial time space", "Awake paths."),
            reverie::optional_input("awake", "trial_direction", "trial", "Direction of each awake path."),
            reverie::optional_input("awake", "endpoint", "direction space", "Where each direction ends."),
            reverie::optional_input("awake", "mean_path", "direction time space", "Ideal path of each direction."),
            reverie::optional_input("awake", "time", "time", "Times, for results in seconds."),
            reverie::input("replay", "position", "trial time space", "Replayed paths."),
            reverie::optional_input("replay", "time", "time", "Times, for results in seconds.")};
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
    return {
        result("compression", "", "1", "Mean awake over mean replay reach time."),
        result("compression_se", "", "1", "Its standard error; absent with a single path in a phase.", may_be_absent),
        result("censored", "", "1", "1 where fewer than half of the paths of either phase arrive, else 0."),
        result("awake", "", "1", "Mean awake reach time in steps."),
        result("awake_se", "", "1", "Its standard error; absent with a single path.", may_be_absent),
        result("awake_seconds", "", "s", "Mean awake reach time; absent without recorded times.", may_be_absent),
        result("awake_reached", "", "1", "Share of awake paths that arrive."),
        result("replay", "", "1", "Mean replay reach time in steps."),
        result("replay_se", "", "1", "Its standard error; absent with a single path.", may_be_absent),
        result("replay_seconds", "", "s", "Mean replay reach time; absent without recorded times.", may_be_absent),
        result("replay_reached", "", "1", "Share of replayed paths that arrive."),
        result("awake_per_trial", "awake_trial", "1", "Reach time of each awake path in steps."),
        result("awake_direction", "awake_trial", "1", "Index of its direction."),
        result("replay_per_trial", "replay_trial", "1", "Reach time of each replayed path in steps."),
        result("replay_direction", "replay_trial", "1", "Index of its direction."),
        result("awake_per_direction", "direction", "1", "Mean awake reach time in steps; NaN without paths.",
               may_have_gaps),
        result("awake_count", "direction", "1", "Awake paths of each direction."),
        result("replay_per_direction", "direction", "1", "Mean replay reach time in steps; NaN without paths.",
               may_have_gaps),
        result("replay_count", "direction", "1", "Replayed paths of each direction."),
        result("compression_per_direction", "direction", "1",
               "Ratio of those means in time; NaN without paths in a phase, or where replay's mean is 0.",
               may_have_gaps)};
  }

  /// The paths of one phase.
  struct Phase {
    std::vector<double> times, directions;  // per path
    double reached = 0;
    std::optional<double> dt;

    std::vector<double> of_direction(std::int64_t d) const {
      std::vector<double> some;
      for (std::size_t k = 0; k < times.size(); ++k)
        if (directions[k] == static_cast<double>(d)) some.push_back(times[k]);
      return some;
    }
    double share() const { return reached / static_cast<double>(times.size()); }
  };

  struct Run {
    const ReachTime& metric;
    reverie::MetricJob& job;
    std::int64_t width;
    double turn;
    directions::Landmarks landmarks;
    Phase awake, replay;
    std::vector<double> recorded;  // trial_direction of the awake trials that arrived so far

    Run(const ReachTime& m, reverie::MetricJob& j)
        : metric(m),
          job(j),
          width(job.shape(awake_paths)[2]),
          turn(angles::turn_of(trials::shared_unit(job, {awake_paths, replay_paths}))),
          landmarks(width, turn) {
      trials::require_same_unit(job, awake_paths, endpoint, "awake", "endpoint");
      trials::require_same_unit(job, awake_paths, mean_path, "awake", "mean_path");
      trials::require_same_space(job, awake_paths, replay_paths, "awake", "replay");
      trials::require_given_unless_metres(trials::shared_unit(job, {awake_paths, replay_paths}),
                                          metric.radius != ReachTime().radius,
                                          reverie::parameter_index<ReachTime>("radius"));
      const bool given = metric.endpoints.rows > 0 && metric.endpoints.columns > 0;
      if (given) landmarks.set_endpoints(metric.endpoints, reverie::parameter_index<ReachTime>("endpoints"));
      if (!given && !job.has(endpoint))
        throw reverie::invalid("the awake recording has no 'endpoint': give endpoints = [[x, y], ...]",
                               reverie::parameter_index<ReachTime>("endpoints"));
    }

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      switch (input) {
        case endpoint:
          return landmarks.add_endpoints(x);
        case mean_path:
          return landmarks.add_mean_paths(x);
        case awake_times:
          awake.dt = trials::time_step(trials::seconds(x, job.unit(input)));
          return;
        case replay_times:
          replay.dt = trials::time_step(trials::seconds(x, job.unit(input)));
          return;
        case awake_direction:
          recorded.insert(recorded.end(), x.data, x.data + x.extent(0));
          return;
        default:
          add_paths(input == awake_paths ? awake : replay, input == awake_paths, first_trial, x);
      }
    }

    void add_paths(Phase& phase, bool is_awake, std::int64_t first_trial, const trials::Chunk& x) {
      trials::require_finite(x, is_awake ? "awake" : "replay", first_trial);
      const auto steps = x.extent(1);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        const double* path = x.data + trial * steps * width;
        const auto direction =
            is_awake && job.has(awake_direction)
                ? landmarks.recorded(recorded[trials::index(first_trial + trial)], first_trial + trial)
                : landmarks.nearest(path, steps);
        std::int64_t n = 0;
        while (n < steps &&
               angles::distance(path + n * width, landmarks.endpoint(direction), width, turn) > metric.radius)
          ++n;
        phase.times.push_back(static_cast<double>(n));
        phase.directions.push_back(static_cast<double>(direction));
        if (n < steps) ++phase.reached;
      }
    }

    void finish(std::uint32_t) {
      const double scale =
          awake.dt && replay.dt && std::abs(*awake.dt / *replay.dt - 1) > 1e-6 ? *awake.dt / *replay.dt : 1;
      const double a = trials::mean(awake.times), r = trials::mean(replay.times);
      if (r == 0)
        throw reverie::not_finite(
            "every replayed path starts within the radius of its endpoint: compression is not defined; give a smaller "
            "radius");
      const auto a_se = trials::standard_error(awake.times), r_se = trials::standard_error(replay.times);
      job.emit("compression", scale * (a / r));
      // First order: var(a/r) = (se_a^2 + (a/r)^2 se_r^2) / r^2.
      if (a_se && r_se) job.emit("compression_se", scale * (std::hypot(*a_se, a / r * *r_se) / r));
      job.emit("censored", awake.share() < 0.5 || replay.share() < 0.5 ? 1.0 : 0.0);
      job.emit("awake", a);
      job.emit("replay", r);
      trials::emit_if(job, "awake_se", a_se);
      trials::emit_if(job, "replay_se", r_se);
      if (awake.dt) job.emit("awake_seconds", a * *awake.dt);
      if (replay.dt) job.emit("replay_seconds", r * *replay.dt);
      job.emit("awake_reached", awake.share());
      job.emit("replay_reached", replay.share());
      const auto awake_count = static_cast<std::int64_t>(awake.times.size());
      const auto replay_count = static_cast<std::int64_t>(replay.times.size());
      job.emit("awake_per_trial", {awake_count}, awake.times);
      job.emit("awake_direction", {awake_count}, awake.directions);
      job.emit("replay_per_trial", {replay_count}, replay.times);
      job.emit("replay_direction", {replay_count}, replay.directions);
      emit_per_direction(scale);
    }

    void emit_per_direction(double scale) {
      constexpr double none = std::numeric_limits<double>::quiet_NaN();
      std::vector<double> means[2], counts[2], ratio;
      for (std::int64_t d = 0; d < landmarks.count(); ++d) {
        for (std::size_t k = 0; k < 2; ++k) {
          const auto times = (k == 0 ? awake : replay).of_direction(d);
          means[k].push_back(times.empty() ? none : trials::mean(times));
          counts[k].push_back(static_cast<double>(times.size()));
        }
        ratio.push_back(means[1].back() > 0 ? scale * (means[0].back() / means[1].back()) : none);
      }
      const std::vector<std::int64_t> shape = {landmarks.count()};
      job.emit("awake_per_direction", shape, means[0]);
      job.emit("awake_count", shape, counts[0]);
      job.emit("replay_per_direction", shape, means[1]);
      job.emit("replay_count", shape, counts[1]);
      job.emit("compression_per_direction", shape, ratio);
    }
  };
};
REVERIE_METRIC("reach_time", ReachTime)
