// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <pipeline/planner.hpp>
#include <pipeline/results.hpp>

namespace reverie::pipeline {
namespace {

/// `value`, `above` or `below` of a claim, before its points are known.
struct QuantityPlan {
  Quantity quantity;
  Reference reference;  ///< of one that is no plain number; its `at` has axes only
  bool is_number = false;
};

/// Moves what `at` says of the variable's own dimensions from the reference to the quantity.
void split_bindings(const Planning& planning, QuantityPlan& plan) {
  if (!plan.reference.at.is_object()) return;
  const auto& reaching = planning.index.at(plan.reference.stage).axes;
  json axes = json::object();
  for (const auto& [key, value] : plan.reference.at.items()) {
    const bool is_axis =
        std::any_of(reaching.begin(), reaching.end(), [&, &key = key](auto k) { return planning.axes[k].name == key; });
    if (is_axis)
      axes[key] = value;
    else
      plan.quantity.at[key] = value;
  }
  plan.reference.at = axes;
}

/// Whether the stage will leave this variable with these dimensions.
bool check_output(const Planning& planning, const std::string& path, const QuantityPlan& plan) {
  const auto& source = planning.index.at(plan.reference.stage);
  if (source.by_point.empty()) return false;  // told already
  const auto& stage = planning.stages[source.by_point.begin()->second];
  const auto outputs = outputs_of(stage);
  const auto* output = find_output(outputs, plan.quantity.name);
  if (output == nullptr) {
    planning.reading.diagnostics.at_value(join(path, "name"), missing_output(stage.name, outputs, plan.quantity.name));
    return false;
  }
  const auto& dims = output->dims;
  bool good = true;
  if (plan.quantity.reduce == "none")
    for (const auto& dim : dims) {
      if (plan.quantity.at.contains(dim)) continue;
      planning.reading.diagnostics.at_key(
          path,
          fmt::format("'{}' of '{}' has a number for each {}: choose one with at = {{ {} = ... }}, or reduce them, "
                      "as in reduce = \"mean\"",
                      plan.quantity.name, stage.name, dim, dim));
      good = false;
    }
  for (const auto& [dim, value] : plan.quantity.at) {
    if (std::find(dims.begin(), dims.end(), dim) != dims.end()) {
      const bool chooses = value.is_string() || (value.is_number() && std::isfinite(value.get<double>()));
      if (!chooses) {
        planning.reading.diagnostics.at_value(
            join(plan.reference.at_path, dim),
            fmt::format("'{}' is a dimension of '{}': a number or a name chooses along it", dim, plan.quantity.name));
        good = false;
      }
      if (!is_mention(value)) continue;
      planning.reading.diagnostics.at_value(
          join(plan.reference.at_path, dim),
          fmt::format("'{}' is a dimension of '{}', and no axis chooses along it: write a value", dim,
                      plan.quantity.name));
      good = false;
      continue;
    }
    std::vector<std::string> known = dims;
    for (const auto axis : source.axes) known.push_back(planning.axes[axis].name);
    planning.reading.diagnostics.at_key(
        join(plan.reference.at_path, dim),
        fmt::format("'{}' is neither an axis that reaches '{}' nor a dimension of '{}'.{} There {} {}", dim,
                    plan.reference.stage, plan.quantity.name, did_you_mean(dim, known), known.empty() ? "is" : "are",
                    known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
    good = false;
  }
  return good;
}

std::optional<QuantityPlan> read_quantity(const Planning& planning, const std::string& path, const std::string& key,
                                          const json& value) {
  const Reading& reading = planning.reading;
  QuantityPlan plan;
  if (value.is_number()) {
    plan.is_number = true;
    plan.quantity.number = value.get<double>();
    if (std::isfinite(plan.quantity.number)) return plan;
    reading.diagnostics.at_value(path, fmt::format("'{}' must be a finite number", key));
    return std::nullopt;
  }
  if (!value.is_object()) {
    reading.diagnostics.at_value(
        path, fmt::format("'{}' must be {}{{ of = \"STAGE\", name = \"RESULT\", at = {{ ... }} }}", key,
                          key == "value" ? "" : "a number, or "));
    return std::nullopt;
  }
  const auto checked = check_table(reading, path, value, quantity_keys());
  auto reference = read_reference(reading, path, key, value, {"name", "reduce"});
  if (!checked.good || !reference) return std::nullopt;
  plan.quantity.name = checked.values["name"].get<std::string>();
  plan.quantity.reduce = checked.values["reduce"].get<std::string>();
  plan.reference = std::move(*reference);
  if (!planning.index.contains(plan.reference.stage)) {
    const auto names = in_file_order(reading.document, "stage", reading.document.root.value("stage", json()));
    if (std::find(names.begin(), names.end(), plan.reference.stage) == names.end())
      reading.diagnostics.at_value(plan.reference.path, fmt::format("there is no stage '{}'.{}", plan.reference.stage,
                                                                    did_you_mean(plan.reference.stage, names)));
    return std::nullopt;
  }
  const auto& source = planning.index.at(plan.reference.stage);
  if (!source.by_point.empty())
    if (const auto& run = planning.stages[source.by_point.begin()->second].run(); run != "measure" && run != "train") {
      reading.diagnostics.at_value(plan.reference.path,
                                   fmt::format("a claim compares results of measure or train stages, and '{}' is {} {} "
                                               "stage",
                                               plan.reference.stage, run == "import" ? "an" : "a", run));
      return std::nullopt;
    }
  split_bindings(planning, plan);
  if (!check_output(planning, path, plan) || !check_bindings(planning, plan.reference, {})) return std::nullopt;
  return plan;
}

/// Names of axes under `key`; nullopt when something is wrong.
std::optional<std::set<std::size_t>> read_axes_of(const Planning& planning, const std::string& path, const json& table,
                                                  const char* key) {
  std::set<std::size_t> axes;
  if (!table.contains(key)) return axes;
  const auto before = planning.reading.diagnostics.count();
  for (const auto& [axis, where] : named_axes(planning.reading, planning.axes, join(path, key), table[key]))
    axes.insert(axis);
  if (planning.reading.diagnostics.count() != before) return std::nullopt;
  return axes;
}

/// Resolved for a point; nullopt when the stage is missing (told already).
std::optional<Quantity> at_point(const Planning& planning, const QuantityPlan& plan, const Choice& choice) {
  if (plan.is_number) return plan.quantity;
  const auto found = follow(planning, plan.reference, choice, {});
  if (found.size() != 1) return std::nullopt;
  auto quantity = plan.quantity;
  quantity.stage = found.front().stage;
  return quantity;
}

std::set<std::size_t> needed_axes(const Planning& planning, const QuantityPlan& plan) {
  if (plan.is_number) return {};
  auto axes = free_axes(planning, plan.reference, {});
  axes.merge(mentioned_axes(planning.reading, planning.axes, plan.reference.at_path, plan.reference.at));
  return axes;
}

struct ClaimPlan {
  std::optional<QuantityPlan> value, above, below;
  std::set<std::size_t> for_all, over;
};

/// Every axis that reaches what is compared must be listed, and nothing else.
bool check_axes(const Planning& planning, const std::string& path, const ClaimPlan& plan) {
  bool good = true;
  std::set<std::size_t> needed;
  for (const auto* quantity : {&plan.value, &plan.above, &plan.below})
    if (*quantity) needed.merge(needed_axes(planning, **quantity));
  for (const auto axis : needed) {
    if (plan.for_all.contains(axis) || plan.over.contains(axis)) continue;
    planning.reading.diagnostics.at_key(
        path, fmt::format("{}: axis '{}' reaches what is compared: list it in 'over' (paired, with an interval) or "
                          "'for_all' (must hold for each value), or choose a value with at = {{ {} = ... }}",
                          label_of(path), planning.axes[axis].name, planning.axes[axis].name));
    good = false;
  }
  for (const char* key : {"for_all", "over"})
    for (const auto axis : std::string(key) == "over" ? plan.over : plan.for_all) {
      if (needed.contains(axis)) continue;
      planning.reading.diagnostics.at_value(join(path, key), fmt::format("axis '{}' reaches nothing that {} compares",
                                                                         planning.axes[axis].name, label_of(path)));
      good = false;
    }
  return good;
}

/// Fills the cases; false when a stage is missing.
bool resolve(const Planning& planning, const ClaimPlan& plan, Claim& claim) {
  for (const auto& outer : product_of(planning.axes, plan.for_all)) {
    Claim::Case at{outer.point(), {}};
    for (const auto& inner : product_of(planning.axes, plan.over)) {
      auto choice = outer;
      choice.picks.insert(inner.picks.begin(), inner.picks.end());
      Claim::Sample sample{inner.point(), {}, {}, {}};
      const auto value = at_point(planning, *plan.value, choice);
      if (plan.above) sample.above = at_point(planning, *plan.above, choice);
      if (plan.below) sample.below = at_point(planning, *plan.below, choice);
      if (!value || plan.above.has_value() != sample.above.has_value() ||
          plan.below.has_value() != sample.below.has_value())
        return false;
      sample.value = *value;
      at.samples.push_back(std::move(sample));
    }
    claim.cases.push_back(std::move(at));
  }
  return true;
}

std::optional<Claim> plan_claim(const Planning& planning, const std::string& name, const json& table) {
  const Reading& reading = planning.reading;
  const auto path = join("claim", name);
  if (!require_table(reading, path, table)) return std::nullopt;
  const auto checked = check_table(reading, path, table, claim_keys());
  bool good = checked.good;
  if (!table.contains("value") || (!table.contains("above") && !table.contains("below"))) {
    reading.diagnostics.at_key(path, fmt::format("{}: '{}' is required", label_of(path),
                                                 table.contains("value") ? "above' or 'below" : "value"));
    return std::nullopt;
  }
  ClaimPlan plan;
  const auto read = [&](const char* key, std::optional<QuantityPlan>& quantity) {
    if (!table.contains(key)) return;
    quantity = read_quantity(planning, join(path, key), key, table[key]);
    good = good && quantity.has_value();
  };
  read("value", plan.value);
  read("above", plan.above);
  read("below", plan.below);
  const auto for_all = read_axes_of(planning, path, table, "for_all");
  const auto over = read_axes_of(planning, path, table, "over");
  if (!good || !for_all || !over) return std::nullopt;
  if (plan.value->is_number) {
    reading.diagnostics.at_value(join(path, "value"),
                                 "'value' must name a result; the number goes to 'above' or 'below'");
    return std::nullopt;
  }
  plan.for_all = *for_all;
  plan.over = *over;
  for (const auto axis : plan.over) {
    if (!plan.for_all.contains(axis)) continue;
    reading.diagnostics.at_value(
        join(path, "over"), fmt::format("axis '{}' stands in 'over' and in 'for_all': its values are either paired "
                                        "samples of one comparison or comparisons of their own",
                                        planning.axes[axis].name));
    return std::nullopt;
  }
  if (!check_axes(planning, path, plan)) return std::nullopt;

  Claim claim;
  claim.name = name;
  claim.text = checked.values["text"].get<std::string>();
  claim.factor = checked.values["factor"].get<double>();
  claim.margin = checked.values["margin"].get<double>();
  if (!resolve(planning, plan, claim)) return std::nullopt;
  return claim;
}

}  // namespace

std::vector<Claim> plan_claims(Planning& planning) {
  std::vector<Claim> claims;
  const json tables = planning.reading.document.root.value("claim", json());
  for (const auto& name : in_file_order(planning.reading.document, "claim", tables))
    if (auto claim = plan_claim(planning, name, tables[name])) claims.push_back(std::move(*claim));
  return claims;
}

}  // namespace reverie::pipeline
