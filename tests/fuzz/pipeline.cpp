// SPDX-License-Identifier: BSD-3-Clause
/// Input: a pipeline; after a line "--set", a setting per line.
#include <pipeline/plan.hpp>
#include <sstream>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reverie;
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::string text, line;
  std::vector<std::string> settings;
  bool in_settings = false;
  while (std::getline(lines, line)) {
    if (line == "--set")
      in_settings = true;
    else if (in_settings)
      settings.push_back(line);
    else
      text += line + "\n";
  }
  try {
    pipeline::PluginSearch search;
    search.bundled = {REVERIE_PLUGIN_FOLDER};
    const auto plan = pipeline::make_plan(pipeline::parse_document("fuzz.toml", text, settings), search);
    for (const auto& stage : plan.stages)
      if (stage.fingerprint.size() != 64) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
