// SPDX-License-Identifier: BSD-3-Clause
/// A model with packed weights: the products of one step, of the inputs and of the readout, for shards of fixed size.
///
/// A shard is `shard_rows` trials; products over time are cut in chunks of `chunk_steps` steps, few enough that what is
/// computed from a chunk stays in the cache. Both are constants: the bits of a result may depend on them, and so must
/// not depend on the machine or the number of threads.
#pragma once

#include <engine/parameters.hpp>
#include <numeric/product.hpp>
#include <optional>

namespace reverie::engine {

using numeric::Precision;

inline constexpr std::int64_t shard_rows = 25;
inline constexpr std::int64_t chunk_steps = 10;

/// A kernel (Product or WeightGradient) over the steps of a chunk, for every number of steps that a chunk of a rollout
/// has: chunk_steps, or what is left of the rollout after those.
template <class Kernel>
class PerChunk {
 public:
  /// shape.rows is ignored: rows follow from the steps of the rollout.
  template <class Shape>
  PerChunk(Shape shape, std::int64_t steps, Precision precision)
      : full_(with_rows(shape, std::min(steps, chunk_steps)), precision) {
    if (steps > chunk_steps && steps % chunk_steps != 0)
      rest_.emplace(with_rows(shape, steps % chunk_steps), precision);
  }
  template <class Real>
  void pack(const Real* weights, bool transposed) {
    full_.pack(weights, transposed);
    if (rest_) rest_->pack(weights, transposed);
  }
  /// The kernel for a chunk of `steps` steps. (The last chunk of a simulation may be shorter than the kernel's: it
  /// computes rows that nobody reads.)
  const Kernel& of(std::int64_t steps) const { return rest_ && steps < chunk_steps ? *rest_ : full_; }

 private:
  template <class Shape>
  static Shape with_rows(Shape shape, std::int64_t steps) {
    shape.rows = steps * shard_rows;
    return shape;
  }
  Kernel full_;
  std::optional<Kernel> rest_;
};

/// How a projection reaches its drive slot.
template <class Real>
struct ProjectionProducts {
  plugin::Projection projection;
  const ParameterEntry* entry = nullptr;
  bool accumulate = false;                                          ///< another one has initialised the drive
  std::optional<PerChunk<numeric::Product<Real>>> over_inputs;      ///< source input: one product over the steps
  std::optional<numeric::Product<Real>> per_step;                   ///< source state or slot
  std::optional<numeric::Product<Real>> transposed;                 ///< gradient of the source, per step
  std::optional<PerChunk<numeric::WeightGradient<Real>>> gradient;  ///< of the matrix
};

template <class Real>
class Network {
 public:
  /// `steps`: of a rollout; of one without end, chunk_steps. `with_input`: false in quiescence, where inputs are
  /// absent.
  Network(const Model& model, std::int64_t steps, bool with_input, bool with_gradient, Precision precision);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// Packs weights (flat, in layout()'s order). The vector must stay alive and unchanged until the next pack.
  void pack(const numeric::AlignedVector<Real>& weights);

  const Model& model() const { return model_; }
  const ParameterLayout& layout() const { return layout_; }
  std::int64_t steps() const { return steps_; }
  std::int64_t steps_of_chunk() const { return std::min(steps_, chunk_steps); }  ///< the most that a chunk has
  std::int64_t stride() const { return stride_; }                                ///< of rows of units
  bool with_input() const { return with_input_; }
  const Real* weights(int entry) const { return weights_ + layout_.entries[static_cast<std::size_t>(entry)].offset; }
  const Real* weights_of(const ProjectionProducts<Real>& p) const { return weights_ + p.entry->offset; }

  /// Entry of an array in the layout, or -1.
  int encoder = -1, encoder_bias = -1, readout = -1, readout_bias = -1;
  std::optional<numeric::Product<Real>> encode;                         ///< r_0 = E y_0
  std::optional<PerChunk<numeric::Product<Real>>> read_out;             ///< y = D r
  std::optional<PerChunk<numeric::Product<Real>>> read_out_transposed;  ///< dr = D^T dy
  std::optional<numeric::WeightGradient<Real>> encoder_gradient;
  std::optional<PerChunk<numeric::WeightGradient<Real>>> readout_gradient;
  std::vector<ProjectionProducts<Real>> projections;
  std::vector<bool>
      drive_starts_empty;  ///< per slot: no product over steps or bias initialises it, and none overwrites it

 private:
  const Model& model_;
  ParameterLayout layout_;
  std::int64_t steps_, stride_;
  bool with_input_;
  const Real* weights_ = nullptr;
};

}  // namespace reverie::engine
