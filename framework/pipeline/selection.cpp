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
  std::vector<std::pair<std::string, std::string>> values;  ///< axis, value

  explicit Label(const std::string& text) : table(text) {
    const auto bracket = text.find('[');
    if (bracket == std::string::npos || text.back() != ']') return;
    table = text.substr(0, bracket);
    std::istringstream list(text.substr(bracket + 1, text.size() - bracket - 2));
    for (std::string value; std::getline(list, value, ',');) {
      const auto equals = std::min(value.find('='), value.size());
      values.emplace_back(value.substr(0, equals), value.substr(std::min(equals + 1, value.size())));
    }
  }
  bool names(const Stage& stage) const {
    return stage.name == table && std::all_of(values.begin(), values.end(), [&](const auto& wanted) {
             return std::any_of(stage.point.begin(), stage.point.end(), [&](const auto& place) {
               return place.first == wanted.first && means(wanted.second, place.second);
             });
           });
  }
};

/// The values of the first axis where no stage of the table has the one that is asked for.
std::string remedy_for(const Plan& plan, const Label& label) {
  for (const auto& [axis, text] : label.values) {
    std::vector<std::string> known;
    bool found = false;
    for (const auto& stage : plan.stages) {
      if (stage.name != label.table) continue;
      for (const auto& [name, value] : stage.point) {
        if (name != axis) continue;
        found = found || means(text, value);
        if (std::find(known.begin(), known.end(), text_of(value)) == known.end()) known.push_back(text_of(value));
      }
    }
    if (!found && !known.empty())
      return fmt::format("'{}' of '{}' has the values {}.", axis, label.table, fmt::join(known, ", "));
  }
  return "'reverie plan' lists the stages of a pipeline.";
}

}  // namespace

StageSet stages_named(const Plan& plan, const std::vector<std::string>& names) {
  StageSet chosen(plan.stages.size());
  for (const auto& name : names) {
    const Label label(name);
    bool found = false;
    for (std::size_t k = 0; k < plan.stages.size(); ++k)
      if (label.names(plan.stages[k])) chosen[k] = found = true;
    if (found) continue;
    std::set<std::string> known;
    for (const auto& stage : plan.stages) known.insert({stage.name, stage.label()});
    throw Error(ExitCode::usage,
                fmt::format("there is no stage '{}'.{}", name,
                            did_you_mean(name, std::vector<std::string>(known.begin(), known.end()))),
                remedy_for(plan, label));
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
