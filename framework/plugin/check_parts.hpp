// SPDX-License-Identifier: BSD-3-Clause
/// What the checks of all kinds share: choices of parameters, random numbers, verdicts.
#pragma once

#include <fmt/format.h>

#include <plugin/check.hpp>
#include <random>

namespace reverie::plugin {

/// Sets of parameters to try: `given` with defaults first; then, one after the other, every choice, both booleans and
/// some values near the default of every number that was not given.
struct Trial {
  json parameters;
  std::string words;  ///< "friction = 0.3", or "" for the first
};
/// Throws PluginError where one must be given and no value can be made up.
std::vector<Trial> trials_of(const Component& component, const json& given);

inline CheckResult pass(std::string detail = "") { return {Verdict::pass, std::move(detail)}; }
inline CheckResult fail(std::string detail) { return {Verdict::fail, std::move(detail)}; }
inline CheckResult skipped(std::string reason) { return {Verdict::skipped, std::move(reason)}; }

/// " (with friction = 0.3)" or "".
inline std::string in_words(const Trial& trial) { return trial.words.empty() ? "" : " (with " + trial.words + ")"; }

CheckResult check_schema(const Component& component, const json& given);

/// An Instance (Task, Metric) of every set of parameters; refusals are no faults, except of the first set.
template <class Instance>
CheckResult check_create(const Component& component, const json& given) {
  int made = 0, refused = 0;
  for (const auto& trial : trials_of(component, given)) try {
      const Instance instance(component, trial.parameters);
      ++made;
    } catch (const PluginError& error) {
      if (trial.words.empty() || error.exit_code() == ExitCode::plugin)
        return fail(fmt::format("{}{}", error.what(), in_words(trial)));
      ++refused;
    }
  return pass(refused == 0 ? fmt::format("{} instances", made)
                           : fmt::format("{} instances, {} refused", made, refused));
}

const std::vector<Check>& pointwise_checks();  // cells and dynamics
const std::vector<Check>& task_checks();
const std::vector<Check>& metric_checks();

}  // namespace reverie::plugin
