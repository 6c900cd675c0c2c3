// SPDX-License-Identifier: BSD-3-Clause
/// Training steps: whole, in parts, and against the product floor.
#pragma once

#include <bench/measurement.hpp>
#include <bench/workload.hpp>

namespace reverie::bench {

/// Targets differ between networks: an elementwise part weighs more where products are small.
struct TrainingTargets {
  double over_floor;
  std::optional<double> floor_over_peak, task_share;
};
Line measure_training(const Options& options, const std::string& name, const Workload& workload,
                      const TrainingTargets& targets);

/// Trains options.repeat batches after one that warms up, and after each calls `between(warm)`; `samples` gets the
/// seconds of each batch but the first as "step".
void train_in_turns(const Options& options, const engine::Model& model, engine::TrainingOptions training,
                    Samples& samples, const std::function<void(bool warm)>& between);

/// Largest resident memory while two batches are trained, above what was resident before; bytes.
std::optional<std::int64_t> memory_of_training(const engine::Model& model, engine::TrainingOptions training);

/// What a training has to hold, from its sizes; bytes. With N units, I inputs, O outputs, S slots of the cell, M memory
/// variables, P trained numbers, B trials of T steps in shards of R = 25 rows, W threads, chunks of c = chunk_steps and
/// h = checkpoint_every (T without), all in float32:
///
///   4 (W R (h (N (1 + S + M) + I) + ((T - 1) / h) N (1 + M) + c (N (1 + S) + 2 O)) + P (B / R + 14))
///
/// For every row: states, slots, memory and inputs of the steps held; the checkpoints; and of one chunk the cotangents
/// of slots and read-out, outputs and targets. P counts a gradient per shard, weights, their gradient and two moments,
/// two packed copies, and in float64 the first weights and in the end the state that is handed back.
double memory_formula(const engine::Model& model, const engine::TrainingOptions& training, int threads);

}  // namespace reverie::bench
