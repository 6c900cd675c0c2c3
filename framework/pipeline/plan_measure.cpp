// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <pipeline/planner.hpp>
#include <pipeline/results.hpp>
#include <pipeline/run_stage.hpp>

namespace reverie::pipeline {
namespace {

/// Inputs of the metric from the roles of the table. A role's variable replaces that of the first input with this role.
std::optional<std::vector<MeasureInput>> connect(Planning& planning, const std::string& path, const json& table,
                                                 const plugin::Metric& metric, Stage& stage) {
  const Reading& reading = planning.reading;
  std::vector<MeasureInput> inputs;
  std::map<std::string, std::size_t> input_of_role;
  bool good = true;
  for (const auto& declared : metric.inputs()) {
    MeasureInput& input = inputs.emplace_back();
    input.variable = declared.variable;
    if (!table.contains(declared.role)) {
      if (declared.optional) continue;
      good = false;
      if (input_of_role.contains(declared.role)) continue;
      input_of_role[declared.role] = 0;
      reading.diagnostics.at_key(path, fmt::format("{}: '{}' is required: the simulation to read ({})", label_of(path),
                                                   declared.role, declared.doc));
      continue;
    }
    const json& role = table[declared.role];
    const auto role_path = join(path, declared.role);
    if (!role.is_string() && !role.is_object())
      reading.diagnostics.at_value(role_path,
                                   fmt::format("{} must be the name of a simulate stage", label_of(role_path)));
    const auto reference = reference_path(role_path, role);
    const Stage* source = planning.find(reference);
    if (source == nullptr) {
      good = false;
      continue;
    }
    if (!input_of_role.contains(declared.role)) {
      if (role.is_object() && role.contains("variable")) {
        if (!role["variable"].is_string()) {
          reading.diagnostics.at_value(join(role_path, "variable"), "'variable' must be a string");
          good = false;
          continue;
        }
        input.variable = role["variable"];
      }
      input_of_role[declared.role] = stage.inputs.size();
      stage.inputs.push_back(planning.index_of(reference));
    }
    input.input = input_of_role[declared.role];
    const auto& simulation = std::get<SimulateStage>(source->work);
    const auto missing = missing_record(simulation, source->name, input.variable);
    const bool extra = metric.is_extra(inputs.size() - 1);
    if (missing.empty() && !(extra && is_foreign_direction(input.variable, simulation.options.quiescent))) continue;
    if (extra) {
      input.input.reset();
      continue;
    }
    good = false;
    reading.diagnostics.at_value(role_path, missing);
  }
  if (!good) return std::nullopt;
  return inputs;
}

/// Replay in the role of behaviour, and behaviour in that of replay: allowed, and most likely swapped.
void warn_of_swapped_phases(Planning& planning, const std::string& path, const json& table, const Stage& stage) {
  const auto is_quiescent = [&](const char* role) -> std::optional<bool> {
    if (!table.contains(role)) return std::nullopt;
    const auto* source = planning.find(reference_path(join(path, role), table[role]));
    return source == nullptr ? std::nullopt : std::optional(std::get<SimulateStage>(source->work).options.quiescent);
  };
  if (is_quiescent("awake") == true && is_quiescent("replay") == false)
    planning.warnings.insert(
        fmt::format("[stage.{}] reads a quiescent simulation as 'awake' and an awake one as "
                    "'replay': are they swapped?",
                    stage.name));
}

}  // namespace

bool plan_measure(Planning& planning, const json& table, Stage& stage) {
  const Reading& reading = planning.reading;
  const auto path = join("stage", stage.name);
  if (!table.contains("metric")) {
    reading.diagnostics.at_key(path,
                               fmt::format("{}: 'metric' is required: {{ plugin = \"...\", ... }}", label_of(path)));
    return false;
  }
  const auto metric_path = join(path, "metric");
  const auto use = choose_plugin(reading, plugin::Kind::metric, metric_path, table["metric"]);
  if (!use) return false;

  std::optional<plugin::Metric> metric;
  try {
    metric.emplace(*use.component, use.parameters);
  } catch (const plugin::PluginError& error) {
    tell(reading, metric_path, error);
    return false;
  }
  auto keys = measure_keys();
  for (const auto& input : metric->inputs()) keys.structured.push_back(input.role);
  const auto checked = check_table(reading, path, table, keys);
  auto inputs = connect(planning, path, table, *metric, stage);
  if (!checked.good || !inputs) return false;
  warn_of_swapped_phases(planning, path, table, stage);

  MeasureStage work{use, std::move(*inputs), planning.seed, checked.values["draw"].get<std::uint32_t>()};
  stage.settings = checked.values;
  stage.settings["metric"] = settings_of(use);
  stage.identity = {{"run", "measure"},
                    {"draw", work.draw},
                    {"seed", work.seed},
                    {"metric", identity_of(use)},
                    {"inputs", json::array()}};
  for (std::size_t k = 0; k < work.inputs.size(); ++k) {
    const auto& declared = metric->inputs()[k];
    const auto& input = work.inputs[k];
    if (!input.input) continue;
    stage.settings[declared.role] = table[declared.role];
    stage.identity["inputs"].push_back({{"role", declared.role},
                                        {"variable", input.variable},
                                        {"of", planning.stages[stage.inputs[*input.input]].fingerprint}});
  }
  stage.plugins = {use.component};
  stage.work = std::move(work);
  return true;
}

}  // namespace reverie::pipeline
