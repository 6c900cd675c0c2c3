// SPDX-License-Identifier: BSD-3-Clause
/// A sweep of two trainings, each with three replays and their measures, and a figure of all.
#pragma once

#include "planning.hpp"

namespace reverie::pipeline {

inline const std::string sweep =
    "[axes]\nseed = [0, 1]\nfactor = [1.0, 1.5, 2.0]\n" + task_and_network + training +
    "[stage.replay]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\n"
    "noise = { factor = \"$factor\" }\n"
    "[stage.distance]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\nrecording = \"replay\"\n"
    "[stage.box]\nrun = \"figure\"\ndraw = { kind = \"box\", of = \"distance\", value = \"per_trial\", each = \"factor\", over = \"seed\" "
    "}\n";

inline std::vector<std::size_t> all_stages(const Plan& plan) {
  std::vector<std::size_t> stages(plan.stages.size());
  for (std::size_t k = 0; k < stages.size(); ++k) stages[k] = k;
  return stages;
}

}  // namespace reverie::pipeline
