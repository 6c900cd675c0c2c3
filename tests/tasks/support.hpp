// SPDX-License-Identifier: BSD-3-Clause
/// Instances of the project's tasks.
#pragma once

#include "../support/errors.hpp"

#include <numeric/random.hpp>
#include <plugin/instance.hpp>
#include <plugin/registry.hpp>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace reverie::test {

inline plugin::Task make_task(const std::string& id, const plugin::json& given = plugin::json::object()) {
  auto& registry = plugin::Registry::instance();
  registry.load(std::string(REVERIE_PLUGIN_FOLDER) + "/" + id + ".so");
  const auto& component = registry.find(plugin::Kind::task, id);
  const auto checked = plugin::check_parameters(component.schema, given);
  if (!checked.problems.empty()) throw std::logic_error(checked.problems[0].key + ": " + checked.problems[0].message);
  return plugin::Task(component, checked.values);
}

template <class T>
double largest_difference(const std::vector<T>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) throw std::logic_error("different lengths");
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) largest = worse(largest, std::abs(static_cast<double>(a[k]) - b[k]));
  return largest;
}

inline reverie_stream task_stream(std::uint64_t seed = 1) {
  return numeric::make_stream(seed, numeric::Role::train, numeric::Purpose::task);
}
inline std::vector<plugin::TaskConstant> draw_constants(const plugin::Task& task, std::uint64_t seed = 1) {
  return task.make_constants(numeric::make_stream(seed, numeric::Role::train, numeric::Purpose::constants));
}

/// Activity [rows, outputs] of latents [rows, d], in the number type T.
template <class T>
std::vector<T> encode(const plugin::Task& task, const std::vector<plugin::TaskConstant>& constants,
                      std::vector<double> latents, std::int32_t what = REVERIE_ENCODE_TARGET) {
  const std::int64_t rows = static_cast<std::int64_t>(latents.size()) / task.latents();
  const std::int64_t in[] = {rows, task.latents()}, out[] = {rows, task.outputs()};
  std::vector<T> activity(static_cast<std::size_t>(rows * task.outputs()));
  task.encode(constants, what, plugin::tensor_of(latents.data(), in), plugin::tensor_of(activity.data(), out));
  return activity;
}

template <class T>
std::vector<double> decode(const plugin::Task& task, const std::vector<plugin::TaskConstant>& constants,
                           std::vector<T> outputs) {
  const std::int64_t rows = static_cast<std::int64_t>(outputs.size()) / task.outputs();
  const std::int64_t in[] = {rows, task.outputs()}, out[] = {rows, task.latents()};
  std::vector<double> latents(static_cast<std::size_t>(rows * task.latents()));
  task.decode(constants, plugin::tensor_of(outputs.data(), in), plugin::tensor_of(latents.data(), out));
  return latents;
}

}  // namespace reverie::test
