// SPDX-License-Identifier: BSD-3-Clause
/// Loading the plugins a pipeline may use.
///
/// Order: libraries named on the command line, the pipeline's `plugins`, folders of the environment and the user, the
/// installation. Of two components with the same kind and name the first wins; the other is warned about.
#pragma once

#include <filesystem>
#include <pipeline/diagnostics.hpp>
#include <plugin/registry.hpp>

namespace reverie::pipeline {

struct PluginSearch {
  std::vector<std::filesystem::path> libraries;         ///< named one by one: must load
  std::vector<std::filesystem::path> folders, bundled;  ///< `bundled`: of the installation
};

/// Loads everything there is; with a document also its `plugins` (paths relative to its file). A named library that
/// cannot be loaded is a PluginError (with its place in the document); for one that merely lies in a folder a warning
/// is returned. A `plugins` that is no list of texts goes to the diagnostics.
std::vector<std::string> load_plugins(const PluginSearch& search);
std::vector<std::string> load_plugins(const PluginSearch& search, const Document& document, Diagnostics& diagnostics);

}  // namespace reverie::pipeline
