// SPDX-License-Identifier: BSD-3-Clause
/// A library with plugins of two kinds, whose checks have other names.
#include <reverie/dynamics.hpp>
#include <reverie/metric.hpp>

struct Slow {
  static constexpr const char* doc = "Shorter steps.";
  reverie::parameter strength{0.5};
  static auto parameters() {
    return reverie::parameters(reverie::number("strength", &Slow::strength).range("[0, 1]").doc("Part that is left."));
  }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift = strength * u.drift;
  }
};

struct Count {
  static constexpr const char* doc = "Numbers of a recording.";
  static std::vector<reverie_metric_input> inputs() {
    return {reverie::input("recording", "position", "trial time space", "paths")};
  }
  static std::vector<reverie_metric_output> outputs() { return {reverie::result("count", "", "1", "how many")}; }
  struct Run {
    reverie::MetricJob& job;
    double count = 0;
    Run(const Count&, reverie::MetricJob& job) : job(job) {}
    void add(std::uint32_t, std::uint32_t, std::int64_t, const reverie::View<const double>& paths) {
      count += static_cast<double>(paths.extent(0) * paths.extent(1) * paths.extent(2));
    }
    void finish(std::uint32_t) { job.emit("count", count); }
  };
};

REVERIE_EXPORT(reverie::dynamics<Slow>("slow"), reverie::metric<Count>("count"))
