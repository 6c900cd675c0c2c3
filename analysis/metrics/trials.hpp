// SPDX-License-Identifier: BSD-3-Clause
/// What metrics over paths share: refusing samples that are missing, averaging over trials.
#pragma once

#include <reverie/metric.hpp>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace trials {

/// Fails where a sample of chunk [trials, time, space] is not finite, naming recording, trial and step.
inline void require_finite(const reverie::View<const double>& chunk, const char* role, std::int64_t first_trial) {
  for (std::int64_t trial = 0; trial < chunk.extent(0); ++trial)
    for (std::int64_t time = 0; time < chunk.extent(1); ++time)
      for (std::int64_t k = 0; k < chunk.extent(2); ++k)
        if (!std::isfinite(chunk(trial, time, k)))
          throw reverie::not_finite("recording '" + std::string(role) + "': trial " +
                                    std::to_string(first_trial + trial) + ", step " + std::to_string(time) +
                                    " is missing or not finite");
}

inline double mean(const std::vector<double>& per_trial) {
  if (per_trial.empty()) throw reverie::invalid("the recording has no trials");
  return std::accumulate(per_trial.begin(), per_trial.end(), 0.0) / static_cast<double>(per_trial.size());
}

}  // namespace trials
