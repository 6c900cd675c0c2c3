// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <pipeline/planner.hpp>

namespace reverie::pipeline {
namespace {

constexpr const char* not_a_name = "'{}' must be the name of a stage";

/// Reader and accepted kinds are those of the stage unless set afterwards.
Reference mention(const std::string& path, const json& name) { return {path, name.get<std::string>(), "", {}}; }

void add_name(const Reading& reading, const std::string& path, const std::string& key, const json& value,
              std::vector<Reference>& references) {
  if (value.is_string())
    references.push_back(mention(path, value));
  else
    reading.diagnostics.at_value(path, fmt::format(not_a_name, key));
}

/// Roles of a measurement: "stage" or { of = "stage", variable = "latent" }.
void add_roles(const Reading& reading, const std::string& path, const json& table, std::vector<Reference>& references) {
  for (const auto& [key, value] : table.items()) {
    if (key == "run" || key == "draw" || key == "metric") continue;
    const auto role = join(path, key);
    if (value.is_string()) references.push_back(mention(role, value));
    if (!value.is_object()) continue;
    check_keys(reading, role, value, {"of", "variable"});
    if (value.contains("of"))
      add_name(reading, join(role, "of"), "of", value["of"], references);
    else
      reading.diagnostics.at_value(role, fmt::format("'of' is required in '{}': the name of a stage", key));
    if (value.contains("variable") && !value["variable"].is_string())
      reading.diagnostics.at_value(join(role, "variable"), "'variable' must be a string");
  }
}

void add_sources(const Reading& reading, const std::string& path, const json& of, std::vector<Reference>& references) {
  if (!of.is_array()) return add_name(reading, path, "of", of, references);
  for (std::size_t k = 0; k < of.size(); ++k) add_name(reading, join(path, k), "of", of[k], references);
}

/// start = { of = "stage", step = n } of a simulation; what else is wrong with it, its planner says.
void add_start(const std::string& path, const json& table, std::vector<Reference>& references) {
  const json start = table.value("start", json());
  if (!start.is_object() || !start.value("of", json()).is_string()) return;
  auto reference = mention(path + ".start.of", start["of"]);
  reference.reader = "'start'";
  reference.accepted = {"simulate"};
  references.push_back(std::move(reference));
}

/// Kinds of stage that a stage of kind `run` may refer to, as far as that is known without its plugins.
std::vector<std::string> accepted_kinds(const std::string& run) {
  if (run == "simulate") return {"train"};
  if (run == "measure") return {"simulate"};
  // Which ones a figure takes depends on its kind (plan_figure).
  if (run == "figure") return {"train", "simulate", "measure"};
  return {};
}

}  // namespace

std::vector<Reference> references_of(const Reading& reading, const std::string& stage) {
  std::vector<Reference> references;
  const auto path = join("stage", stage);
  const json& table = reading.document.root["stage"][stage];
  const json run = table.value("run", json());
  if (run == "simulate" && table.contains("of")) add_name(reading, join(path, "of"), "of", table["of"], references);
  if (run == "simulate") add_start(path, table, references);
  if (run == "measure") add_roles(reading, path, table, references);
  if (run == "figure" && table.value("draw", json()).is_object() && table["draw"].contains("of"))
    add_sources(reading, path + ".draw.of", table["draw"]["of"], references);
  for (auto& reference : references) {
    if (!reference.reader.empty()) continue;
    reference.reader = fmt::format("a {} stage", run.get<std::string>());
    reference.accepted = accepted_kinds(run.get<std::string>());
  }
  return references;
}

}  // namespace reverie::pipeline
