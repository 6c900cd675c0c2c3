// SPDX-License-Identifier: BSD-3-Clause
/// A shard forward in time (one step: see abi.h).
///
///   states[0] = E starts;   states[n + 1] = states[n] + drift_n + noise_n;   outputs[n] = D states[n + 1]
#pragma once

#include <engine/shard.hpp>
#include <numeric/random.hpp>

namespace reverie::engine {

/// The noise of a shard: drawn by (trial, step, unit), or given (for comparison with other implementations).
template <class Real>
struct NoiseSource {
  reverie_stream stream{};
  NoiseKind kind = NoiseKind::gaussian;
  double scale = 0;
  std::uint32_t first_trial = 0;  ///< trial of the shard's row 0
  const Real* given = nullptr;    ///< [step][shard_rows][units], dense; then nothing is drawn

  /// Noise of `units` units of one row at one step.
  void fill(std::int64_t row, std::int64_t step, std::int64_t units, Real* out) const;
};

/// states[0] from `starts`, all memory zero.
template <class Real>
void begin_trials(Shard<Real>& shard);

/// Steps first_step ... first_step + steps - 1 of the trials, starting from states[0] and the memory as it is. All
/// calls but the last of a rollout run a multiple of chunk_steps steps.
template <class Real>
void run_steps(Shard<Real>& shard, std::int64_t first_step, std::int64_t steps, bool quiescent,
               const NoiseSource<Real>& noise);

/// outputs of the chunk of `steps` steps from `first` on, from states[first + 1 ...], without output noise. Where the
/// state is the output it is copied.
template <class Real>
void read_out(Shard<Real>& shard, std::int64_t first, std::int64_t steps);

/// Writes the noise of one tile at one step to `out` ([row][stride]).
template <class Real>
void fill_noise(const Shard<Real>& shard, const Tile& tile, std::int64_t step, const NoiseSource<Real>& noise,
                Real* out);

/// Block of a cell call without cotangents. `memory_step`: which entry of the history the call reads and, in the last
/// phase, updates; `slots` and `memory` are filled and must outlive the call.
template <class Real>
reverie_cell_block cell_block(Shard<Real>& shard, std::uint32_t phase, std::int64_t n, const Tile& tile,
                              const reverie_step& context, std::int64_t memory_step, std::vector<reverie_rows>& slots,
                              std::vector<reverie_rows>& memory);

/// Block of a call of dynamics k without cotangents, drift and noise.
template <class Real>
reverie_dynamics_block dynamics_block(Shard<Real>& shard, std::size_t k, std::int64_t n, const Tile& tile,
                                      const reverie_step& context, std::int64_t memory_step,
                                      std::vector<reverie_rows>& memory);

}  // namespace reverie::engine
