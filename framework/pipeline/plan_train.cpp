// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <engine/network.hpp>
#include <pipeline/planner.hpp>

namespace reverie::pipeline {
namespace {

/// A training trial is numbered batch · batch_size + row, and random numbers know 2^32 trials.
bool trials_can_be_numbered(const Reading& reading, const std::string& path, const json& values) {
  constexpr std::int64_t most = std::int64_t{1} << 32;
  const auto batches = values["batches"].get<std::int64_t>(), batch_size = values["batch_size"].get<std::int64_t>();
  if (batches <= most / batch_size) return true;
  reading.diagnostics.at_value(
      join(path, "batches"),
      fmt::format("batches times batch_size must not be above {}: later trials would repeat", most));
  return false;
}

/// Kept states lie between chunks, so that steps run again give the same bits.
bool checkpoints_fit(const Reading& reading, const std::string& path, const json& values) {
  const auto every = values["checkpoint_every"].get<std::int64_t>();
  if (every % engine::chunk_steps == 0) return true;
  const auto below = every / engine::chunk_steps * engine::chunk_steps;
  reading.diagnostics.at_value(
      join(path, "checkpoint_every"),
      fmt::format("'checkpoint_every' must be a multiple of {}{}, not {}", engine::chunk_steps,
                  below > 0 ? fmt::format(", such as {} or {}", below, below + engine::chunk_steps)
                            : fmt::format(", such as {}, or 0 (keep all steps)", engine::chunk_steps),
                  every));
  return false;
}

}  // namespace

bool plan_train(Planning& planning, const json& table, Stage& stage) {
  const Reading& reading = planning.reading;
  const auto path = join("stage", stage.name);
  TrainStage work;

  const auto named = named_model(planning, path, table);
  json defaults = {{"seed", planning.seed}, {"steps", 1}};
  if (named.task != nullptr) defaults["steps"] = make_task(*named.task)->steps();
  const auto checked = check_table(reading, path, table, train_keys(), defaults);
  json values = checked.values;
  bool good = checked.good;

  json evaluate = nullptr;
  if (table.contains("evaluate")) {
    const auto evaluate_path = join(path, "evaluate");
    if (!require_table(reading, evaluate_path, table["evaluate"], "{ every = 50, trials = 200 }")) return false;
    const auto checked_evaluate = check_table(reading, evaluate_path, table["evaluate"], evaluate_keys());
    good = good && checked_evaluate.good;
    evaluate = checked_evaluate.values;
  }
  const auto dynamics = choose_dynamics(reading, path, table);
  if (!good || !dynamics || named.task == nullptr || named.network == nullptr) return false;

  work.model = {*named.task, *named.network, *dynamics, values["steps"].get<std::int64_t>(),
                values["seed"].get<std::uint64_t>()};
  const auto precision = read_precision(reading, path, values);
  if (!trials_can_be_numbered(reading, path, values) || !checkpoints_fit(reading, path, values) || !precision)
    return false;
  if (!try_model(reading, path, work.model, values["batches"] != 0)) return false;

  auto& options = work.options;
  options.batches = values["batches"].get<std::int64_t>();
  options.batch_size = values["batch_size"].get<std::int64_t>();
  options.steps = work.model.steps;
  options.seed = work.model.seed;
  options.mask = values["mask"].get<std::int64_t>();
  options.precision = *precision;
  options.checkpoint_every = values["checkpoint_every"].get<std::int64_t>();
  options.learning_rate = values["learning_rate"].get<double>();
  options.beta1 = values["beta1"].get<double>();
  options.beta2 = values["beta2"].get<double>();
  options.epsilon = values["epsilon"].get<double>();
  if (!evaluate.is_null()) {
    options.evaluate_every = evaluate["every"].get<std::int64_t>();
    options.evaluate_trials = evaluate["trials"].get<std::int64_t>();
  }

  values["evaluate"] = evaluate;
  stage.settings = values;
  stage.settings["dynamics"] = settings_of(*dynamics);
  if (evaluate.is_null()) stage.settings.erase("evaluate");
  stage.identity = values;
  stage.identity.erase("checkpoint_every");  // changes no bit
  if (*precision == numeric::Precision::full) stage.identity.erase("precision");
  stage.identity["task"] = identity_of(*named.task);
  stage.identity["network"] = identity_of(*named.network);
  // Losses of earlier versions left this noise out.
  if (named.network->options["output_noise"].get<double>() > 0) stage.identity["output_noise"] = "in losses";
  stage.identity["dynamics"] = identity_of(*dynamics);
  stage.identity["engine"] = engine_identity();
  stage.plugins = {named.task->component, named.network->cell.component};
  for (const auto& use : *dynamics) stage.plugins.push_back(use.component);
  stage.work = std::move(work);
  return true;
}

}  // namespace reverie::pipeline
