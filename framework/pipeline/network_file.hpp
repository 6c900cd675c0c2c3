// SPDX-License-Identifier: BSD-3-Clause
/// Trained networks as safetensors: weights by name, task constants as "task.NAME".
///
/// Weights are stored as the float32 numbers that were trained; constants as float64, so that later stages read what
/// the training drew.
#pragma once

#include <engine/trainer.hpp>
#include <filesystem>
#include <map>
#include <string>

namespace reverie::pipeline {

void write_network(const std::filesystem::path& file, const std::vector<engine::NamedArray>& weights,
                   const std::vector<plugin::TaskConstant>& constants,
                   const std::map<std::string, std::string>& metadata);

/// Adam's moments as "m.NAME" and "v.NAME", the weights by name; the batch in the metadata.
void write_training_state(const std::filesystem::path& file, const engine::TrainingState& state);

/// Constants of the task from a weights file; DataError when one is missing or has another shape.
std::vector<plugin::TaskConstant> read_constants(const std::filesystem::path& file, const plugin::Task& task);
/// What the model trains, from a weights file; DataError likewise.
std::vector<engine::NamedArray> read_weights(const std::filesystem::path& file, const engine::Model& model);

}  // namespace reverie::pipeline
