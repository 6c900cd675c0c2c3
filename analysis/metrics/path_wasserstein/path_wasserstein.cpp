// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"
#include "../wasserstein.hpp"
#include "transport.hpp"

#include <bit>

/// Path Wasserstein distance (P2, Figure 4): W2 between the distributions of whole paths, each a point of T d
/// dimensions, per square root of the number of steps:
///
///   exact      sqrt( min_pi sum_ij pi_ij |a_i - b_j|^2 / T )      pi: couplings of the N awake and N' replayed paths
///   gaussian   the closed form between normal distributions with the paths' means and covariances
///   sliced     sqrt( mean over random directions u of W2^2(<a, u>, <b, u>) / T ), the average over directions of the
///              unit sphere of T d dimensions; smaller than the others, by about sqrt(T d) between isotropic clouds
///
/// Step n of an awake path is compared with step n of a replayed one. The floor is the distance that finite samples of
/// equal distributions have: between the awake paths and a second awake recording (`floor`, simulated with draw = 1);
/// or, where none is given, between two halves of the awake paths, which is an upper bound, since half as many paths
/// are compared. Trials are dealt out by the Thue-Morse sequence, so that directions that alternate, come in blocks or
/// drift over a session are as frequent in both halves. All paths are held in memory. A sample that is not finite is
/// refused. Random numbers: normals of trial j, step 0 are direction j.
struct PathWasserstein {
  static constexpr const char* doc =
      "Wasserstein distance between awake and replayed paths, beside the one that finite numbers of paths have by "
      "chance.";
  static constexpr const char* source =
      "Casco-Rodriguez, Krishna, Baraniuk (2026), Figure 4; sliced: Bonneel et al. (2015)";
  static constexpr int results_revision = 3;
  enum Method { exact, sliced, gaussian };
  Method method = exact;
  std::int64_t projections = 200;

  static auto parameters() {
    return reverie::parameters(
        reverie::choice("method", &PathWasserstein::method, {"exact", "sliced", "gaussian"})
            .doc("exact: network simplex; sliced: random projections, for many paths; gaussian: of means and "
                 "covariances."),
        reverie::integer("projections", &PathWasserstein::projections)
            .range("[2, 1000000]")
            .doc("Random directions of method sliced."));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("awake", "latent", "trial time space", "Awake paths."),
            reverie::input("replay", "position", "trial time space", "Replayed paths, of as many steps."),
            reverie::optional_input("floor", "latent", "trial time space", "More awake paths, for the floor.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::may_be_absent, reverie::result;
    return {result("distance", "", "input", "Distance between awake and replayed paths."),
            result("distance_se", "", "input", "Its Monte Carlo standard error; with method sliced.", may_be_absent),
            result("floor", "", "input", "Distance between awake paths and awake paths."),
            result("floor_se", "", "input", "Its Monte Carlo standard error; with method sliced.", may_be_absent),
            result("awake_paths", "", "1", "Awake paths compared with replay."),
            result("replay_paths", "", "1", "Replayed paths."),
            result("floor_paths", "", "1", "Awake paths on each side of the floor (the smaller number).")};
  }

  struct Distance {
    double squared;                       // W2^2 of the flattened paths
    std::optional<double> squared_error;  // its standard error
  };

  struct Run {
    const PathWasserstein& metric;
    reverie::MetricJob& job;
    std::size_t width;  // T d
    double turn;
    std::vector<double> paths[3];  // awake, replay, floor: [trial, T d]

    Run(const PathWasserstein& m, reverie::MetricJob& j)
        : metric(m),
          job(j),
          width(trials::index(job.shape(0)[1] * job.shape(0)[2])),
          turn(angles::turn_of(trials::shared_unit(job, {0, 1, 2}))) {
      trials::require_same_space(job, 0, 1, "awake", "replay");
      trials::require_same_steps(job, 0, 1, "awake", "replay");
      constexpr std::int64_t most_pairs = 100'000'000;  // about 6 GB of costs and arcs
      const auto others = std::max(job.shape(1)[0], job.has(2) ? job.shape(2)[0] : std::int64_t{1});
      if (metric.method == exact && job.shape(0)[0] > most_pairs / others)
        throw reverie::invalid("\"exact\" compares up to 10000 with 10000 paths; for more take \"sliced\"", 0);
      if (job.has(2)) {
        trials::require_same_space(job, 0, 2, "awake", "floor");
        trials::require_same_steps(job, 0, 2, "awake", "floor");
      } else if (job.shape(0)[0] < 2) {
        throw reverie::invalid(
            "a single awake path cannot be split for the floor: give a second recording, floor = ...");
      }
      if (metric.method != exact)
        angles::refuse(trials::shared_unit(job, {0, 1, 2}), "awake",
                       "method = \"exact\" takes differences the short way round");
      constexpr std::size_t most_dimensions = 8192;  // several matrices of half a gigabyte
      if (metric.method == gaussian && width > most_dimensions)
        throw reverie::invalid("\"gaussian\" takes up to " + std::to_string(most_dimensions) +
                                   " numbers for each path (steps times coordinates), not " + std::to_string(width) +
                                   "; for more take \"sliced\"",
                               0);
      if (metric.method == gaussian)
        for (std::size_t input = 0; input < (job.has(2) ? 3 : 2); ++input)
          if (job.shape(input)[0] < (input == 0 && !job.has(2) ? 4 : 2))
            throw reverie::invalid("too few paths for covariances (method = \"gaussian\")", 0);
    }

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      constexpr const char* roles[] = {"awake", "replay", "floor"};
      trials::require_finite(x, roles[input], first_trial);
      paths[input].insert(paths[input].end(), x.data, x.data + x.extent(0) * x.extent(1) * x.extent(2));
    }

    void finish(std::uint32_t) {
      const auto &awake = paths[0], &replay = paths[1], &more = paths[2];
      emit("distance", "distance_se", distance(awake, replay));
      if (job.should_stop()) return;
      std::vector<double> half[2];
      for (std::size_t i = 0; more.empty() && i < count(awake); ++i) {
        auto& dealt_to = half[std::popcount(i) % 2];
        dealt_to.insert(dealt_to.end(), row(awake, i), row(awake, i) + width);
      }
      const auto &left = more.empty() ? half[0] : awake, &right = more.empty() ? half[1] : more;
      emit("floor", "floor_se", distance(left, right));
      job.emit("awake_paths", static_cast<double>(count(awake)));
      job.emit("replay_paths", static_cast<double>(count(replay)));
      job.emit("floor_paths", static_cast<double>(std::min(count(left), count(right))));
    }

    std::size_t count(const std::vector<double>& set) const { return set.size() / width; }
    const double* row(const std::vector<double>& set, std::size_t i) const { return &set[i * width]; }

    void emit(const char* name, const char* error_name, const Distance& d) {
      const auto steps = static_cast<double>(job.shape(0)[1]);
      const double value = std::sqrt(d.squared / steps);
      job.emit(name, value);
      // d sqrt(s) = ds / (2 sqrt(s))
      if (d.squared_error) job.emit(error_name, value > 0 ? *d.squared_error / steps / (2 * value) : 0.0);
    }

    Distance distance(const std::vector<double>& a, const std::vector<double>& b) const {
      switch (metric.method) {
        case sliced:
          return sliced_distance(a, b);
        case gaussian:
          return {gaussian_distance(a, b), {}};
        default:
          return {exact_distance(a, b), {}};
      }
    }

    double exact_distance(const std::vector<double>& a, const std::vector<double>& b) const {
      const auto n = count(a), m = count(b);
      std::vector<double> cost(n * m);
      job.parallel_for(static_cast<std::int64_t>(n), 8, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = trials::index(begin); i < trials::index(end); ++i)
          for (std::size_t j = 0; j < m; ++j) {
            const double* x = row(a, i);
            const double* y = row(b, j);
            double sum = 0;
            for (std::size_t k = 0; k < width; ++k) {
              const double d = angles::difference(x[k], y[k], turn);
              sum += d * d;
            }
            cost[i * m + j] = sum;
          }
      });
      if (!std::all_of(cost.begin(), cost.end(), [](double c) { return std::isfinite(c); }))
        throw reverie::not_finite(
            "the squared distance between two paths is too large for a number: give the paths in a larger unit");
      return optimal_transport(cost, static_cast<std::int64_t>(n), static_cast<std::int64_t>(m));
    }

    Distance sliced_distance(const std::vector<double>& a, const std::vector<double>& b) const {
      std::vector<double> squared(trials::index(metric.projections));
      job.parallel_for(metric.projections, 4, [&](std::int64_t begin, std::int64_t end) {
        for (auto k = begin; k < end && !job.should_stop(); ++k) {
          auto u = job.random().normal(static_cast<std::uint32_t>(k), 0, 1, static_cast<std::int64_t>(width));
          const double norm = std::sqrt(std::inner_product(u.begin(), u.end(), u.begin(), 0.0));
          for (double& c : u) c /= norm;
          const auto on_line = [&](const std::vector<double>& set) {
            std::vector<double> at(count(set));
            for (std::size_t i = 0; i < at.size(); ++i)
              at[i] = std::inner_product(u.begin(), u.end(), row(set, i), 0.0);
            std::sort(at.begin(), at.end());
            return at;
          };
          squared[trials::index(k)] = wasserstein::squared_on_line(on_line(a), on_line(b));
        }
      });
      return {trials::mean(squared), trials::standard_error(squared)};
    }

    /// Mean and covariance (ddof 1) of the paths.
    std::pair<std::vector<double>, std::vector<double>> moments(const std::vector<double>& set) const {
      const auto n = static_cast<double>(count(set));
      std::vector<double> mean(width), centred = set, covariance(width * width);
      for (std::size_t i = 0; i < count(set); ++i)
        for (std::size_t k = 0; k < width; ++k) mean[k] += set[i * width + k] / n;
      for (std::size_t i = 0; i < count(set); ++i)
        for (std::size_t k = 0; k < width; ++k) centred[i * width + k] -= mean[k];
      const int size = static_cast<int>(width);
      cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, size, size, static_cast<int>(count(set)), 1 / (n - 1),
                  centred.data(), size, centred.data(), size, 0, covariance.data(), size);
      return {mean, covariance};
    }

    double gaussian_distance(const std::vector<double>& a, const std::vector<double>& b) const {
      eigen::single_threaded_blas();
      const auto [m, c] = moments(a);
      const auto [n, d] = moments(b);
      return wasserstein::squared_gaussian(m, c, n, d);
    }
  };
};
REVERIE_METRIC("path_wasserstein", PathWasserstein)
