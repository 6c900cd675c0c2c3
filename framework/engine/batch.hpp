// SPDX-License-Identifier: BSD-3-Clause
/// One batch: shards forward and backward side by side, loss and gradients summed in a fixed tree.
///
///   loss = mean over trials, steps and outputs of (y - target)^2
#pragma once

#include <engine/backward.hpp>
#include <engine/shard_sum.hpp>
#include <functional>

namespace reverie::engine {

/// The trials of one shard, as a rollout reads them piece by piece; steps are counted from the start of the trials.
template <class Real>
struct ShardTrials {
  NoiseSource<Real> noise;
  /// shard.inputs of steps first ... first + steps - 1.
  std::function<void(std::int64_t first, std::int64_t steps, Shard<Real>& shard)> inputs;
  /// Targets [step][row][O] of these steps.
  std::function<void(std::int64_t first, std::int64_t steps, Real* targets)> targets;
  /// Adds noise to outputs [step][row][O]; may be absent.
  std::function<void(std::int64_t first, std::int64_t steps, Real* outputs)> add_output_noise = {};
};
/// Chooses the trials of a shard: fills its starts and active_rows.
template <class Real>
using ShardSource = std::function<ShardTrials<Real>(std::int64_t shard, Shard<Real>& to)>;
/// Sees each chunk of a shard after its forward pass, for measuring: first its step in the trials, states
/// [step][row][stride] after each step, and outputs [step][row][O].
template <class Real>
using ChunkVisitor =
    std::function<void(std::int64_t shard, std::int64_t first, std::int64_t steps, const Real* states, Real* outputs)>;

struct BatchOptions {
  std::int64_t trials = 0, steps = 0;
  bool with_gradient = false;
  /// Of a gradient: a shard holds this many steps at a time (a multiple of chunk_steps) and runs them again in the
  /// backward pass, from states kept in between. 0: all steps, none run twice. The gradient has the same bits.
  std::int64_t checkpoint_every = 0;
  Precision precision = Precision::full;
  numeric::Communicator* ranks = nullptr;  ///< each takes a block of the shards; loss and gradient are known to all
};

template <class Real>
class Batch {
 public:
  Batch(const Model& model, const BatchOptions& options);
  ~Batch();

  const ParameterLayout& layout() const { return network_.layout(); }
  std::int64_t shards() const { return (options_.trials + shard_rows - 1) / shard_rows; }
  std::int64_t rows_of(std::int64_t shard) const { return std::min(shard_rows, options_.trials - shard * shard_rows); }

  /// Loss; and the gradient, flat in the layout, where it is not null (chunks are then visited from last to first).
  /// `source` and `visit` are called for this rank's shards only.
  double run(const numeric::AlignedVector<Real>& weights, const ShardSource<Real>& source,
             numeric::AlignedVector<Real>* gradient, const ChunkVisitor<Real>& visit = {});

 private:
  struct Worker;
  const BatchOptions options_;
  Network<Real> network_;
  ShardSum sum_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<numeric::AlignedVector<Real>> gradients_;  ///< of this rank's shards
};

}  // namespace reverie::engine
