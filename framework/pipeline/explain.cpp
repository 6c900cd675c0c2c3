// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <analysis/figures/utf8.hpp>
#include <map>
#include <pipeline/checkpoint.hpp>
#include <pipeline/explain.hpp>
#include <pipeline/status.hpp>
#include <pipeline/stored_result.hpp>
#include <set>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

constexpr const char* not_computed = "no result yet";
constexpr std::size_t longest_value = 40, most_changes = 4, most_of_an_input = 2;

std::string short_text(const json& value) {
  auto text = value.is_string() ? value.get<std::string>() : value.dump();
  if (analysis::letters_in(text) > longest_value) text = analysis::first_letters(text, longest_value - 3) + "...";
  return text;
}

bool is_fingerprint(const json& value) {
  return value.is_string() && value.get_ref<const std::string&>().size() == 64 &&
         value.get_ref<const std::string&>().find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_plugin(const json& value) { return value.is_object() && value.contains("plugin"); }

/// "[adaptation, underdamped]" of a list of plugins, else the value itself.
std::string list_text(const json& list) {
  if (list.empty() || !is_plugin(list.front())) return short_text(list);
  std::vector<std::string> ids;
  for (const auto& entry : list) ids.push_back(entry.value("plugin", ""));
  return fmt::format("[{}]", fmt::join(ids, ", "));
}

struct Comparison {
  const InputWords& input;
  std::vector<std::string> found;

  void add(std::string text) {
    if (std::find(found.begin(), found.end(), text) == found.end()) found.push_back(std::move(text));
  }

  void objects(const std::string& name, const json& before, const json& now) {
    const auto plugin = now.value("plugin", json()), other = before.value("plugin", json());
    if (plugin.is_string() && plugin != other)
      return add(fmt::format("{} {} → {}", name, short_text(other), short_text(plugin)));
    std::set<std::string> keys;
    for (const auto& [key, value] : before.items()) keys.insert(key);
    for (const auto& [key, value] : now.items()) keys.insert(key);
    for (const auto& key : keys) {
      if (!before.contains(key) || !now.contains(key)) {
        add(before.contains(key) ? fmt::format("without {}", key)
                                 : fmt::format("with {} {}", key, short_text(now[key])));
      } else if (key == "results") {
        if (before[key] != now[key])
          add(plugin.is_string()
                  ? fmt::format("plugin {}: revision {} → {}", short_text(plugin), before[key].dump(), now[key].dump())
                  : fmt::format("{}: revision {} → {}", name, before[key].dump(), now[key].dump()));
      } else if (key == "file" && plugin.is_string()) {
        if (before[key] != now[key]) add(fmt::format("plugin {}: another build", short_text(plugin)));
      } else {
        values(key, before[key], now[key]);
      }
    }
  }

  /// Of long ones that begin alike, the lengths or the first element that differs.
  void lists(const std::string& name, const json& before, const json& now) {
    const auto was = list_text(before), is = list_text(now);
    if (was != is) return add(fmt::format("{} {} → {}", name, was, is));
    if (before.size() != now.size()) return add(fmt::format("{}: {} → {} values", name, before.size(), now.size()));
    std::size_t k = 0;
    while (before[k] == now[k]) ++k;
    values(fmt::format("{}[{}]", name, k), before[k], now[k]);
  }

  void values(const std::string& name, const json& before, const json& now) {
    if (before == now) return;
    if (before.is_object() && now.is_object()) return objects(name, before, now);
    if (before.is_array() && now.is_array() && before.size() == now.size() && !now.empty() &&
        (now.front().is_object() || is_fingerprint(now.front()))) {
      for (std::size_t k = 0; k < now.size(); ++k) values(name, before[k], now[k]);
      return;
    }
    if (is_fingerprint(before) && is_fingerprint(now)) return add(input(before, now));
    if (before.is_array() && now.is_array()) return lists(name, before, now);
    add(fmt::format("{} {} → {}", name, short_text(before), short_text(now)));
  }
};

/// Why results that are not there are not there.
class Reasons {
 public:
  Reasons(const Plan& plan, const RecordedPlan& recorded) : plan_(plan) {
    for (const auto& stage : recorded.stages) {
      by_label_[stage.label] = &stage;
      old_label_.emplace(stage.fingerprint, stage.label);
    }
    for (const auto& stage : plan.stages) new_label_.emplace(stage.fingerprint, stage.label());
  }

  /// In the order of the plan: inputs first.
  std::string of(std::size_t k) {
    const auto& stage = plan_.stages[k];
    const auto label = stage.label();
    const auto known = by_label_.find(label);
    if (known == by_label_.end()) return "new";
    if (known->second->fingerprint == stage.fingerprint) return not_computed;
    const auto identity = json::parse(canonical(stage.identity));
    auto& list = changes_[label] = changes(known->second->identity, identity, [&](const auto& before, const auto& now) {
      return input_words(before, now);
    });
    return joined(list, most_changes);
  }

 private:
  static std::string joined(const std::vector<std::string>& list, std::size_t most) {
    if (list.empty()) return "changed";
    auto text = fmt::format(
        "{}", fmt::join(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(most, list.size())), ", "));
    if (list.size() > most) text += fmt::format(" and {} more", list.size() - most);
    return text;
  }

  std::string input_words(const std::string& before, const std::string& now) const {
    const auto name = [](const auto& labels, const std::string& fingerprint) {
      const auto found = labels.find(fingerprint);
      return found == labels.end() ? "another stage" : found->second;
    };
    const auto was = name(old_label_, before), is = name(new_label_, now);
    if (was != is) return fmt::format("input {} → {}", was, is);
    const auto why = changes_.find(is);
    if (why == changes_.end() || why->second.empty()) return fmt::format("input {} changed", is);
    // Of an input that changed because of its own input, the first cause.
    if (why->second.front().starts_with("input ")) return why->second.front();
    return fmt::format("input {} changed ({})", is, joined(why->second, most_of_an_input));
  }

  const Plan& plan_;
  std::map<std::string, const RecordedStage*> by_label_;
  std::map<std::string, std::string> old_label_, new_label_;  ///< by fingerprint
  std::map<std::string, std::vector<std::string>> changes_;
};

/// A damaged record explains nothing.
RecordedPlan last_plan(const std::filesystem::path& index) {
  try {
    return read_plan_record(index);
  } catch (const store::DataError&) {
    return {};
  }
}

/// Why stages failed in the last run, by label; a damaged log tells nothing.
std::map<std::string, std::string> last_failures(const std::filesystem::path& index) {
  std::map<std::string, std::string> failures;
  try {
    for (const auto& stage : read_status(index).stages)
      if (stage.state == "failed") failures[stage.stage] = stage.message;
  } catch (const store::DataError&) {  // nothing has run
  }
  return failures;
}

/// "failed last time: the loss is not finite at batch 2".
std::string failed_before(const Stage& stage, const std::string& message) {
  const auto before = fmt::format("stage '{}' failed: ", stage.label());
  auto reason = message.substr(message.starts_with(before) ? before.size() : 0);
  reason = reason.substr(0, std::min(reason.find('\n'), reason.find(", after ")));
  return "failed last time: " + reason;
}

std::optional<std::string> interrupted(const Stage& stage, const std::filesystem::path& result) {
  const auto* training = std::get_if<TrainStage>(&stage.work);
  if (!training) return std::nullopt;
  const auto batch = checkpointed_batch(store::work_folder(result), stage.fingerprint);
  if (!batch) return std::nullopt;
  if (*batch == 0) return "interrupted, and its checkpoints are damaged: starts anew";
  return fmt::format("interrupted at batch {} of {}: resumes", *batch, training->options.batches);
}

}  // namespace

std::vector<std::string> changes(const json& before, const json& now, const InputWords& input) {
  Comparison comparison{input, {}};
  comparison.values("configuration", before, now);
  return comparison.found;
}

std::vector<Decision> decide(const Plan& plan, const StageSet& asked, const std::filesystem::path& runs, int workers,
                             const std::function<void()>& meanwhile) {
  std::set<std::size_t> stored;
  std::vector<std::size_t> doubtful;
  for (std::size_t k = 0; k < plan.stages.size(); ++k) {
    if (!std::filesystem::exists(result_folder(runs, plan.stages[k]))) continue;
    stored.insert(k);
    if (asked[k]) doubtful.push_back(k);
  }
  std::map<std::size_t, Finding> findings;
  for (auto& finding : verify_results(plan, runs, doubtful, workers, meanwhile))
    findings[finding.stage] = std::move(finding);

  const auto recorded = last_plan(index_folder(runs, plan));
  const auto failures = last_failures(index_folder(runs, plan));
  Reasons reasons(plan, recorded);
  std::vector<Decision> decisions;
  for (std::size_t k = 0; k < plan.stages.size(); ++k) {
    const auto& stage = plan.stages[k];
    const auto why = reasons.of(k);
    if (const auto found = findings.find(k); found != findings.end())
      decisions.push_back(
          {true, found->second.error.empty() ? "damaged: " + found->second.problems.front() : found->second.error});
    else if (stored.contains(k))
      decisions.push_back({false, "done"});
    else if (const auto failed = failures.find(stage.label()); why == not_computed && failed != failures.end())
      decisions.push_back({true, failed_before(stage, failed->second)});
    else if (const auto batch = interrupted(stage, result_folder(runs, stage)))
      decisions.push_back({true, *batch});
    else
      decisions.push_back({true, why});
  }
  return decisions;
}

}  // namespace reverie::pipeline
