// SPDX-License-Identifier: BSD-3-Clause
/// One batch: shards forward and backward side by side, loss and gradients summed in a fixed tree.
///
///   loss = mean over trials, steps and outputs of (y - target)^2
#pragma once

#include <engine/backward.hpp>
#include <functional>

namespace reverie::engine {

/// What a shard is to be filled with: its starts, inputs, active_rows, the targets [step][row][O] and its noise.
template <class Real>
using ShardSource = std::function<void(std::int64_t shard, Shard<Real>& to, Real* targets, NoiseSource<Real>& noise)>;
/// Sees a shard after the forward pass (outputs [step][row][O] and states), for measuring.
template <class Real>
using ShardVisitor = std::function<void(std::int64_t shard, Shard<Real>& done, const Real* targets)>;

template <class Real>
class Batch {
 public:
  Batch(const Model& model, std::int64_t trials, std::int64_t steps, bool with_gradient);
  ~Batch();

  const ParameterLayout& layout() const { return network_.layout(); }
  std::int64_t shards() const { return (trials_ + shard_rows - 1) / shard_rows; }
  std::int64_t rows_of(std::int64_t shard) const { return std::min(shard_rows, trials_ - shard * shard_rows); }

  /// Loss; and the gradient, flat in the layout, where it is not null.
  double run(const numeric::AlignedVector<Real>& weights, const ShardSource<Real>& source,
             numeric::AlignedVector<Real>* gradient, const ShardVisitor<Real>& visit = {});

 private:
  struct Worker;
  Network<Real> network_;
  std::int64_t trials_, steps_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<numeric::AlignedVector<Real>> gradients_;  ///< per shard
};

}  // namespace reverie::engine
