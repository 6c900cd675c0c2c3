// SPDX-License-Identifier: BSD-3-Clause
/// The product floor: all matrix products of a batch or a simulation and nothing else, through the engine's own
/// packed products, buffers, shards and threads.
///
/// Products come in the engine's order and read and write the arrays that the engine's do, so that caches are used
/// alike; what stands in the arrays is random and means nothing. numeric::product_operations() counts the same for a
/// floor as for what it is the floor of (a test asserts it).
#pragma once

#include <engine/backward.hpp>

namespace reverie::bench {

/// One training batch: packing, rollout, read-out, back-propagation, gradients of the weights.
class TrainingFloor {
 public:
  /// The model must outlive the floor.
  TrainingFloor(const engine::Model& model, std::int64_t trials, std::int64_t steps);
  ~TrainingFloor();
  void run();

 private:
  struct Worker;
  engine::Network<float> network_;
  std::int64_t shards_;
  numeric::AlignedVector<float> weights_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<numeric::AlignedVector<float>> gradients_;  ///< per shard
};

/// One simulation: packing, rollout and read-out in chunks.
class SimulationFloor {
 public:
  SimulationFloor(const engine::Model& model, std::int64_t trials, std::int64_t steps, bool quiescent);
  void run();

 private:
  engine::Network<float> network_;
  std::int64_t shards_, steps_;
  numeric::AlignedVector<float> weights_;
  std::vector<std::unique_ptr<engine::Shard<float>>> workers_;
};

}  // namespace reverie::bench
