// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <pipeline/selection.hpp>
#include <set>
#include <sstream>

namespace reverie::pipeline {
namespace {

/// "table[axis=value,...]" in parts: which order is the plan's, its users need not know.
struct Label {
  std::string table;
  std::set<std::string> values;

  explicit Label(const std::string& text) : table(text) {
    const auto bracket = text.find('[');
    if (bracket == std::string::npos || text.back() != ']') return;
    table = text.substr(0, bracket);
    std::istringstream list(text.substr(bracket + 1, text.size() - bracket - 2));
    for (std::string value; std::getline(list, value, ',');) values.insert(value);
  }
  std::string text() const { return values.empty() ? table : fmt::format("{}[{}]", table, fmt::join(values, ",")); }
};

}  // namespace

StageSet stages_named(const Plan& plan, const std::vector<std::string>& names) {
  StageSet chosen(plan.stages.size());
  std::set<std::string> wanted;
  for (const auto& name : names) wanted.insert(Label(name).text());
  if (wanted.empty()) return chosen;
  std::set<std::string> known;
  for (std::size_t k = 0; k < plan.stages.size(); ++k) {
    const auto& stage = plan.stages[k];
    const auto label = Label(stage.label()).text();
    chosen[k] = wanted.contains(stage.name) || wanted.contains(label);
    known.insert({stage.name, label});
  }
  for (const auto& name : wanted) {
    if (known.contains(name)) continue;
    const Label some(name);
    bool found = false;
    for (std::size_t k = 0; k < plan.stages.size(); ++k) {
      if (plan.stages[k].name != some.table) continue;
      const auto values = Label(plan.stages[k].label()).values;
      if (!std::includes(values.begin(), values.end(), some.values.begin(), some.values.end())) continue;
      chosen[k] = found = true;
    }
    if (found) continue;
    const std::vector<std::string> candidates(known.begin(), known.end());
    throw Error(ExitCode::usage, fmt::format("there is no stage '{}'.{}", name, did_you_mean(name, candidates)),
                "'reverie plan' lists the stages of a pipeline.");
  }
  return chosen;
}

StageSet asked_for(const Plan& plan, const std::vector<std::string>& only) {
  if (only.empty()) return StageSet(plan.stages.size(), true);
  auto stages = stages_named(plan, only);
  for (std::size_t k = stages.size(); k-- > 0;)
    if (stages[k])
      for (const auto input : plan.stages[k].inputs) stages[input] = true;
  return stages;
}

void require_among(const Plan& plan, const StageSet& asked, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto named = stages_named(plan, {name});
    bool any = false;
    for (std::size_t k = 0; k < named.size(); ++k) any = any || (named[k] && asked[k]);
    if (!any)
      throw Error(ExitCode::usage, fmt::format("'{}' is to be computed anew, and --only leaves it out", name),
                  "Name it with --only as well.");
  }
}

StageSet with_dependents(const Plan& plan, StageSet stages) {
  for (std::size_t k = 0; k < stages.size(); ++k)
    for (const auto input : plan.stages[k].inputs)
      if (stages[input]) stages[k] = true;
  return stages;
}

}  // namespace reverie::pipeline
