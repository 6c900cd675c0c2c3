// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <pipeline/network_file.hpp>
#include <pipeline/ranks.hpp>
#include <pipeline/run_stage.hpp>

namespace reverie::pipeline {
namespace {

using store::StreamedVariable;
using store::Variable;

/// Time after each step: t_n = (n + 1) Δt, since entry n is the state after step n.
Variable time_coordinate(const plugin::Task& task, std::int64_t steps) {
  Variable time{"time", {"time"}, {steps}, "s", "time after the step", {}, {}};
  for (std::int64_t n = 1; n <= steps; ++n) time.values.push_back(static_cast<double>(n) * task.dt());
  return time;
}

/// mean_path of the task begins with the start, before the first step; a recording has the time after each step.
Variable mean_path_variable(const plugin::Array& path, const std::string& unit) {
  const auto directions = path.shape[0], times = path.shape[1], width = path.shape[2];
  Variable variable{"mean_path", {"direction", "time", "space"}, {directions, times - 1, width},
                    unit,        "ideal path of each direction", {},
                    {}};
  for (std::int64_t d = 0; d < directions; ++d) {
    const auto first = path.values.begin() + (d * times + 1) * width;
    variable.values.insert(variable.values.end(), first, first + (times - 1) * width);
  }
  return variable;
}

store::Dataset small_variables(const engine::Model& model, std::int64_t steps) {
  const auto& task = *model.task;
  store::Dataset small;
  small.variables.push_back(time_coordinate(task, steps));
  small.variables.push_back({"space", {"space"}, {task.latents()}, "", "latent coordinate", {}, task.latent_names()});
  if (!task.has_endpoints() && !task.has_mean_paths()) return small;
  const auto directions = static_cast<std::int64_t>(task.directions().size());
  small.variables.push_back(
      {"direction", {"direction"}, {directions}, "", "direction of travel", {}, task.directions()});
  const auto [endpoint, mean_path] = task.landmarks(model.constants, steps);
  if (task.has_endpoints())
    small.variables.push_back({"endpoint",
                               {"direction", "space"},
                               endpoint.shape,
                               task.latent_unit(),
                               "where each direction ends",
                               endpoint.values,
                               {}});
  if (task.has_mean_paths()) small.variables.push_back(mean_path_variable(mean_path, task.latent_unit()));
  return small;
}

std::vector<StreamedVariable> streamed_variables(const engine::Model& model, const engine::SimulationOptions& options) {
  const auto& task = *model.task;
  const auto trials = options.trials, steps = options.steps;
  std::vector<StreamedVariable> list = {{"position",
                                         {"trial", "time", "space"},
                                         {trials, steps, task.latents()},
                                         task.latent_unit(),
                                         "decoded from the network's output"}};
  if (!options.quiescent)
    list.push_back(
        {"latent", {"trial", "time", "space"}, {trials, steps, task.latents()}, task.latent_unit(), "true value"});
  list.push_back({"trial_direction", {"trial"}, {trials}, "1", "index of the trial's direction of travel"});
  if (options.record_state)
    list.push_back({"state", {"trial", "time", "unit"}, {trials, steps, model.units}, "1", "state of the network"});
  if (options.record_output)
    list.push_back({"output",
                    {"trial", "time", "channel"},
                    {trials, steps, task.outputs()},
                    task.output_unit(),
                    "output of the network"});
  return list;
}

/// States [trial, unit] that a recording has at one step, of the first `trials` trials.
plugin::Array states_at(const store::RecordingReader& recording, std::int64_t step, std::int64_t trials,
                        std::int64_t units) {
  recording.require_dims("state", {"trial", "time", "unit"});
  plugin::Array states({trials, units});
  for (std::int64_t trial = 0; trial < trials; ++trial) {
    const auto all = recording.read("state", trial, 1);
    std::copy_n(all.begin() + step * units, units, states.values.begin() + trial * units);
  }
  return states;
}

}  // namespace

bool run_simulate(const SimulateStage& work, const StageRun& run) {
  const auto task = make_task(work.model.task);
  const auto source = work.trained ? run.inputs.at(0) / weights_file : std::filesystem::path();
  const auto model =
      make_model(work.model, work.trained ? read_constants(source, *task) : draw_constants(*task, work.model.seed));
  const auto weights = work.trained ? read_weights(source, model) : engine::initial_weights(model, work.model.seed);

  auto options = work.options;
  std::vector<float> directions;  // of a replay that starts from a recording: those of its trials
  if (options.start == engine::Start::recording) {
    const store::RecordingReader recording(run.inputs.at(work.start_input) / recording_file);
    options.start_states = states_at(recording, work.start_step, options.trials, model.units);
    if (options.quiescent) directions = recording.read("trial_direction", 0, options.trials);
  }
  auto small = small_variables(model, options.steps);
  const auto title = fmt::format("{} {} trials of {} on {}", options.trials, options.quiescent ? "quiescent" : "awake",
                                 work.model.network.cell.component->id, work.model.task.component->id);
  small.attributes = result_attributes(run.stage, title, options.seed);
  small.attributes["phase"] = options.quiescent ? "quiescent" : "awake";

  store::RecordingWriter writer(run.folder / recording_file, small, streamed_variables(model, options), work.compress);
  const auto sink = [&](const std::string& variable, std::int64_t first, std::int64_t trials, const float* values) {
    const bool of_the_start = variable == "trial_direction" && !directions.empty();
    writer.put(variable, first, trials, of_the_start ? directions.data() + first : values);
  };
  std::int64_t finished = 0;
  const auto on_trials = [&](std::int64_t done) {
    finished = done;
    return run.progress({done, options.trials, "trials", {}});
  };
  options.ranks = run.ranks;
  if (run.ranks) call_to_simulate(run.stage, model, weights, options, *run.ranks);
  engine::simulate(model, weights, options, sink, on_trials);
  if (finished < options.trials) return false;
  writer.close();
  return true;
}

}  // namespace reverie::pipeline
