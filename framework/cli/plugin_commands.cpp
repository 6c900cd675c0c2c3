// SPDX-License-Identifier: BSD-3-Clause
// list and info.
#include <fmt/format.h>

#include <cli/commands.hpp>
#include <cli/plugin_text.hpp>
#include <iostream>

namespace reverie::cli {
namespace {

std::vector<const plugin::Component*> load_all(const options::variables_map& values) {
  for (const auto& warning : pipeline::load_plugins(plugin_search(values))) warn(warning);
  return plugin::Registry::instance().all();
}

std::string qualified(const plugin::Component& component) {
  return fmt::format("{}.{}", plugin::name_of(component.kind), component.id);
}

/// By id, or by "kind.id".
const plugin::Component& find(const std::vector<const plugin::Component*>& all, const std::string& name) {
  std::vector<const plugin::Component*> found;
  std::vector<std::string> known;
  for (const auto* component : all) {
    if (component->id == name || qualified(*component) == name) found.push_back(component);
    known.push_back(component->id);
    known.push_back(qualified(*component));
  }
  if (found.empty())
    throw UsageError(fmt::format("there is no plugin '{}'.{}", name, did_you_mean(name, known)),
                     "'reverie list' shows what was found.");
  if (found.size() > 1)
    throw UsageError(fmt::format("'{}' is the name of several plugins", name),
                     fmt::format("Write {} or {}.", qualified(*found[0]), qualified(*found[1])));
  return *found[0];
}

}  // namespace

int list_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()("json", "for programs");
  add_common(description);
  const auto values = parse(command, description, {}, arguments);
  if (!values) return 0;
  const auto all = load_all(*values);
  if (values->count("json") != 0) {
    auto list = nlohmann::ordered_json::array();
    for (const auto* component : all) list.push_back(declared_json(*component));
    std::cout << list.dump(2) << "\n";
    return 0;
  }
  std::size_t width = 0;
  for (const auto* component : all) width = std::max(width, component->id.size());
  for (const auto* component : all)
    std::cout << fmt::format("{:<8}  {:<{}}  {:<7}  {}\n", plugin::name_of(component->kind), component->id, width,
                             component->version, first_line(component->doc));
  return 0;
}

int info_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()("toml", "a block to paste into a pipeline")("json", "for programs");
  add_common(description);
  const auto values = parse(command, description, {"NAME"}, arguments);
  if (!values) return 0;
  const auto& component = find(load_all(*values), (*values)["NAME"].as<std::string>());
  if (values->count("toml") != 0)
    std::cout << as_toml(component);
  else if (values->count("json") != 0)
    std::cout << as_json(component).dump(2) << "\n";
  else
    std::cout << as_text(component);
  return 0;
}

}  // namespace reverie::cli
