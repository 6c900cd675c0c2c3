// SPDX-License-Identifier: BSD-3-Clause
/// A shard backward in time: the gradient of every trained array, through readout, cell, dynamics and memory.
///
/// With g_n the cotangent of states[n], going from the last step to the first:
///   g_n = D^T dy_{n-1} + g_{n+1} (identity, through r' = r + drift + noise) + what drift, memory and emit pass on
/// Weight gradients are products over all steps of the shard, one for each matrix.
#pragma once

#include <engine/forward.hpp>

namespace reverie::engine {

/// Buffers of a backward pass, allocated once per worker.
template <class Real>
struct Cotangents {
  using Buffer = numeric::AlignedVector<Real>;
  explicit Cotangents(const Shard<Real>& shard);

  std::vector<Buffer> slots;                ///< per slot: [step][row][stride]
  std::vector<std::vector<Buffer>> memory;  ///< per owner and variable: [row][stride]
  Buffer readout;                           ///< [step][row][stride]: D^T dy
  Buffer state, emitted, drift, noise;      ///< [row][stride]
  /// What each dynamics saw before its call, computed again where a gradient reads it; [dynamics][row][stride].
  Buffer seen_drift, seen_noise;
  std::vector<Buffer> scratch_memory;  ///< per variable of the largest owner
  Buffer column_sum;
};

/// shard.outputs holds the cotangents of the outputs (zero in inactive rows). Writes `gradient`, flat in the network's
/// layout.
template <class Real>
void back_propagate(Shard<Real>& shard, Cotangents<Real>& d, std::int64_t steps, const NoiseSource<Real>& noise,
                    Real* gradient);

}  // namespace reverie::engine
