// SPDX-License-Identifier: BSD-3-Clause
/// One run on several ranks: rank 0 runs the pipeline, and calls the others for the batches of trainings and the trials
/// of simulations. They read no results and write nothing.
#pragma once

#include <numeric/communicator.hpp>
#include <pipeline/plan.hpp>

namespace reverie::pipeline {

/// Error at every rank where the plans of two differ.
void require_equal_plans(const Plan& plan, numeric::Communicator& ranks);

/// At the other ranks: does what rank 0 calls for, until it dismisses them. Throws nothing that rank 0 knows of.
void help(const Plan& plan, numeric::Communicator& ranks);

/// At rank 0: dismisses the others at its end.
class Dismissal {
 public:
  explicit Dismissal(numeric::Communicator& ranks) : ranks_(ranks) {}
  ~Dismissal();
  Dismissal(const Dismissal&) = delete;
  Dismissal& operator=(const Dismissal&) = delete;

 private:
  numeric::Communicator& ranks_;
};

/// At rank 0, before engine::train: the others call it with the same arguments. `state`: null where they have it from
/// the training's last part. Error when one of them cannot.
void call_to_train(const Stage& stage, const engine::TrainingState* state, numeric::Communicator& ranks);

/// At rank 0, before engine::simulate.
void call_to_simulate(const Stage& stage, const engine::Model& model, const std::vector<engine::NamedArray>& weights,
                      const engine::SimulationOptions& options, numeric::Communicator& ranks);

}  // namespace reverie::pipeline
