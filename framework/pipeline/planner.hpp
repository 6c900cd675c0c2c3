// SPDX-License-Identifier: BSD-3-Clause
/// Resolving one stage: private to the planner, one function per kind of stage.
#pragma once

#include <map>
#include <pipeline/plan.hpp>

namespace reverie::pipeline {

/// A mention of a stage in another one's table.
struct Reference {
  std::string path;                   ///< of the value that holds the name
  std::string stage;                  ///< the name
  std::string reader;                 ///< who mentions it, for messages: "a simulate stage", "'start'"
  std::vector<std::string> accepted;  ///< kinds of stage that may be named here, as far as known without plugins
};

/// What the planners of single stages know: the document's tables as resolved so far.
struct Planning {
  const Reading& reading;
  std::uint64_t seed = 0;
  std::map<std::string, PluginUse> tasks;
  std::map<std::string, NetworkPlan> networks;
  std::vector<Stage> stages;                 ///< in topological order, up to the one being resolved
  std::map<std::string, std::size_t> index;  ///< names of resolved stages; one that is missing has errors of its own

  const Stage* find(const std::string& name) const;
};

/// Stages that a stage's table mentions. Values that are no names are diagnosed.
std::vector<Reference> references_of(const Reading& reading, const std::string& stage);

// Each fills work, inputs, settings, identity and plugins of a stage from its table; false when something is wrong.
bool plan_train(Planning& planning, const json& table, Stage& stage);
bool plan_simulate(Planning& planning, const json& table, Stage& stage);
bool plan_measure(Planning& planning, const json& table, Stage& stage);
bool plan_figure(Planning& planning, const json& table, Stage& stage);

/// The task and network that a stage's table names; nullptr when missing or faulty (diagnosed).
struct NamedModel {
  const PluginUse* task = nullptr;
  const NetworkPlan* network = nullptr;
};
NamedModel named_model(const Planning& planning, const std::string& stage_path, const json& values);

/// Raised by hand whenever equal configurations give other numbers (engine) or other drawings (figures) than before.
inline constexpr int engine_results = 1, figure_results = 1;

/// Revision and constants of the engine that every trained or simulated result depends on.
json engine_identity();

}  // namespace reverie::pipeline
