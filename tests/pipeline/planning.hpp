// SPDX-License-Identifier: BSD-3-Clause
/// Pipelines as texts, for tests of the planner.
#pragma once

#include <pipeline/plan.hpp>

#include <string>
#include <vector>

namespace reverie::pipeline {

/// A task and a network, as most pipelines need them.
inline const std::string task_and_network =
    "[task.box]\n"
    "plugin = \"spatial_navigation\"\n"
    "place_cells = 16\n"
    "[network.small]\n"
    "cell = { plugin = \"leaky_rnn\", units = 16 }\n";

inline const std::string training =
    "[stage.train]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatches = 2\nbatch_size = 10\n";
inline const std::string awake = "[stage.awake]\nrun = \"simulate\"\nof = \"train\"\nphase = \"awake\"\ntrials = 5\n";
inline const std::string distance =
    "[stage.distance]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\nrecording = \"awake\"\n";

inline const std::string pipeline_text = task_and_network + training + awake + distance;

/// A training that keeps its first weights.
inline std::string fresh_stage(const std::string& name) {
  return "[stage." + name + "]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatches = 0\nseed = 7\n";
}

inline Plan plan_of(const std::string& text, const std::vector<std::string>& settings = {}) {
  PluginSearch search;
  search.bundled = {REVERIE_PLUGIN_FOLDER};
  return make_plan(parse_document("test.toml", text, settings), search);
}

/// The text of the PipelineError that planning ends with; "" when it ends well.
inline std::string errors_of(const std::string& text, const std::vector<std::string>& settings = {}) {
  try {
    plan_of(text, settings);
  } catch (const Error& error) {
    return error.exit_code() == ExitCode::pipeline_invalid ? error.what() : "wrong exit code";
  }
  return "";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::vector<std::string> names_of(const Plan& plan) {
  std::vector<std::string> names;
  for (const auto& stage : plan.stages) names.push_back(stage.name);
  return names;
}

inline const Stage& stage_of(const Plan& plan, const std::string& name) {
  for (const auto& stage : plan.stages)
    if (stage.name == name) return stage;
  throw std::runtime_error("no stage " + name);
}

}  // namespace reverie::pipeline
