// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <pipeline/provenance.hpp>
#include <pipeline/tables.hpp>

namespace reverie::pipeline {
namespace {

std::vector<std::string> names_of(const TableKeys& keys) {
  std::vector<std::string> names;
  for (const auto& spec : keys.plain) names.push_back(spec.name);
  names.insert(names.end(), keys.structured.begin(), keys.structured.end());
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void diagnose_unknown_plugin(const Reading& reading, plugin::Kind kind, const std::string& path,
                             const std::string& id) {
  std::vector<std::string> known, places, kinds;
  for (const auto* component : plugin::Registry::instance().all()) {
    if (component->kind == kind) known.push_back(component->id);
    if (component->id == id) kinds.emplace_back(plugin::name_of(component->kind));
  }
  for (const auto* folders : {&reading.search.folders, &reading.search.bundled})
    for (const auto& folder : *folders) places.push_back(folder.string());
  auto message = fmt::format(
      "there is no {} plugin '{}'.{}", plugin::name_of(kind), id,
      kinds.empty() ? did_you_mean(id, known) : fmt::format(" '{}' is a {}.", id, fmt::join(kinds, " and a ")));
  message += known.empty() ? fmt::format(" No {} plugin was found", plugin::name_of(kind))
                           : fmt::format(" There are {}", fmt::join(known, ", "));
  message += fmt::format("; searched: {}", places.empty() ? "no folder" : fmt::format("{}", fmt::join(places, ", ")));
  for (const auto& warning : reading.unloadable) message += "; not loaded: " + warning;
  reading.diagnostics.at_value(join(path, "plugin"), message);
}

}  // namespace

std::vector<std::string> keys_of(const json& table) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : table.items()) keys.push_back(key);
  return keys;
}

std::string label_of(const std::string& path) {
  const auto second = path.find('.');
  const auto third = second == std::string::npos ? second : path.find('.', second + 1);
  if (third == std::string::npos) return path.empty() ? "the pipeline" : "[" + path + "]";
  return fmt::format("'{}' of [{}]", path.substr(third + 1), path.substr(0, third));
}

bool check_keys(const Reading& reading, const std::string& path, const json& table,
                const std::vector<std::string>& known) {
  bool good = true;
  for (const auto& key : keys_of(table)) {
    if (contains(known, key)) continue;
    good = false;
    const auto hint = did_you_mean(key, known);
    reading.diagnostics.at_key(join(path, key),
                               fmt::format("{} has no key '{}'.{}", label_of(path), key,
                                           hint.empty() ? fmt::format(" It has {}.", fmt::join(known, ", ")) : hint));
  }
  return good;
}

bool require_table(const Reading& reading, const std::string& path, const json& value, const std::string& example) {
  if (value.is_object()) return true;
  reading.diagnostics.at_value(
      path, fmt::format("{} must be a table{}{}", label_of(path), example.empty() ? "" : ", as in ", example));
  return false;
}

CheckedTable check_table(const Reading& reading, const std::string& path, const json& table, const TableKeys& keys,
                         const json& defaults) {
  CheckedTable checked;
  checked.good = check_keys(reading, path, table, names_of(keys));
  auto schema = keys.plain;
  for (auto& spec : schema)
    if (defaults.contains(spec.name)) spec.default_value = defaults[spec.name];
  auto result = plugin::check_parameters(schema, table, keys_of(table));
  for (const auto& problem : result.problems) {
    const auto message = fmt::format("'{}' {}", problem.key, problem.message);
    if (problem.missing)
      reading.diagnostics.at_key(path, fmt::format("{}: {}", label_of(path), message));
    else
      reading.diagnostics.at_value(join(path, problem.key), message);
  }
  checked.good = checked.good && result.problems.empty();
  checked.values = std::move(result.values);
  return checked;
}

void tell(const Reading& reading, const std::string& path, const plugin::PluginError& error) {
  auto place = error.place.empty() ? path : error.place;
  if (!error.parameter.empty()) place = join(place, error.parameter);
  if (error.exit_code() == ExitCode::plugin)
    throw plugin::PluginError(
        format_diagnostic(reading.document.sources, reading.document.entry(place).key, error.what()), error.remedy());
  reading.diagnostics.at_key(place, error.what());
}

PluginUse choose_plugin(const Reading& reading, plugin::Kind kind, const std::string& path, const json& table,
                        const TableKeys& others) {
  if (!require_table(reading, path, table, "{ plugin = \"NAME\" }")) return {};
  if (!table.contains("plugin")) {
    reading.diagnostics.at_key(
        path, fmt::format("{}: 'plugin' is required: the name of a {} plugin", label_of(path), plugin::name_of(kind)));
    return {};
  }
  if (!table["plugin"].is_string()) {
    reading.diagnostics.at_value(
        join(path, "plugin"), fmt::format("'plugin' must be a string: the name of a {} plugin", plugin::name_of(kind)));
    return {};
  }
  const auto id = table["plugin"].get<std::string>();
  const auto all = plugin::Registry::instance().all();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const auto* component) { return component->kind == kind && component->id == id; });
  if (found == all.end()) {
    diagnose_unknown_plugin(reading, kind, path, id);
    return {};
  }
  TableKeys keys{(*found)->schema, names_of(others)};
  keys.structured.emplace_back("plugin");
  auto checked = check_table(reading, path, table, keys);
  return checked.good ? PluginUse{*found, std::move(checked.values), path} : PluginUse{};
}

std::optional<std::vector<PluginUse>> choose_dynamics(const Reading& reading, const std::string& stage_path,
                                                      const json& stage) {
  std::vector<PluginUse> uses;
  if (!stage.contains("dynamics")) return uses;
  const auto path = join(stage_path, "dynamics");
  const json& list = stage["dynamics"];
  if (!list.is_array()) {
    reading.diagnostics.at_value(path, "'dynamics' must be an array of tables { plugin = \"...\", ... }");
    return std::nullopt;
  }
  bool good = true;
  for (std::size_t k = 0; k < list.size(); ++k) {
    uses.push_back(choose_plugin(reading, plugin::Kind::dynamics, join(path, k), list[k]));
    good = good && uses.back();
  }
  if (!good) return std::nullopt;
  return uses;
}

json identity_of(const PluginUse& use) {
  json identity = {
      {"plugin", use.component->id}, {"results", use.component->results_revision}, {"parameters", use.parameters}};
  const auto library = library_hash(*use.component);  // now, also for provenance: the file may change while stages run
  if (!use.component->bundled) identity["file"] = library;
  return identity;
}

json identity_of(const std::vector<PluginUse>& uses) {
  json list = json::array();
  for (const auto& use : uses) list.push_back(identity_of(use));
  return list;
}

json settings_of(const PluginUse& use) {
  json settings = use.parameters;
  settings["plugin"] = use.component->id;
  return settings;
}

json settings_of(const std::vector<PluginUse>& uses) {
  json list = json::array();
  for (const auto& use : uses) list.push_back(settings_of(use));
  return list;
}

}  // namespace reverie::pipeline
