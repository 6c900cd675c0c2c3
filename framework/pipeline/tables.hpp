// SPDX-License-Identifier: BSD-3-Clause
/// Reading tables of a document against schemas; everything that is wrong goes to the diagnostics.
#pragma once

#include <filesystem>
#include <optional>
#include <pipeline/diagnostics.hpp>
#include <pipeline/plugins.hpp>
#include <pipeline/stages.hpp>
#include <plugin/registry.hpp>

namespace reverie::pipeline {

/// A component with its complete, checked parameters.
struct PluginUse {
  const plugin::Component* component = nullptr;
  json parameters = json::object();
  std::string path = {};  ///< in the document

  explicit operator bool() const { return component != nullptr; }
};

/// What a planner reads with: the document, the messages so far, where unknown plugins were looked for and which
/// libraries there could not be loaded.
struct Reading {
  const Document& document;
  Diagnostics& diagnostics;
  const PluginSearch& search;
  const std::vector<std::string>& unloadable;
};

/// "[stage.replay]", "'dynamics[1]' of [stage.replay]".
std::string label_of(const std::string& path);

std::vector<std::string> keys_of(const json& table);

/// A table's plain keys with defaults (`defaults` first, then the schema's). Unknown keys are those in neither list of
/// `keys`. Missing keys without default, wrong types and ranges are diagnosed.
struct CheckedTable {
  json values = json::object();
  bool good = true;
};
CheckedTable check_table(const Reading& reading, const std::string& path, const json& table, const TableKeys& keys,
                         const json& defaults = json::object());

/// Diagnoses keys that are not among `known`.
bool check_keys(const Reading& reading, const std::string& path, const json& table,
                const std::vector<std::string>& known);

/// Diagnoses a value that is not a table.
bool require_table(const Reading& reading, const std::string& path, const json& value, const std::string& example = "");

/// What a plugin refused, at the place of what it was given (`path`, unless the error knows better). A fault of its own
/// ends the planning.
void tell(const Reading& reading, const std::string& path, const plugin::PluginError& error);

/// { plugin = "id", ...parameters } as a component of the given kind; `others` are keys of the host beside the
/// parameters. Empty when something is wrong.
PluginUse choose_plugin(const Reading& reading, plugin::Kind kind, const std::string& path, const json& table,
                        const TableKeys& others = {{}, {}});

/// dynamics = [ { plugin = ... }, ... ] of a stage; nullopt when something is wrong.
std::optional<std::vector<PluginUse>> choose_dynamics(const Reading& reading, const std::string& stage_path,
                                                      const json& stage);

/// What results depend on in a plugin: id, parameters, its results revision; of libraries that did not come with the
/// installation, their bytes.
json identity_of(const PluginUse& use);
json identity_of(const std::vector<PluginUse>& uses);
/// As written in a pipeline: { plugin = "id", ...parameters }.
json settings_of(const PluginUse& use);
json settings_of(const std::vector<PluginUse>& uses);

}  // namespace reverie::pipeline
