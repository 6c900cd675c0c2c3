// SPDX-License-Identifier: BSD-3-Clause
/// What is measured, planned from the pipeline that a user would write for it.
#pragma once

#include <bench/suite.hpp>
#include <pipeline/plan.hpp>

namespace reverie::bench {

/// A network on a task at one size.
struct Workload {
  std::string task, cell;
  std::int64_t units;    ///< N
  double alpha, noise;   ///< of the cell and of the network
  std::int64_t outputs;  ///< O: cells of the task
  std::int64_t trials, steps;

  /// "spatial_navigation, leaky_rnn: B 200, T 100, N 512, O 512".
  std::string what() const;
};

// The networks of Krishna et al. (ICLR 2024) at the published size.
Workload spatial_navigation();
Workload spatial_navigation_gru();
Workload head_direction();

/// A pipeline whose only stage trains.
pipeline::TrainStage training_of(const Options& options, const Workload& workload);
/// A pipeline whose only stage simulates in quiescence an untrained network, with `dynamics` (elements of a TOML
/// array).
pipeline::Plan simulation_of(const Options& options, const Workload& workload, const std::string& dynamics);

engine::Model model_of(const pipeline::ModelPlan& plan);

}  // namespace reverie::bench
