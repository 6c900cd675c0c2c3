// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <pipeline/checkpoint.hpp>
#include <pipeline/live_training.hpp>
#include <pipeline/network_file.hpp>
#include <pipeline/ranks.hpp>
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

bool is_finite(const std::vector<engine::NamedArray>& arrays) {
  for (const auto& array : arrays)
    for (const double value : array.value.values)
      if (!std::isfinite(value)) return false;
  return true;
}

}  // namespace

bool run_train(const TrainStage& work, const StageRun& run) {
  using Clock = std::chrono::steady_clock;
  const auto task = make_task(work.model.task);
  const auto model = make_model(work.model, draw_constants(*task, work.model.seed));
  auto reached = load_checkpoint(run.work_folder, run.stage.fingerprint, engine::parameter_shapes(model))
                     .value_or(Checkpoint{{engine::initial_weights(model, work.options.seed), {}, {}, 0}, {}});

  auto& [state, history] = reached;
  auto options = work.options;
  options.ranks = run.ranks;
  LiveTraining live(run.work_folder, work.options.batches, *task, history);
  for (bool stopped = false, first = true;; first = false) {
    bool due = false;
    const auto begun = Clock::now();
    const auto watch = [&](const engine::EvaluatedPaths& paths) { live.add(paths); };
    const auto on_batch = [&](const engine::HistoryEntry& entry) {
      live.add(entry);
      stopped = !run.progress({entry.batch, work.options.batches, "batches", entry.loss});
      due = run.checkpoint_seconds > 0 &&
            std::chrono::duration<double>(Clock::now() - begun).count() > run.checkpoint_seconds;
      return !stopped && !due;
    };
    if (run.ranks) call_to_train(run.stage, first ? &state : nullptr, *run.ranks);
    auto part = engine::train(model, options, std::move(state), on_batch, watch);
    state = std::move(part.state);
    history.insert(history.end(), part.history.begin(), part.history.end());
    if (state.batch >= work.options.batches) break;
    // One that diverged would replace the last good one.
    if (is_finite(state.weights)) save_checkpoint(run.work_folder, run.stage.fingerprint, reached);
    if (stopped) return false;
  }

  if (!is_finite(state.weights))
    throw Error(ExitCode::run_failed, fmt::format("the weights are not finite after batch {}", state.batch),
                "lower learning_rate");
  const auto title =
      fmt::format("{} trained on {}", work.model.network.cell.component->id, work.model.task.component->id);
  write_network(run.folder / weights_file, state.weights, model.constants,
                result_attributes(run.stage, title, work.options.seed));
  write_training_state(run.folder / training_state_file, state);
  store::write_file_atomically(run.folder / history_file, history_table(history));
  return true;
}

}  // namespace reverie::pipeline
