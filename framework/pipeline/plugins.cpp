// SPDX-License-Identifier: BSD-3-Clause
#include <pipeline/plugins.hpp>

namespace reverie::pipeline {
namespace {

using plugin::PluginError;
using plugin::Registry;

void load_folders(const std::vector<std::filesystem::path>& folders, bool bundled, std::vector<std::string>& warnings) {
  for (const auto& error : Registry::instance().load_folders(folders, bundled)) warnings.emplace_back(error.what());
}

void load_named(const PluginSearch& search) {
  for (const auto& library : search.libraries) Registry::instance().load(library);
}

std::vector<std::string> load_found(const PluginSearch& search) {
  std::vector<std::string> warnings;
  load_folders(search.folders, false, warnings);
  load_folders(search.bundled, true, warnings);
  return warnings;
}

}  // namespace

std::vector<std::string> load_plugins(const PluginSearch& search) {
  load_named(search);
  return load_found(search);
}

std::vector<std::string> load_plugins(const PluginSearch& search, const Document& document, Diagnostics& diagnostics) {
  load_named(search);
  const json plugins = document.root.value("plugins", json::array());
  if (!plugins.is_array()) diagnostics.at_value("plugins", "'plugins' must be an array of paths of plugin libraries");
  for (std::size_t k = 0; plugins.is_array() && k < plugins.size(); ++k) {
    const auto path = join("plugins", k);
    if (!plugins[k].is_string()) {
      diagnostics.at_value(path, "'plugins' must be an array of paths of plugin libraries");
      continue;
    }
    try {
      Registry::instance().load(document.folder_of(path) / plugins[k].get<std::string>());
    } catch (const PluginError& error) {
      throw PluginError(format_diagnostic(document.sources, document.entry(path).value, error.what()), error.remedy());
    }
  }
  return load_found(search);
}

}  // namespace reverie::pipeline
