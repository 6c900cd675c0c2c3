// SPDX-License-Identifier: BSD-3-Clause
/// A network on a task: everything a rollout needs except its weights.
///
///   r_0 = E y_0                          encoder E [units, starts], trained
///   r' = step of cell and dynamics       projections [units, inputs | units], trained
///   y = D r                              readout D [outputs, units], trained
#pragma once

#include <plugin/instance.hpp>

namespace reverie::engine {

/// A trained array: "encoder.weight", "w_rec.weight", "bias", ...
struct NamedArray {
  std::string name;
  plugin::Array value;
};

enum class NoiseKind { gaussian, uniform01 };

struct Model {
  std::shared_ptr<const plugin::Task> task;
  std::vector<plugin::TaskConstant> constants;
  std::shared_ptr<const plugin::Cell> cell;
  std::vector<std::shared_ptr<const plugin::Dynamics>> dynamics;  ///< in order
  std::int64_t units = 0;
  double noise = 0;  ///< sigma_rec: standard deviation of the awake state noise per step
  NoiseKind noise_kind = NoiseKind::gaussian;
  double input_noise = 0, output_noise = 0;  ///< standard deviations per step
  bool encoder_bias = false, readout_bias = false;
};

/// What the model trains: names and shapes, in the order of the weights file.
std::vector<NamedArray> parameter_shapes(const Model& model);

/// Fresh weights: U(-1/sqrt(fan_in), 1/sqrt(fan_in)), every matrix and bias.
std::vector<NamedArray> initial_weights(const Model& model, std::uint64_t seed);

/// Checks that dynamics and cell fit together (a dynamics that uses `current` needs a cell with a receiving slot; one
/// that is to be trained through needs gradients). Returns what is wrong, with the option that would work; empty: all
/// is well.
std::vector<std::string> check_model(const Model& model, bool training);

}  // namespace reverie::engine
