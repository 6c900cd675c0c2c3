// SPDX-License-Identifier: BSD-3-Clause
/// Running a network, awake or quiescent, and recording what it does.
#pragma once

#include <engine/model.hpp>
#include <functional>
#include <numeric/communicator.hpp>
#include <numeric/product.hpp>
#include <numeric/random.hpp>

namespace reverie::engine {

enum class Start { fresh, zero, recording };

struct SimulationOptions {
  bool quiescent = false;
  std::int64_t trials = 200, steps = 0;  ///< steps 0: the task's
  std::uint64_t seed = 0;
  std::uint32_t draw = 0;
  numeric::Role role = numeric::Role::simulate;  ///< whose trials and noise: those of a training are drawn like this
  std::uint32_t first_trial = 0;
  double state_noise = 0;  ///< standard deviation per step in this simulation (quiescence: usually sqrt(2) sigma_rec)
  std::int64_t mask = 1;
  numeric::Precision precision = numeric::Precision::full;  ///< of the products; bfloat16 in float32 arithmetic only
  Start start = Start::fresh;
  plugin::Array start_states;                        ///< for Start::recording: [trial, units]
  bool record_state = false, record_output = false;  ///< besides position (and, awake, latent)
  /// Ranks that share the trials; each calls simulate() with equal arguments. The bits do not depend on them. Only rank
  /// 0 gets the records, and is asked for progress.
  numeric::Communicator* ranks = nullptr;
};

/// Receives [trials, ...] of one variable, in ascending order of trials, on the calling thread:
///   "position" [trial, time, space], "latent" [trial, time, space], "trial_direction" [trial],
///   "state" [trial, time, unit], "output" [trial, time, output]. Time n is after step n.
using SimulationSink = std::function<void(const std::string& variable, std::int64_t first_trial, std::int64_t trials,
                                          const float* values)>;
/// Called as trials finish, with how many are done; return false to stop after what has been delivered.
using SimulationProgress = std::function<bool(std::int64_t trials_done)>;

/// Throws Error (exit 1) where a state is not finite, with trial, step, unit and the plugin calls it comes from.
/// Real: the arithmetic of the rollout, float or double (for comparison with closed forms); records are float32.
template <class Real = float>
void simulate(const Model& model, const std::vector<NamedArray>& weights, const SimulationOptions& options,
              const SimulationSink& sink, const SimulationProgress& progress);

}  // namespace reverie::engine
