// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../principal_axes.hpp"

/// Principal component analysis of states (P1, Figures 1c, 1f, 1g): all trials and steps of the recording `fit` are
/// samples x alike.
///
///   covariance C = sum (x - m)(x - m)^T / (n - 1) = V diag(l) V^T,   ratio_k = l_k / tr C
///   coordinates on the axes: V^T (x - m), of `fit` itself and of another recording, `project`
///
/// The covariance takes one pass, projections a second; memory does not grow with the recording, but for the
/// projections of the first `trials` trials. A sample that is not finite is refused.
struct ExplainedVariance {
  static constexpr const char* doc =
      "Principal components of states: explained variance, axes, and projections of recordings on them.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figure 1; as scikit-learn's PCA";
  static constexpr int results_revision = 2;
  std::int64_t components = 10, trials = 200;

  static auto parameters() {
    return reverie::parameters(
        reverie::integer("components", &ExplainedVariance::components)
            .range("[1, 16384]")
            .doc("Components; where the data have fewer dimensions, that many."),
        reverie::integer("trials", &ExplainedVariance::trials)
            .range("[0, 1000000000]")
            .doc("Trials of each recording whose projections are kept, from the first; 0 saves the second pass."));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("fit", "state", "trial time unit", "The states that give the axes."),
            reverie::optional_input("project", "state", "trial time unit", "Other states, projected on these axes.")};
  }
  std::uint32_t passes() const { return trials > 0 ? 2 : 1; }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::may_be_absent, reverie::result;
    return {
        result("ratio", "component", "1", "Share of the variance along each component."),
        result("cumulative", "component", "1", "Share of the variance along this and the earlier components."),
        result("variance", "component", "input^2", "Variance along each component (ddof 1)."),
        result("total_variance", "", "input^2", "Variance of all units together."),
        result("components", "component unit", "1", "Loadings: the unit vector of each axis."),
        result("mean", "unit", "input", "Mean state, the origin of the axes."),
        result("samples", "", "1", "Samples: trials times steps."),
        result("fitted", "fit_trial fit_time component", "input",
               "Coordinates of the first trials of `fit`; absent with trials = 0.", may_be_absent),
        result("projected", "project_trial project_time component", "input",
               "Coordinates of the first trials of `project`, where it is given.", may_be_absent),
        result("projected_ratio", "component", "1",
               "Share of the variance of all of `project` along each component, where it is given.", may_be_absent)};
  }

  struct Run {
    const ExplainedVariance& metric;
    reverie::MetricJob& job;
    std::int64_t width;
    principal::Moments moments;
    principal::Axes axes;
    std::vector<double> kept[2];
    // Of `project`, deviations from its first sample: sums and sums of squares, per component and per unit.
    std::vector<double> origin, unit_origin, sums, squares, unit_sums, unit_squares;

    Run(const ExplainedVariance& m, reverie::MetricJob& j) : metric(m), job(j), width(job.shape(0)[2]), moments(width) {
      angles::refuse(trials::shared_unit(job, {0, 1}), "fit", "polar_histogram counts angles");
      if (!job.has(1)) return;
      trials::require_same_space(job, 0, 1, "fit", "project");
      if (metric.trials == 0)
        throw reverie::invalid("0 projects nothing: give at least 1, or leave out `project`",
                               reverie::parameter_index<ExplainedVariance>("trials"));
    }

    void add(std::uint32_t pass, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      if (pass == 0) trials::require_finite(x, input == 0 ? "fit" : "project", first_trial);
      if (pass == 0 && input == 0) moments.add(job, x.data, x.extent(0) * x.extent(1));
      if (pass == 0) return;
      // Trial by trial: the bits of a product may depend on its number of rows.
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        const bool keep = first_trial + trial < metric.trials;
        if (!keep && input == 0) return;
        const double* rows = x.data + trial * x.extent(1) * width;
        const auto coordinates = axes.project(rows, x.extent(1));
        if (keep) kept[input].insert(kept[input].end(), coordinates.begin(), coordinates.end());
        if (input == 1) add_variance(coordinates, rows, x.extent(1));
      }
    }

    void add_variance(const std::vector<double>& coordinates, const double* rows, std::int64_t steps) {
      const auto units = trials::index(width);
      if (origin.empty()) {
        origin.assign(coordinates.begin(), coordinates.begin() + static_cast<std::ptrdiff_t>(axes.count()));
        unit_origin.assign(rows, rows + width);
      }
      for (std::size_t i = 0; i < coordinates.size(); ++i) {
        const double deviation = coordinates[i] - origin[i % axes.count()];
        sums[i % axes.count()] += deviation;
        squares[i % axes.count()] += deviation * deviation;
      }
      for (std::size_t i = 0; i < trials::index(steps); ++i)
        for (std::size_t k = 0; k < units; ++k) {
          const double deviation = rows[i * units + k] - unit_origin[k];
          unit_sums[k] += deviation;
          unit_squares[k] += deviation * deviation;
        }
    }

    void finish(std::uint32_t pass) {
      if (pass == 0) {
        moments.finish(job);
        axes = principal::axes_of(moments, metric.components, "fit");
        sums.resize(axes.count());
        squares.resize(axes.count());
        unit_sums.resize(axes.width());
        unit_squares.resize(axes.width());
      }
      if (pass + 1 == metric.passes()) emit();
    }

    void emit() {
      const auto count = static_cast<std::int64_t>(axes.count());
      std::vector<double> ratio, cumulative;
      for (const double variance : axes.variance) {
        ratio.push_back(variance / axes.total);
        cumulative.push_back((cumulative.empty() ? 0 : cumulative.back()) + ratio.back());
      }
      job.emit("ratio", {count}, ratio);
      job.emit("cumulative", {count}, cumulative);
      job.emit("variance", {count}, axes.variance);
      job.emit("total_variance", axes.total);
      job.emit("components", {count, width}, axes.components);
      job.emit("mean", {width}, axes.mean);
      job.emit("samples", static_cast<double>(moments.count()));
      constexpr const char* names[] = {"fitted", "projected"};
      for (std::size_t input = 0; input < 2; ++input)
        if (metric.trials > 0 && job.has(input))
          job.emit(names[input], {std::min(metric.trials, job.shape(input)[0]), job.shape(input)[1], count},
                   kept[input]);
      if (job.has(1)) emit_projected_ratio();
    }

    void emit_projected_ratio() {
      const auto n = static_cast<double>(job.shape(1)[0] * job.shape(1)[1]);
      const auto about_mean = [n](double square, double sum) { return std::max(square - sum * sum / n, 0.0); };
      double total = 0;
      for (std::size_t k = 0; k < unit_sums.size(); ++k) total += about_mean(unit_squares[k], unit_sums[k]);
      if (!(total > 0)) throw reverie::not_finite("all samples of project are equal: they have no variance to explain");
      std::vector<double> ratio;
      for (std::size_t k = 0; k < sums.size(); ++k) ratio.push_back(about_mean(squares[k], sums[k]) / total);
      job.emit("projected_ratio", {static_cast<std::int64_t>(ratio.size())}, ratio);
    }
  };
};
REVERIE_METRIC("explained_variance", ExplainedVariance)
