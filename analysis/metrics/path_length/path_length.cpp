// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"

/// Path length: per trial sum_n |x_{n+1} - x_n|, of angles the short way round. A sample that is not finite is refused.
struct PathLength {
  static constexpr const char* doc = "Length of each path, and its mean over trials.";
  static constexpr const char* source = "Casco-Rodriguez, Krishna, Baraniuk (2026), appendix";

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "The paths.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::result;
    return {result("path_length", "", "input", "Mean over trials."),
            result("path_length_se", "", "input", "Its standard error over trials; absent with a single trial.",
                   reverie::may_be_absent),
            result("per_trial", "trial", "input", "Length of each path.")};
  }

  struct Run {
    reverie::MetricJob& job;
    std::vector<double> lengths;

    Run(const PathLength&, reverie::MetricJob& j) : job(j) {
      if (job.shape(0)[1] < 2) throw reverie::invalid("the recording must have at least two steps");
    }

    void add(std::uint32_t, std::uint32_t, std::int64_t first_trial, const trials::Chunk& x) {
      trials::require_finite(x, "recording", first_trial);
      const double turn = angles::turn_of(job.unit(0));
      const auto steps = x.extent(1), width = x.extent(2);
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        const double* path = x.data + trial * steps * width;
        double length = 0;
        for (std::int64_t n = 1; n < steps; ++n)
          length += angles::distance(path + n * width, path + (n - 1) * width, width, turn);
        lengths.push_back(length);
      }
    }

    void finish(std::uint32_t) {
      job.emit("path_length", trials::mean(lengths));
      trials::emit_if(job, "path_length_se", trials::standard_error(lengths));
      job.emit("per_trial", {static_cast<std::int64_t>(lengths.size())}, lengths);
    }
  };
};
REVERIE_METRIC("path_length", PathLength)
