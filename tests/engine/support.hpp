// SPDX-License-Identifier: BSD-3-Clause
/// Models for tests of the engine.
#pragma once

#include <engine/batch.hpp>
#include <engine/task_shard.hpp>
#include <numeric/random.hpp>

#include <memory>

namespace reverie::engine::test {

using plugin::json;

/// The libraries of the project and of these tests, loaded once.
inline plugin::Registry& registry() {
  auto& registry = plugin::Registry::instance();
  static const bool loaded = [&] {
    registry.load_folders({REVERIE_PLUGIN_FOLDER, REVERIE_ENGINE_TEST_PLUGINS});
    return true;
  }();
  (void)loaded;
  return registry;
}

/// Complete parameters of a component; a typing error in a test throws.
inline json complete(const plugin::Component& component, const json& given) {
  const auto checked = plugin::check_parameters(component.schema, given);
  if (!checked.problems.empty()) throw std::logic_error(checked.problems[0].key + ": " + checked.problems[0].message);
  return checked.values;
}

struct DynamicsSpec {
  std::string id;
  json parameters = json::object();
};

inline Model make_model(const std::string& task, const json& task_parameters, const std::string& cell,
                        const json& cell_parameters, std::int64_t units, double noise,
                        const std::vector<DynamicsSpec>& dynamics = {}) {
  using plugin::Kind;
  Model model;
  const auto& task_component = registry().find(Kind::task, task);
  model.task = std::make_shared<plugin::Task>(task_component, complete(task_component, task_parameters));
  model.constants =
      model.task->make_constants(numeric::make_stream(0, numeric::Role::train, numeric::Purpose::constants));
  model.units = units;
  model.noise = noise;
  reverie_setting setting{};
  setting.struct_size = sizeof setting;
  setting.units = units;
  setting.inputs = model.task->inputs();
  setting.outputs = model.task->outputs();
  setting.steps = model.task->steps();
  setting.dt = model.task->dt();
  setting.sigma = noise;
  setting.direction_count = static_cast<std::uint32_t>(model.task->directions().size());
  const auto [endpoint, mean_path] = model.task->landmarks(model.constants, model.task->steps());
  const auto endpoint_tensor = endpoint.tensor(), mean_path_tensor = mean_path.tensor();
  if (model.task->has_endpoints()) setting.endpoint = &endpoint_tensor;
  if (model.task->has_mean_paths()) setting.mean_path = &mean_path_tensor;
  const auto& cell_component = registry().find(Kind::cell, cell);
  model.cell = std::make_shared<plugin::Cell>(cell_component, complete(cell_component, cell_parameters), setting);
  for (const auto& d : dynamics) {
    const auto& component = registry().find(Kind::dynamics, d.id);
    model.dynamics.push_back(std::make_shared<plugin::Dynamics>(component, complete(component, d.parameters), setting));
  }
  return model;
}

/// The first trials of the task, with the model's noise.
template <class Real>
ShardSource<Real> trials_of(const Model& model, const Batch<Real>& batch, std::int64_t steps) {
  return [&model, &batch, steps](std::int64_t s, Shard<Real>& shard) -> ShardTrials<Real> {
    const TrialDraw draw{
        1, numeric::Role::train, 0, static_cast<std::uint32_t>(s * shard_rows), batch.rows_of(s), steps, 1};
    const auto drawn = std::make_shared<const plugin::TaskBatch>(draw_trials(model, draw));
    fill_starts(model, draw, *drawn, shard);
    return {{stream_for(draw, numeric::Purpose::awake_noise), model.noise_kind, model.noise, draw.first_trial},
            [&model, draw, drawn](std::int64_t first, std::int64_t count, Shard<Real>& to) {
              fill_inputs(model, draw, *drawn, first, count, to);
            },
            [&model, draw, drawn](std::int64_t first, std::int64_t count, Real* targets) {
              fill_targets(model, draw, *drawn, first, count, targets);
            }};
  };
}

}  // namespace reverie::engine::test
