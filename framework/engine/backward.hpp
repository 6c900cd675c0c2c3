// SPDX-License-Identifier: BSD-3-Clause
/// A shard backward in time: the gradient of every trained array, through readout, cell, dynamics and memory.
///
/// With g_n the cotangent of states[n], going from the last step to the first:
///   g_n = D^T dy_{n-1} + g_{n+1} (identity, through r' = r + drift + noise) + what drift, memory and emit pass on
/// Weight gradients are products over the steps of a chunk, one for each matrix, added up from the last chunk to the
/// first.
#pragma once

#include <engine/forward.hpp>

namespace reverie::engine {

/// Buffers of a backward pass through one chunk after another, allocated once per worker.
template <class Real>
struct Cotangents {
  using Buffer = numeric::AlignedVector<Real>;
  explicit Cotangents(const Shard<Real>& shard);

  std::vector<Buffer> slots;                ///< per slot: [step of the chunk][row][stride]
  std::vector<std::vector<Buffer>> memory;  ///< per owner and variable: [row][stride]
  Buffer readout;                           ///< [step of the chunk][row][stride]: D^T dy
  Buffer state, emitted, drift, noise;      ///< [row][stride]
  /// What each dynamics saw before its call, computed again where a gradient reads it; [dynamics][row][stride].
  Buffer seen_drift, seen_noise;
  std::vector<Buffer> scratch_memory;  ///< per variable of the largest owner
  Buffer column_sum;
};

/// A chunk of a rollout.
struct Chunk {
  std::int64_t held_from;  ///< step of the rollout that is the shard's step 0
  std::int64_t first;      ///< first step of the chunk, counted from held_from
  std::int64_t steps;
};

/// Nothing comes after the last step: cotangents of state and memory are zero.
template <class Real>
void begin_backward(Cotangents<Real>& d);

/// The steps of one chunk, after those of all later ones. shard.outputs holds the cotangents of the chunk's outputs
/// (zero in inactive rows). Adds to `gradient`, flat in the network's layout.
template <class Real>
void back_propagate(Shard<Real>& shard, Cotangents<Real>& d, const Chunk& chunk, const NoiseSource<Real>& noise,
                    Real* gradient);

/// The encoder's share, after the first step. Adds to `gradient`.
template <class Real>
void finish_backward(Shard<Real>& shard, Cotangents<Real>& d, Real* gradient);

}  // namespace reverie::engine
