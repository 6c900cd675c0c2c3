// SPDX-License-Identifier: BSD-3-Clause
/// Simulations in float64, and their records.
#pragma once

#include "../engine/support.hpp"

#include <engine/simulator.hpp>

#include <map>

namespace reverie::closed_forms {

using engine::Model;
using engine::NamedArray;
using engine::SimulationOptions;

/// Everything recorded, [trial][step][...] per variable.
inline std::map<std::string, std::vector<float>> record(const Model& model, const std::vector<NamedArray>& weights,
                                                        const SimulationOptions& options) {
  std::map<std::string, std::vector<float>> all;
  const auto steps = options.steps > 0 ? options.steps : model.task->steps();
  const std::map<std::string, std::int64_t> width{{"state", steps * model.units},
                                                  {"output", steps * model.task->outputs()},
                                                  {"position", steps * model.task->latents()},
                                                  {"latent", steps * model.task->latents()},
                                                  {"trial_direction", 1}};
  engine::simulate<double>(
      model, weights, options,
      [&](const std::string& name, std::int64_t, std::int64_t trials, const float* values) {
        all[name].insert(all[name].end(), values, values + trials * width.at(name));
      },
      [](std::int64_t) { return true; });
  return all;
}

/// Fresh weights of which only those listed are kept; the others are zero.
inline std::vector<NamedArray> keep_only(const Model& model, const std::vector<std::string>& names) {
  auto weights = engine::initial_weights(model, 1);
  for (auto& w : weights)
    if (std::find(names.begin(), names.end(), w.name) == names.end())
      std::fill(w.value.values.begin(), w.value.values.end(), 0.0);
  return weights;
}

inline NamedArray& array(std::vector<NamedArray>& weights, const std::string& name) {
  for (auto& w : weights)
    if (w.name == name) return w;
  throw std::logic_error("no array " + name);
}

}  // namespace reverie::closed_forms
