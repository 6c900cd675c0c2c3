// SPDX-License-Identifier: BSD-3-Clause
/// What a run would do with each stage, and why: by the store, and by what was planned last (plan.json).
#pragma once

#include <pipeline/index.hpp>
#include <pipeline/selection.hpp>

namespace reverie::pipeline {

struct Decision {
  bool run = true;
  std::string why;  ///< "done", "new", "friction 0.7 → 0.6", "input train changed (batches 100 → 200)", ...
};
/// One per stage. Reads every byte of the results that are there, in `workers` child processes (0: in this one), but
/// of stages that are not asked for; `meanwhile` as in verify_results().
std::vector<Decision> decide(
    const Plan& plan, const StageSet& asked, const std::filesystem::path& runs, int workers = 0,
    const std::function<void()>& meanwhile = [] {});

/// What differs between two configurations: "friction 0.7 → 0.6", "plugin underdamped: revision 1 → 2". Fingerprints
/// of inputs are told by `input`, with the old and the new one.
using InputWords = std::function<std::string(const std::string& before, const std::string& now)>;
std::vector<std::string> changes(const json& before, const json& now, const InputWords& input);

}  // namespace reverie::pipeline
