// SPDX-License-Identifier: BSD-3-Clause
/// Many trials of a task, and the statistics of their latents.
#pragma once

#include <algorithm>
#include <cmath>

#include "support.hpp"

namespace reverie::test {

struct Trials {
  plugin::TaskBatch batch;
  std::int64_t trials, steps, d;

  Trials(const std::string& id, const plugin::json& parameters, std::int64_t trials_, std::int64_t steps_,
         std::uint64_t seed = 1)
      : trials(trials_), steps(steps_) {
    const auto task = make_task(id, parameters);
    d = task.latents();
    batch = task.generate(draw_constants(task), task_stream(seed), 0, trials, steps);
  }
  double latent(std::int64_t trial, std::int64_t n, std::int64_t k = 0) const {
    return batch.latents.values[static_cast<std::size_t>((trial * (steps + 1) + n) * d + k)];
  }
  double input(std::int64_t trial, std::int64_t n, std::int64_t k = 0) const {
    return batch.inputs.values[static_cast<std::size_t>((trial * steps + n) * d + k)];
  }
  std::int64_t direction(std::int64_t trial) const {
    return static_cast<std::int64_t>(batch.directions.values[static_cast<std::size_t>(trial)]);
  }
};

/// Sample moments of two normal variables with known means, compared with their true values in standard errors:
/// Var(mean) = V/n, Var(covariance) = (V_a V_b + C²)/n.
struct Pair {
  double n = 0, a = 0, b = 0, ab = 0;
  void add(double x, double y) {
    ++n;
    a += x;
    b += y;
    ab += x * y;
  }
  double mean_deviation(double variance) const { return std::abs(a / n) / std::sqrt(variance / n); }
  double covariance_deviation(double variance_a, double variance_b, double covariance) const {
    return std::abs(ab / n - covariance) / std::sqrt((variance_a * variance_b + covariance * covariance) / n);
  }
};

/// Kolmogorov's statistic sqrt(n) sup |F_n - F|; above 2.2 with probability 1.2e-4.
template <class Distribution>
double kolmogorov(std::vector<double> sample, Distribution&& distribution) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double largest = 0;
  for (std::size_t k = 0; k < sample.size(); ++k) {
    const double f = distribution(sample[k]);
    largest =
        std::max({largest, std::abs(f - static_cast<double>(k) / n), std::abs(f - static_cast<double>(k + 1) / n)});
  }
  return std::sqrt(n) * largest;
}

/// Does the plugin refuse these parameters with a message that has this name in it?
inline bool refuses(const std::string& id, const plugin::json& parameters, const std::string& name) {
  try {
    make_task(id, parameters);
  } catch (const plugin::PluginError& error) {
    return std::string(error.what()).find("'" + name + "'") != std::string::npos;
  }
  return false;
}

}  // namespace reverie::test
