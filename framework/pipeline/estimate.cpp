// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <engine/network.hpp>
#include <limits>
#include <map>
#include <pipeline/estimate.hpp>

namespace reverie::pipeline {
namespace {

constexpr double base = 100.0 * 1024 * 1024, bytes = 4, rows = engine::shard_rows;
constexpr double numbers_read = 16;  // bytes per number of a recording: as float32, as float64, and a copy's share

/// Sizes that no machine has stay below what sums of them can hold.
std::uint64_t whole_bytes(double count) { return static_cast<std::uint64_t>(std::min(count, 1e15)); }

/// Sizes of a task, made once per kind and parameters.
struct TaskSizes {
  double inputs = 0, starts = 0, outputs = 0, latents = 0, steps = 0;
};

class Estimator {
 public:
  explicit Estimator(const Plan& plan) : plan_(plan) {}

  Estimate of(const Stage& stage) {
    return std::visit(
        [&](const auto& work) {
          using Work = std::decay_t<decltype(work)>;
          if constexpr (std::is_same_v<Work, TrainStage>)
            return of_training(work);
          else if constexpr (std::is_same_v<Work, ImportStage>)
            return of_import(work);
          else if constexpr (std::is_same_v<Work, SimulateStage>)
            return of_simulation(work);
          else
            return of_reading(stage, std::is_same_v<Work, MeasureStage>);
        },
        stage.work);
  }

 private:
  const TaskSizes& sizes_of(const PluginUse& use) {
    auto& sizes = sizes_[use.component->id + canonical(use.parameters)];
    if (sizes.steps == 0) {
      const auto task = make_task(use);
      sizes = {static_cast<double>(task->inputs()), static_cast<double>(task->starts()),
               static_cast<double>(task->outputs()), static_cast<double>(task->latents()),
               static_cast<double>(task->steps())};
    }
    return sizes;
  }

  static double parameters(const ModelPlan& model, const TaskSizes& task) {
    const auto units = static_cast<double>(model.network.units);
    return 4 * units * units + units * (4 * task.inputs + task.starts + task.outputs);
  }

  static int shards(std::int64_t trials) {
    const auto count = (trials + engine::shard_rows - 1) / engine::shard_rows;
    return static_cast<int>(std::clamp<std::int64_t>(count, 1, std::numeric_limits<int>::max()));
  }

  Estimate of_training(const TrainStage& work) {
    const auto& task = sizes_of(work.model.task);
    const auto units = static_cast<double>(work.model.network.units), weights = parameters(work.model, task);
    const double steps = work.options.steps > 0 ? static_cast<double>(work.options.steps) : task.steps;
    const double of_dynamics = 4 * static_cast<double>(work.model.dynamics.size());
    const auto every = static_cast<double>(work.options.checkpoint_every);
    const double held = every > 0 ? std::min(every, steps) : steps;
    const double kept = std::ceil(steps / held) - 1;  // states between which steps run twice
    Estimate estimate;
    estimate.useful_threads = shards(work.options.batch_size);
    estimate.memory = whole_bytes(base + bytes * weights * (12 + estimate.useful_threads));
    estimate.memory_per_thread =
        whole_bytes(bytes * rows *
                    (held * (units * (20 + of_dynamics) + 4 * task.outputs + 2 * task.inputs) +
                     kept * units * (4 + of_dynamics) + steps * 4 * (task.latents + task.inputs)));
    estimate.work = static_cast<double>(work.options.batches * work.options.batch_size) * steps * weights;
    return estimate;
  }

  /// The file's numbers and the network's, as float64, and what is written.
  Estimate of_import(const ImportStage& work) {
    Estimate estimate;
    estimate.memory = whole_bytes(base + 32 * parameters(work.model, sizes_of(work.model.task)));
    return estimate;
  }

  Estimate of_simulation(const SimulateStage& work) {
    const auto& task = sizes_of(work.model.task);
    const auto units = static_cast<double>(work.model.network.units), weights = parameters(work.model, task);
    const double steps = work.options.steps > 0 ? static_cast<double>(work.options.steps) : task.steps;
    const double arrays = 10 + 4 * static_cast<double>(work.model.dynamics.size());
    const double recorded = 4 * task.latents + 2 * task.inputs + (work.options.record_state ? units : 0) +
                            (work.options.record_output ? task.outputs : 0);
    Estimate estimate;
    estimate.useful_threads = shards(work.options.trials);
    estimate.memory = whole_bytes(base + bytes * weights * 4);
    estimate.memory_per_thread =
        whole_bytes(bytes * rows * (engine::chunk_steps * (units * arrays + 2 * task.outputs) + 2 * steps * recorded));
    estimate.work = static_cast<double>(work.options.trials) * steps * weights;
    return estimate;
  }

  Estimate of_reading(const Stage& stage, bool measures) {
    Estimate estimate;
    double numbers = 0;
    for (const auto input : stage.inputs)
      if (const auto* work = std::get_if<SimulateStage>(&plan_.stages[input].work)) {
        const auto& task = sizes_of(work->model.task);
        const double steps = work->options.steps > 0 ? static_cast<double>(work->options.steps) : task.steps;
        double largest = task.latents;
        if (measures && work->options.record_state)
          largest = std::max(largest, static_cast<double>(work->model.network.units));
        if (measures && work->options.record_output) largest = std::max(largest, task.outputs);
        numbers += static_cast<double>(work->options.trials) * steps * largest;
      }
    estimate.memory = whole_bytes(base + numbers_read * numbers);
    estimate.work = numbers;
    if (measures) estimate.useful_threads = std::numeric_limits<int>::max();
    return estimate;
  }

  const Plan& plan_;
  std::map<std::string, TaskSizes> sizes_;
};

}  // namespace

std::vector<Estimate> estimate(const Plan& plan) {
  Estimator estimator(plan);
  std::vector<Estimate> estimates;
  for (const auto& stage : plan.stages) estimates.push_back(estimator.of(stage));
  return estimates;
}

}  // namespace reverie::pipeline
