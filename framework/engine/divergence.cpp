// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <engine/divergence.hpp>
#include <engine/simulator.hpp>
#include <engine/task_shard.hpp>
#include <limits>

namespace reverie::engine {
namespace {

std::string dynamics_that_use(const Model& model, std::uint32_t hook, const char* name) {
  std::string text;
  for (const auto& dynamics : model.dynamics)
    if (dynamics->uses(hook)) text += fmt::format(" and '{}' of dynamics '{}'", name, dynamics->component().id);
  return text;
}

}  // namespace

std::string makers_of_state(const Model& model) {
  return fmt::format("'pointwise' of cell '{}'{}", model.cell->component().id,
                     dynamics_that_use(model, REVERIE_USES_ADVANCE, "advance"));
}

std::string makers_of_drive(const Model& model, std::size_t slot) {
  const auto& projections = model.cell->projections();
  const bool of_state = std::any_of(projections.begin(), projections.end(), [&](const auto& projection) {
    return projection.source == REVERIE_SOURCE_STATE && projection.destination == slot;
  });
  return "the product with the weights" +
         (of_state ? dynamics_that_use(model, REVERIE_USES_EMIT, "emit") : std::string()) +
         (model.cell->slots()[slot].receives_current ? dynamics_that_use(model, REVERIE_USES_CURRENT, "current")
                                                     : std::string());
}

std::string why_not_finite(const Model& model, const TrainingOptions& options, const std::vector<NamedArray>& weights,
                           std::int64_t batch) {
  for (const auto& array : weights)
    for (const double value : array.value.values)
      if (!std::isfinite(value))
        return batch > 1 ? fmt::format("the update of batch {} left numbers in '{}' that are not finite", batch - 1,
                                       array.name)
                         : fmt::format("'{}' has numbers that are not finite", array.name);
  SimulationOptions same;
  same.role = numeric::Role::train;
  same.first_trial = static_cast<std::uint32_t>((batch - 1) * options.batch_size);
  same.trials = options.batch_size;
  same.steps = options.steps;
  same.seed = options.seed;
  same.mask = options.mask;
  same.state_noise = model.noise;
  same.precision = options.precision;
  try {
    simulate<float>(
        model, weights, same, [](const auto&, auto, auto, auto) {}, [](auto) { return true; });
  } catch (const plugin::PluginError&) {
    throw;
  } catch (const Error& error) {
    return error.what();
  }
  const auto steps = options.steps > 0 ? options.steps : model.task->steps();
  for (std::int64_t s = 0; s * shard_rows < options.batch_size; ++s) {
    const TrialDraw draw{options.seed,
                         numeric::Role::train,
                         0,
                         same.first_trial + static_cast<std::uint32_t>(s * shard_rows),
                         std::min(shard_rows, options.batch_size - s * shard_rows),
                         steps,
                         options.mask};
    const auto trials = draw_trials(model, draw);
    for (std::int64_t first = 0; first < steps; first += chunk_steps) {
      const auto length = std::min(chunk_steps, steps - first);
      const std::int64_t shape[] = {length * shard_rows, model.task->outputs()};
      std::vector<float> targets(static_cast<std::size_t>(shape[0] * shape[1]),
                                 std::numeric_limits<float>::quiet_NaN());
      fill_targets(model, draw, trials, first, length, targets.data());
      model.task->require_finite(plugin::tensor_of(targets.data(), shape));
    }
  }
  return "all states are finite; the outputs or targets, or their squared difference, are not";
}

}  // namespace reverie::engine
