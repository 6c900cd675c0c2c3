// SPDX-License-Identifier: BSD-3-Clause
/// Training by back-propagation through time: one fresh batch per step, mean squared error over batch, time and
/// outputs, Adam.
///
/// Equal requests give equal bits for any number of threads (architecture: fixed shards, fixed tree of sums).
#pragma once

#include <engine/model.hpp>
#include <functional>
#include <numeric/communicator.hpp>
#include <numeric/product.hpp>

namespace reverie::engine {

struct TrainingOptions {
  std::int64_t batches = 1000, batch_size = 200, steps = 0;  ///< steps 0: the task's
  std::uint64_t seed = 0;
  std::int64_t mask = 1;  ///< input is kept on steps n with n mod mask = 0
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  numeric::Precision precision = numeric::Precision::full;  ///< of the products, also those of evaluations
  /// Keep states every this many steps (a multiple of chunk_steps) and run the steps in between again in the backward
  /// pass: less memory, same bits. 0: keep all steps.
  std::int64_t checkpoint_every = 0;
  std::int64_t evaluate_every = 0, evaluate_trials = 200;  ///< 0: never
  /// Ranks that share the work; each calls train() with equal arguments and gets the same result. The bits do not
  /// depend on them. Only rank 0 is asked for progress, and watches.
  numeric::Communicator* ranks = nullptr;
};

struct HistoryEntry {
  std::int64_t batch = 0;  ///< 1 after the first batch
  double loss = 0;         ///< of this batch, before the update
  bool evaluated = false;
  double evaluation_loss = 0,
         task_error = 0;  ///< on one fixed batch; task_error: mean squared error per latent coordinate
};

struct TrainingState {
  std::vector<NamedArray> weights, first_moments, second_moments;
  std::int64_t batch = 0;
};

/// What an evaluation saw of its first trials; for watching, it changes nothing.
struct EvaluatedPaths {
  std::int64_t batch = 0, trials = 0, steps = 0, coordinates = 0;
  std::vector<double> decoded, latent;  ///< [trial, step, coordinate], after each step
};
/// Called after every evaluation, on the calling thread.
using EvaluationWatch = std::function<void(const EvaluatedPaths&)>;

/// Called after every batch, on the calling thread. Return false to stop early (the state so far is returned).
using TrainingProgress = std::function<bool(const HistoryEntry&)>;

struct TrainingResult {
  TrainingState state;
  std::vector<HistoryEntry> history;
};

/// Trains from `start` (batch 0 with initial weights, or a saved state). Throws Error (exit 1) naming the batch when
/// the loss is not finite.
TrainingResult train(const Model& model, const TrainingOptions& options, TrainingState start,
                     const TrainingProgress& progress, const EvaluationWatch& watch = {});

}  // namespace reverie::engine
