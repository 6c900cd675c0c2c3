// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <numeric/bfloat16.hpp>
#include <numeric/random.hpp>
#include <pipeline/model.hpp>

namespace reverie::pipeline {
namespace {

/// Cells and dynamics are made for a network, far from where they are written.
template <class Made>
std::shared_ptr<const Made> made(const PluginUse& use, const reverie_setting& setting) {
  try {
    return std::make_shared<Made>(*use.component, use.parameters, setting);
  } catch (plugin::PluginError& error) {
    error.place = use.path;
    throw;
  }
}

}  // namespace

PluginUse read_task(const Reading& reading, const std::string& name, const json& table) {
  const auto path = join("task", name);
  auto use = choose_plugin(reading, plugin::Kind::task, path, table);
  if (!use) return use;
  try {
    make_task(use);
  } catch (const plugin::PluginError& error) {
    tell(reading, path, error);
    return {};
  }
  return use;
}

NetworkPlan read_network(const Reading& reading, const std::string& name, const json& table) {
  NetworkPlan network;
  const auto path = join("network", name);
  if (!require_table(reading, path, table)) return network;
  auto options = check_table(reading, path, table, network_keys());
  network.options = std::move(options.values);
  if (!table.contains("cell")) {
    reading.diagnostics.at_key(
        path, fmt::format("{}: 'cell' is required: {{ plugin = \"...\", units = ... }}", label_of(path)));
    return network;
  }
  const auto cell_path = join(path, "cell");
  auto cell = choose_plugin(reading, plugin::Kind::cell, cell_path, table["cell"], cell_keys());
  if (!table["cell"].is_object()) return network;
  // The cell's own keys were checked with its plugin.
  auto units = check_table(reading, cell_path, table["cell"], {cell_keys().plain, keys_of(table["cell"])});
  if (!options.good || !units.good) return network;
  network.units = units.values["units"].get<std::int64_t>();
  network.cell = std::move(cell);
  return network;
}

json identity_of(const NetworkPlan& network) {
  json identity = network.options;
  identity["cell"] = identity_of(network.cell);
  identity["units"] = network.units;
  return identity;
}

json settings_of(const NetworkPlan& network) {
  json settings = network.options;
  settings["cell"] = settings_of(network.cell);
  settings["cell"]["units"] = network.units;
  return settings;
}

std::shared_ptr<const plugin::Task> make_task(const PluginUse& use) {
  return std::make_shared<plugin::Task>(*use.component, use.parameters);
}

std::vector<plugin::TaskConstant> draw_constants(const plugin::Task& task, std::uint64_t seed) {
  return task.make_constants(numeric::make_stream(seed, numeric::Role::train, numeric::Purpose::constants));
}

engine::Model make_model(const ModelPlan& plan, std::vector<plugin::TaskConstant> constants) {
  engine::Model model;
  model.task = make_task(plan.task);
  model.constants = std::move(constants);
  const json& options = plan.network.options;
  model.units = plan.network.units;
  model.noise = options["noise"].get<double>();
  model.noise_kind = options["noise_kind"] == "uniform01" ? engine::NoiseKind::uniform01 : engine::NoiseKind::gaussian;
  model.input_noise = options["input_noise"].get<double>();
  model.output_noise = options["output_noise"].get<double>();
  model.encoder_bias = options["encoder_bias"].get<bool>();
  model.readout_bias = options["readout_bias"].get<bool>();

  const auto [endpoint, mean_path] = model.task->landmarks(model.constants, plan.steps);
  const auto endpoint_tensor = endpoint.tensor(), mean_path_tensor = mean_path.tensor();
  reverie_setting setting{};
  setting.struct_size = sizeof setting;
  setting.direction_count = static_cast<std::uint32_t>(model.task->directions().size());
  setting.units = plan.network.units;
  setting.inputs = model.task->inputs();
  setting.outputs = model.task->outputs();
  setting.steps = plan.steps;
  setting.dt = model.task->dt();
  setting.sigma = model.noise;
  if (model.task->has_endpoints()) setting.endpoint = &endpoint_tensor;
  if (model.task->has_mean_paths()) setting.mean_path = &mean_path_tensor;
  model.cell = made<plugin::Cell>(plan.network.cell, setting);
  for (const auto& use : plan.dynamics) model.dynamics.push_back(made<plugin::Dynamics>(use, setting));
  return model;
}

bool try_model(const Reading& reading, const std::string& path, const ModelPlan& plan, bool training) {
  try {
    const auto task = make_task(plan.task);
    const auto model = make_model(plan, draw_constants(*task, plan.seed));
    const auto problems = engine::check_model(model, training);
    for (const auto& problem : problems) reading.diagnostics.at_key(path, problem);
    return problems.empty();
  } catch (const plugin::PluginError& error) {
    tell(reading, path, error);
    return false;
  }
}

std::optional<numeric::Precision> read_precision(const Reading& reading, const std::string& stage_path,
                                                 const json& values) {
  if (values["precision"] == "float32") return numeric::Precision::full;
  if (values["precision"] == "bfloat16_emulated") return numeric::Precision::bfloat16_emulated;
  const auto missing = numeric::missing_for_bfloat16();
  if (missing.empty()) return numeric::Precision::bfloat16;
  reading.diagnostics.at_value(
      join(stage_path, "precision"),
      fmt::format("\"bfloat16\" cannot be computed here: {}; \"float32\" works everywhere, and \"bfloat16_emulated\" "
                  "rounds alike, at the speed of float32",
                  missing));
  return std::nullopt;
}

}  // namespace reverie::pipeline
