// SPDX-License-Identifier: BSD-3-Clause
/// A model with packed weights: the products of one step, of the inputs and of the readout, for shards of fixed size.
///
/// A shard is `shard_rows` trials; products over time are cut in chunks of `chunk_steps` steps. Both are constants: the
/// bits of a result may depend on them, and so must not depend on the machine or the number of threads.
#pragma once

#include <engine/parameters.hpp>
#include <numeric/product.hpp>
#include <optional>

namespace reverie::engine {

inline constexpr std::int64_t shard_rows = 25;
inline constexpr std::int64_t chunk_steps = 100;

/// One product over `steps` steps of a shard, cut in chunks.
template <class Real>
class ChunkedProduct {
 public:
  /// shape.rows is ignored: rows follow from steps.
  ChunkedProduct(numeric::ProductShape shape, std::int64_t steps);
  void pack(const Real* weights, bool transposed);
  /// For the first `steps` steps (all of them, or a whole last chunk of a simulation).
  void run(const Real* a, Real* c, std::int64_t steps) const;

 private:
  numeric::ProductShape shape_;
  std::int64_t steps_;
  numeric::Product<Real> full_;
  std::optional<numeric::Product<Real>> rest_;
};

/// How a projection reaches its drive slot.
template <class Real>
struct ProjectionProducts {
  plugin::Projection projection;
  const ParameterEntry* entry = nullptr;
  std::optional<ChunkedProduct<Real>> over_inputs;   ///< source input: one product over the steps
  std::optional<numeric::Product<Real>> per_step;    ///< source state or slot
  std::optional<numeric::Product<Real>> transposed;  ///< gradient of the source, per step
};

template <class Real>
class Network {
 public:
  /// `steps`: how many steps a rollout covers at a time. `with_input`: false in quiescence, where inputs are absent.
  Network(const Model& model, std::int64_t steps, bool with_input, bool with_gradient);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// Packs weights (flat, in layout()'s order). The vector must stay alive and unchanged until the next pack.
  void pack(const numeric::AlignedVector<Real>& weights);

  const Model& model() const { return model_; }
  const ParameterLayout& layout() const { return layout_; }
  std::int64_t steps() const { return steps_; }
  std::int64_t stride() const { return stride_; }  ///< of rows of units
  bool with_input() const { return with_input_; }
  const Real* weights(int entry) const { return weights_ + layout_.entries[static_cast<std::size_t>(entry)].offset; }
  const Real* weights_of(const ProjectionProducts<Real>& p) const { return weights_ + p.entry->offset; }

  /// Entry of an array in the layout, or -1.
  int encoder = -1, encoder_bias = -1, readout = -1, readout_bias = -1;
  std::optional<numeric::Product<Real>> encode;             ///< r_0 = E y_0
  std::optional<ChunkedProduct<Real>> read_out;             ///< y = D r
  std::optional<ChunkedProduct<Real>> read_out_transposed;  ///< dr = D^T dy
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
