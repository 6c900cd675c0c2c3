// SPDX-License-Identifier: BSD-3-Clause
#include "../angles.hpp"
#include "../trials.hpp"

/// Decoding error: of decoded position p and true value s of the same recording,
///
///   squared_error = mean over trials, steps and coordinates of (p - s)^2     (P1's pos_mse)
///   distance      = mean over trials and steps of |p - s|
///
/// with differences of angles the short way round. Standard errors are over trials' means. A sample that is not finite
/// is refused.
struct DecodingError {
  static constexpr const char* doc = "How far the decoded position is from the true one.";
  static constexpr const char* source = "Krishna et al. (ICLR 2024), Figures 1b and 2b";

  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("recording", "position", "trial time space", "Decoded from the network's output."),
            reverie::input("recording", "latent", "trial time space", "The true value.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    using reverie::may_be_absent, reverie::result;
    return {result("squared_error", "", "input^2", "Mean squared error per coordinate."),
            result("squared_error_se", "", "input^2", "Its standard error over trials; absent with a single trial.",
                   may_be_absent),
            result("distance", "", "input", "Mean Euclidean distance."),
            result("distance_se", "", "input", "Its standard error over trials; absent with a single trial.",
                   may_be_absent),
            result("per_trial", "trial", "input^2", "Mean squared error per coordinate of each trial.")};
  }

  struct Run {
    reverie::MetricJob& job;
    double turn;
    std::vector<double> decoded;  // the chunk of positions that waits for its true values
    std::vector<double> errors, distances;

    Run(const DecodingError&, reverie::MetricJob& j) : job(j), turn(angles::turn_of(trials::shared_unit(job, {0, 1}))) {
      trials::require_same_space(job, 0, 1, "position", "latent");
      trials::require_same_steps(job, 0, 1, "position", "latent");
    }

    void add(std::uint32_t, std::uint32_t input, std::int64_t first_trial, const trials::Chunk& x) {
      trials::require_finite(x, input == 0 ? "recording" : "recording (latent)", first_trial);
      const auto steps = x.extent(1), width = x.extent(2);
      if (input == 0) {
        decoded.assign(x.data, x.data + x.extent(0) * steps * width);
        return;
      }
      for (std::int64_t trial = 0; trial < x.extent(0); ++trial) {
        double squares = 0, length = 0;
        for (std::int64_t n = 0; n < steps; ++n) {
          const auto at = (trial * steps + n) * width;
          const double distance = angles::distance(&decoded[trials::index(at)], x.data + at, width, turn);
          squares += distance * distance;
          length += distance;
        }
        errors.push_back(squares / static_cast<double>(steps * width));
        distances.push_back(length / static_cast<double>(steps));
      }
    }

    void finish(std::uint32_t) {
      job.emit("squared_error", trials::mean(errors));
      trials::emit_if(job, "squared_error_se", trials::standard_error(errors));
      job.emit("distance", trials::mean(distances));
      trials::emit_if(job, "distance_se", trials::standard_error(distances));
      job.emit("per_trial", {static_cast<std::int64_t>(errors.size())}, errors);
    }
  };
};
REVERIE_METRIC("decoding_error", DecodingError)
