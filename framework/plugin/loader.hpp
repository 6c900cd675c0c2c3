// SPDX-License-Identifier: BSD-3-Clause
/// Opening a library and calling its entry.
#pragma once

#include <plugin/registry.hpp>

namespace reverie::plugin {

/// The table of a library whose note was accepted; the library stays loaded to the end of the process. The
/// floating-point environment afterwards is that before the call, whatever the library's constructors did to it (one
/// linked with -ffast-math makes its process flush denormals). Throws PluginError with the reason, without the file.
const reverie_plugin* open_library(const std::filesystem::path& canonical);

}  // namespace reverie::plugin
