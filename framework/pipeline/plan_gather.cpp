// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <pipeline/gather.hpp>
#include <pipeline/planner.hpp>
#include <pipeline/results.hpp>

namespace reverie::pipeline {

namespace {

bool are_names(const json& value) {
  const auto is_text = [](const json& name) { return name.is_string(); };
  return is_text(value) || (value.is_array() && std::all_of(value.begin(), value.end(), is_text));
}

/// A name or a list of names.
std::vector<std::string> names_at(const json& table, const char* key) {
  if (!table.contains(key)) return {};
  if (table[key].is_string()) return {table[key].get<std::string>()};
  return table[key].get<std::vector<std::string>>();
}

/// Whether `value` names results that one of the stages has.
bool check_values(const Planning& planning, const std::string& path, const json& table,
                  const std::vector<Found>& stages) {
  if (!table.contains("value")) return true;
  const json& value = table["value"];
  const auto where = join(path, "value");
  if (!are_names(value) || value.empty()) {
    planning.reading.diagnostics.at_value(where, "'value' must be the name of a result, or a list of names");
    return false;
  }
  bool good = true;
  for (const auto& name : names_at(table, "value")) {
    const bool there = std::any_of(stages.begin(), stages.end(), [&](const Found& placed) {
      return find_output(outputs_of(planning.stages[placed.stage]), name) != nullptr;
    });
    if (there) continue;
    const auto& first = planning.stages[stages.front().stage];
    planning.reading.diagnostics.at_value(where, missing_output(first.name, outputs_of(first), name));
    good = false;
  }
  return good;
}

}  // namespace

bool plan_gather(Planning& planning, const json& table, Stage& stage) {
  const Reading& reading = planning.reading;
  const auto path = join("stage", stage.name);
  const auto checked = check_table(reading, path, table, gather_keys());
  if (!table.contains("of")) {
    reading.diagnostics.at_key(
        path,
        fmt::format("{}: 'of' is required: the measure or train stage whose results are gathered", label_of(path)));
    return false;
  }
  const auto of_path = join(path, "of");
  if (table["of"].is_array()) {
    reading.diagnostics.at_value(of_path, "'of' of a gather stage must be one stage");
    return false;
  }
  const auto found = planning.sources.find(table["of"].is_object() ? join(of_path, "of") : of_path);
  if (!checked.good || found == planning.sources.end() || found->second.empty()) return false;

  GatherStage work;
  work.reduce = checked.values["reduce"].get<std::string>();
  if (table.contains("over") && !are_names(table["over"])) return false;  // told
  work.over = names_at(table, "over");
  if (!check_values(planning, path, table, found->second)) return false;
  work.values = names_at(table, "value");
  if (!work.over.empty())
    for (const auto& name : work.values)
      for (const auto& other : work.values) {
        if (!made_by_reducing(name, other)) continue;
        reading.diagnostics.at_value(join(path, "value"),
                                     fmt::format("'{}' is also what 'over' makes of '{}'; gather one of them in "
                                                 "another stage",
                                                 name, other));
        return false;
      }
  const auto outputs = outputs_of(planning.stages[found->second.front().stage]);
  for (const auto& [axis, label] : found->second.front().coordinates) {
    if (std::find(work.over.begin(), work.over.end(), axis) != work.over.end()) continue;
    std::string taken;
    for (const char* column : {"variable", "value", "units"})
      if (axis == column) taken = "a column of its table";
    for (const auto& output : outputs)
      if (axis == output.name || std::find(output.dims.begin(), output.dims.end(), axis) != output.dims.end())
        taken = fmt::format("a name in the results of '{}'", planning.stages[found->second.front().stage].name);
      else if (!work.over.empty() && made_by_reducing(axis, output.name))
        taken = fmt::format("what 'over' makes of '{}'", output.name);
    if (taken.empty()) continue;
    reading.diagnostics.at_value(of_path,
                                 fmt::format("axis '{}' is called like {}; give it another name", axis, taken));
    return false;
  }
  stage.settings = checked.values;
  stage.settings["of"] = table["of"];
  stage.settings["over"] = work.over;
  stage.settings["value"] = work.values;
  if (table.contains("at")) stage.settings["at"] = table["at"];
  stage.identity = {{"run", "gather"},      {"results", gather_results}, {"reduce", work.reduce}, {"over", work.over},
                    {"value", work.values}, {"axes", json::array()},     {"of", json::array()}};
  // Their order is that of the dimensions.
  for (const auto& [axis, label] : found->second.front().coordinates) stage.identity["axes"].push_back(axis);
  for (const auto& [index, coordinates] : found->second) {
    stage.inputs.push_back(index);
    stage.identity["of"].push_back(
        {{"stage", planning.stages[index].fingerprint}, {"at", coordinates_of(coordinates)}});
    work.coordinates.push_back(coordinates);
  }
  stage.work = std::move(work);
  return true;
}

}  // namespace reverie::pipeline
