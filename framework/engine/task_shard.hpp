// SPDX-License-Identifier: BSD-3-Clause
/// Trials of the task in the form shards take them: time-major, masked, with input noise.
#pragma once

#include <engine/forward.hpp>

namespace reverie::engine {

/// Which trials, and the streams they are drawn from.
struct TrialDraw {
  std::uint64_t seed = 0;
  numeric::Role role = numeric::Role::train;
  std::uint32_t draw = 0;
  std::uint32_t first_trial = 0;
  std::int64_t rows = shard_rows;  ///< trials in this shard
  std::int64_t steps = 0;
  std::int64_t mask = 1;   ///< input is kept on steps n with n mod mask = 0, zero otherwise
  bool quiescent = false;  ///< noise of outputs is not that of the awake trials
};

reverie_stream stream_for(const TrialDraw& draw, numeric::Purpose purpose);

/// latents [trial, steps + 1, d], inputs [trial, steps, I], directions [trial].
plugin::TaskBatch draw_trials(const Model& model, const TrialDraw& draw);

/// shard.starts: activity at the start of each trial; zero rows beyond draw.rows. Sets shard.active_rows.
template <class Real>
void fill_starts(const Model& model, const TrialDraw& draw, const plugin::TaskBatch& trials, Shard<Real>& shard);

/// shard.inputs of steps first_step ... first_step + steps - 1. Noise is added before the mask, so that a masked input
/// is 0.
template <class Real>
void fill_inputs(const Model& model, const TrialDraw& draw, const plugin::TaskBatch& trials, std::int64_t first_step,
                 std::int64_t steps, Shard<Real>& shard);

/// Target activity [step][row][O] of steps first_step ... first_step + steps - 1. A task sees latents of trials only:
/// rows beyond draw.rows hold what the last trial's does.
template <class Real>
void fill_targets(const Model& model, const TrialDraw& draw, const plugin::TaskBatch& trials, std::int64_t first_step,
                  std::int64_t steps, Real* targets);

/// Adds output noise to [step][row][O].
template <class Real>
void add_output_noise(const Model& model, const TrialDraw& draw, std::int64_t first_step, std::int64_t steps,
                      Real* outputs);

/// Latents [step][row][d] that outputs [step][row][O] stand for. A task sees outputs of trials only: those of rows
/// beyond `rows` are replaced by the last trial's.
template <class Real>
plugin::Array decode_outputs(const Model& model, std::int64_t rows, std::int64_t steps, Real* outputs);

}  // namespace reverie::engine
