// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <pipeline/network_file.hpp>
#include <pipeline/run_stage.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

/// Columns batch, loss, evaluation_loss, task_error; empty where not evaluated.
std::string history_table(const std::vector<engine::HistoryEntry>& history) {
  std::string table = "batch,loss,evaluation_loss,task_error\n";
  for (const auto& entry : history) {
    table += fmt::format("{},{},", entry.batch, entry.loss);
    if (entry.evaluated)
      table += fmt::format("{},{}", entry.evaluation_loss, entry.task_error);
    else
      table += ",";
    table += "\n";
  }
  return table;
}

}  // namespace

void run_train(const TrainStage& work, const StageRun& run) {
  const auto task = make_task(work.model.task);
  const auto model = make_model(work.model, draw_constants(*task, work.model.seed));
  engine::TrainingState start;
  start.weights = engine::initial_weights(model, work.options.seed);

  bool stopped = false;
  const auto on_batch = [&](const engine::HistoryEntry& entry) {
    stopped = !run.progress({entry.batch, work.options.batches, "batches", entry.loss});
    return !stopped;
  };
  auto result = engine::train(model, work.options, std::move(start), on_batch);
  if (stopped) return;

  const auto title =
      fmt::format("{} trained on {}", work.model.network.cell.component->id, work.model.task.component->id);
  write_network(run.folder / weights_file, result.state.weights, model.constants,
                result_attributes(run.stage, title, work.options.seed));
  write_training_state(run.folder / training_state_file, result.state);
  store::write_file_atomically(run.folder / history_file, history_table(result.history));
}

}  // namespace reverie::pipeline
