// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/metric.hpp>

/// Two passes: mean of all positions, then their variance; per trial, the trial's sum. `fault` breaks the contract.
struct Spread {
  enum Fault { none, forgets, twice, other_rank, undeclared, other_length, other_size, failing, role_of_an_option };
  Fault fault = none;
  static auto parameters() {
    return reverie::parameters(reverie::choice("fault", &Spread::fault,
                                               {"none", "forgets", "twice", "other_rank", "undeclared", "other_length",
                                                "other_size", "failing", "role_of_an_option"})
                                   .doc("what to get wrong"));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input(fault == role_of_an_option ? "out" : "awake", "position", "trial time space", "paths"),
            reverie::optional_input("reference", "endpoint", "direction space", "where paths should end")};
  }
  static std::vector<reverie_metric_output> outputs() {
    return {reverie::result("mean", "", "input", "mean"), reverie::result("variance", "", "1", "variance"),
            reverie::result("sum", "trial", "1", "sum of a trial"),
            reverie::result("draw", "trial", "1", "a number per trial"),
            reverie::result("reference_given", "", "1", "1 if there was a reference")};
  }
  static std::uint32_t passes() { return 2; }

  struct Run {
    Fault fault;
    reverie::MetricJob& job;
    double sum = 0, squares = 0, mean = 0;
    double reference = 0;
    std::vector<double> sums;

    Run(const Spread& spread, reverie::MetricJob& j) : fault(spread.fault), job(j) {}
    void add(std::uint32_t pass, std::uint32_t input, std::int64_t first_trial,
             const reverie::View<const double>& chunk) {
      if (fault == failing) throw reverie::not_finite("trial 3 is not finite");
      if (input == 1) {
        reference = chunk(1, 0);
        return;
      }
      for (std::int64_t k = 0; k < chunk.extent(0); ++k) {
        double total = 0;
        for (std::int64_t n = 0; n < chunk.extent(1); ++n)
          for (std::int64_t d = 0; d < chunk.extent(2); ++d) {
            total += chunk(k, n, d);
            squares += pass == 1 ? (chunk(k, n, d) - mean) * (chunk(k, n, d) - mean) : 0;
          }
        sum += pass == 0 ? total : 0;
        if (pass == 1) sums.push_back(total + 0 * static_cast<double>(first_trial));
      }
    }
    void finish(std::uint32_t pass) {
      const auto shape = job.shape(0);
      const double count = static_cast<double>(shape[0] * shape[1] * shape[2]);
      mean = sum / count;
      if (pass == 0) return;
      std::vector<double> draws(sums.size());
      job.parallel_for(shape[0], 2, [&](std::int64_t begin, std::int64_t end) {
        for (auto k = begin; k < end; ++k)
          draws[static_cast<std::size_t>(k)] = job.random().uniform(static_cast<std::uint32_t>(k), 0, 1, 1)[0];
      });
      if (fault == other_rank)
        job.emit("mean", {1}, {&mean, 1});
      else if (fault != forgets)
        job.emit("mean", mean);
      if (fault == twice) job.emit("mean", mean);
      if (fault == undeclared) job.emit("median", mean);
      job.emit("variance", squares / count);
      job.emit("sum", {shape[0]}, sums);
      if (fault == other_length) draws.pop_back();
      job.emit("draw", {fault == other_size ? shape[0] + 1 : std::ssize(draws)}, draws);
      job.emit("reference_given", job.has(1) ? reference : 0.0);
    }
  };
};
REVERIE_METRIC("spread", Spread)
