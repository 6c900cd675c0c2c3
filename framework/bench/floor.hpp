// SPDX-License-Identifier: BSD-3-Clause
/// The product floor: all matrix products of a batch or a simulation and nothing else, through the engine's own
/// packed products, buffers, shards and threads.
///
/// Products come in the engine's order and read and write the arrays that the engine's do, so that caches are used
/// alike; what stands in the arrays is random and means nothing. numeric::product_operations() counts the same for a
/// floor as for what it is the floor of (a test asserts it).
#pragma once

#include <engine/backward.hpp>
#include <engine/simulator.hpp>
#include <engine/trainer.hpp>

namespace reverie::bench {

/// One training batch: packing, rollout, read-out, back-propagation, gradients of the weights. Without the products
/// that checkpoint_every repeats.
class TrainingFloor {
 public:
  /// The model must outlive the floor.
  TrainingFloor(const engine::Model& model, const engine::TrainingOptions& training);
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

/// One simulation: packing, rollout and read-out.
class SimulationFloor {
 public:
  SimulationFloor(const engine::Model& model, const engine::SimulationOptions& simulation);
  void run();

 private:
  engine::Network<float> network_;
  std::int64_t shards_, steps_;  ///< `steps_`: of a trial
  numeric::AlignedVector<float> weights_;
  std::vector<std::unique_ptr<engine::Shard<float>>> workers_;
};

}  // namespace reverie::bench
