// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/metric.hpp>

#include <cmath>
#include <csignal>

/// The mean of all samples. `fault` gets one thing wrong.
struct FaultyMetric {
  static constexpr const char* doc = "Wrong in the way it is told to be.";
  enum Fault { none, counts, last_chunk, silent, nan, trusts_optional, wants_optional, unknown_input };
  Fault fault = none;
  static auto parameters() {
    return reverie::parameters(reverie::choice("fault", &FaultyMetric::fault,
                                               {"none", "counts", "last_chunk", "silent", "nan", "trusts_optional",
                                                "wants_optional", "unknown_input"})
                                   .doc("What to get wrong."));
  }
  std::vector<reverie_metric_input> inputs() const {
    return {reverie::input("replay", "position", "trial time space", "Paths."),
            reverie::optional_input("replay", "time", "time", "Times.")};
  }
  std::vector<reverie_metric_output> outputs() const {
    return {reverie::result("mean", "", "input", "Mean of all samples.")};
  }
  struct Run {
    const FaultyMetric& metric;
    reverie::MetricJob& job;
    double sum = 0, count = 0;
    Run(const FaultyMetric& m, reverie::MetricJob& j) : metric(m), job(j) {
      if (metric.fault == unknown_input) sum = static_cast<double>(job.shape(2)[0]);
      if (metric.fault == trusts_optional && !job.has(1)) std::raise(SIGSEGV);
      if (metric.fault == wants_optional && !job.has(1)) throw reverie::invalid("it needs the times");  // allowed
    }
    void add(std::uint32_t, std::uint32_t input, std::int64_t, reverie::View<const double> chunk) {
      if (input == 1) return;
      if (metric.fault == last_chunk) sum = count = 0;
      const auto size = chunk.extent(0) * chunk.extent(1) * chunk.extent(2);
      for (std::int64_t k = 0; k < size; ++k) sum += chunk.data[k];
      count += static_cast<double>(size);
    }
    void finish(std::uint32_t) {
      static int calls = 0;
      if (metric.fault == counts) sum += ++calls;
      if (metric.fault == nan) sum = std::nan("");
      if (metric.fault != silent) job.emit("mean", sum / count);
    }
  };
};
REVERIE_METRIC("faulty_metric", FaultyMetric)
