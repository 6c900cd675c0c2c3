// SPDX-License-Identifier: BSD-3-Clause
/// A network on a task as a pipeline describes it, and the engine's model made from it.
#pragma once

#include <engine/model.hpp>
#include <numeric/product.hpp>
#include <pipeline/tables.hpp>

namespace reverie::pipeline {

/// [network.NAME].
struct NetworkPlan {
  PluginUse cell;
  json options;  ///< the plain keys of network_keys(), complete
  std::int64_t units = 0;

  explicit operator bool() const { return static_cast<bool>(cell); }
};

struct ModelPlan {
  PluginUse task;
  NetworkPlan network;
  std::vector<PluginUse> dynamics;
  std::int64_t steps = 0;
  std::uint64_t seed = 0;  ///< of constants and first weights
};

/// The plugin of [task.NAME]; empty when something is wrong.
PluginUse read_task(const Reading& reading, const std::string& name, const json& table);
/// [network.NAME]; empty when something is wrong.
NetworkPlan read_network(const Reading& reading, const std::string& name, const json& table);

json identity_of(const NetworkPlan& network);
json settings_of(const NetworkPlan& network);

std::shared_ptr<const plugin::Task> make_task(const PluginUse& use);

/// The task's constants as drawn from the model's seed.
std::vector<plugin::TaskConstant> draw_constants(const plugin::Task& task, std::uint64_t seed);

/// Instances of everything, for trials of `plan.steps` steps.
engine::Model make_model(const ModelPlan& plan, std::vector<plugin::TaskConstant> constants);

/// Tries the model out: what a plugin refuses to be created with, or what does not fit together, is diagnosed at `path`
/// (a key of the stage). Returns whether all is well.
bool try_model(const Reading& reading, const std::string& path, const ModelPlan& plan, bool training);

/// precision = "float32", "bfloat16" or "bfloat16_emulated" of a stage; nullopt (diagnosed) where this machine cannot
/// compute with it.
std::optional<numeric::Precision> read_precision(const Reading& reading, const std::string& stage_path,
                                                 const json& values);

}  // namespace reverie::pipeline
