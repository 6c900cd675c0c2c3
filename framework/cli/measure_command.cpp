// SPDX-License-Identifier: BSD-3-Clause
// measure: a metric on recordings from anywhere, without a pipeline.
#include <fmt/format.h>

#include <algorithm>
#include <cli/commands.hpp>
#include <cli/measure_files.hpp>
#include <iostream>
#include <limits>
#include <pipeline/provenance.hpp>
#include <pipeline/run_stage.hpp>

namespace reverie::cli {
namespace {

options::options_description fixed_options() {
  options::options_description description("Options");
  description.add_options()  //
      ("out", options::value<std::string>()->value_name("FILE"),
       "write the results here: netCDF, JSON or a table, by its extension (.nc, .json, .csv)")  //
      ("force", "replace FILE where it exists")                                                 //
      ("set", options::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
       "a parameter of the metric, as in samples=500")                                                   //
      ("seed", options::value<std::int64_t>()->default_value(0), "seed of the metric's random numbers")  //
      ("draw", options::value<std::int64_t>()->default_value(0), "another draw gives other random numbers");
  add_layouts(description);
  add_running(description);
  add_common(description);
  return description;
}

/// Values of options that have to be known before the metric's roles are: those of --plugin and --set.
options::variables_map early_values(const Arguments& arguments) {
  const auto description = fixed_options();
  options::variables_map values;
  try {
    options::store(options::command_line_parser(arguments).options(description).allow_unregistered().run(), values);
  } catch (const options::error& error) {
    throw UsageError(error.what(), "'reverie measure --help' shows how.");
  }
  return values;
}

pipeline::PluginUse choose_metric(const std::string& id, const options::variables_map& values) {
  for (const auto& warning : pipeline::load_plugins(plugin_search(values))) warn(warning);
  std::vector<std::string> known;
  for (const auto* component : plugin::Registry::instance().all()) {
    if (component->kind != plugin::Kind::metric) continue;
    known.push_back(component->id);
    if (component->id != id) continue;
    const auto given = pipeline::parse_document("--set", "", texts(values, "set")).root;
    auto checked = plugin::check_parameters(component->schema, given);
    if (!checked.problems.empty())
      throw UsageError(fmt::format("metric '{}': '{}' {}", id, checked.problems[0].key, checked.problems[0].message),
                       fmt::format("'reverie info metric.{}' lists its parameters.", id));
    return {component, std::move(checked.values)};
  }
  throw UsageError(fmt::format("there is no metric '{}'.{}", id, did_you_mean(id, known)),
                   "'reverie list' shows what was found.");
}

std::int64_t whole_number(const options::variables_map& values, const std::string& option, std::int64_t largest) {
  const auto given = values[option].as<std::int64_t>();
  if (given < 0 || given > largest)
    throw UsageError(fmt::format("--{} must be from 0 to {}, not {}", option, largest, given));
  return given;
}

void print(const store::Dataset& dataset) {
  for (const auto& variable : dataset.variables) {
    const auto unit = variable.unit.empty() || variable.unit == "1" ? "" : " " + variable.unit;
    if (variable.dims.empty())
      std::cout << fmt::format("{}  {:.6g}{}\n", variable.name, variable.values.at(0), unit);
    else
      std::cout << fmt::format("{}  {} numbers along {}\n", variable.name, variable.values.size(),
                               fmt::join(variable.dims, ", "));
  }
}

}  // namespace

int measure_command(const Command& command, const Arguments& arguments) {
  auto description = fixed_options();
  if (arguments.empty() || arguments[0].starts_with("-")) {
    // Roles are a metric's own: without one only the fixed options can be shown, or found fault with.
    parse(command, description, {"METRIC"}, arguments);
    if (arguments.empty() || (arguments[0] != "--help" && arguments[0] != "-h"))
      throw UsageError("the metric comes first, then the options", "'reverie measure --help' shows how.");
    return 0;
  }
  const auto use = choose_metric(arguments[0], early_values(arguments));
  const plugin::Metric metric(*use.component, use.parameters);
  for (const auto& role : roles_of(metric))
    description.add_options()(role.c_str(), options::value<std::string>()->value_name("FILE"),
                              "recording: netCDF, .npy, .npz or .csv");
  const auto values = parse(command, description, {"METRIC"}, arguments);
  if (!values) return 0;
  apply_threads(*values);

  const auto seed = static_cast<std::uint64_t>(whole_number(*values, "seed", std::numeric_limits<std::int64_t>::max()));
  const auto draw = static_cast<std::uint32_t>(whole_number(*values, "draw", (std::int64_t{1} << 24) - 1));
  const auto inputs = inputs_of(metric, *values);
  if (values->count("out") != 0) {
    std::vector<std::filesystem::path> files;
    for (const auto& input : inputs)
      if (input.file) files.push_back(*input.file);
    check_result_name(output_file(*values, files));
  }
  auto dataset = pipeline::measure(metric, inputs, seed, draw);
  print(dataset);
  if (values->count("out") != 0) {
    dataset.attributes = {{"title", use.component->doc},
                          {"source", "reverie " + pipeline::version()},
                          {"config", pipeline::canonical(pipeline::settings_of(use))},
                          {"plugins", fmt::format("{} {}", use.component->id, use.component->version)},
                          {"seed", std::to_string(seed)}};
    if (draw != 0) dataset.attributes["draw"] = std::to_string(draw);
    write_result((*values)["out"].as<std::string>(), dataset);
  }
  return 0;
}

}  // namespace reverie::cli
