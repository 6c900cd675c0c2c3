// SPDX-License-Identifier: BSD-3-Clause
/// The files that `reverie new` writes; framework/cli/templates, part of the command.
#pragma once

#include <string>
#include <vector>

namespace reverie::cli {

struct Template {
  std::string file;  ///< "dynamics/my_plugin.cpp"
  std::string text;  ///< with my_plugin, MyPlugin and my_kind in place of names
};
const std::vector<Template>& templates();

}  // namespace reverie::cli
