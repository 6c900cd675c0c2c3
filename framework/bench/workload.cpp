// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <bench/workload.hpp>

namespace reverie::bench {

Workload spatial_navigation() { return {"spatial_navigation", "leaky_rnn", 512, 0.2, 0.01, 512, 200, 100}; }
Workload spatial_navigation_gru() { return {"spatial_navigation", "gru", 512, 0.2, 0.01, 512, 200, 100}; }
Workload head_direction() { return {"head_direction", "leaky_rnn", 128, 0.5, 0.1, 512, 200, 100}; }

std::string Workload::what() const {
  return fmt::format("{}, {}: B {}, T {}, N {}, O {}", task, cell, trials, steps, units, outputs);
}

namespace {

/// A pipeline with one stage on one task and one network.
pipeline::Plan plan_of(const Options& options, const Workload& w, const std::string& stage) {
  const auto text = fmt::format(
      "[task.task]\nplugin = \"{}\"\n{} = {}\nsteps = {}\n"
      "[network.network]\ncell = {{ plugin = \"{}\", units = {}, alpha = {} }}\nnoise = {}\n"
      "[stage.work]\ntask = \"task\"\nnetwork = \"network\"\n{}\n{}",
      w.task, w.task == "head_direction" ? "cells" : "place_cells", w.outputs, w.steps, w.cell, w.units, w.alpha,
      w.noise, stage, options.precision == "float32" ? "" : fmt::format("precision = \"{}\"\n", options.precision));
  return pipeline::make_plan(pipeline::parse_document("bench", text), options.search);
}

}  // namespace

pipeline::TrainStage training_of(const Options& options, const Workload& w) {
  const auto plan = plan_of(options, w, fmt::format("run = \"train\"\nbatch_size = {}", w.trials));
  return std::get<pipeline::TrainStage>(plan.stages.at(0).work);
}

pipeline::Plan simulation_of(const Options& options, const Workload& w, const std::string& dynamics) {
  return plan_of(options, w,
                 fmt::format("run = \"simulate\"\nphase = \"quiescent\"\ntrials = {}\nsteps = {}\ndynamics = [{}]",
                             w.trials, w.steps, dynamics));
}

engine::Model model_of(const pipeline::ModelPlan& plan) {
  const auto task = pipeline::make_task(plan.task);
  return pipeline::make_model(plan, pipeline::draw_constants(*task, plan.seed));
}

}  // namespace reverie::bench
