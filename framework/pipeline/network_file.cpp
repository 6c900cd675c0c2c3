// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <pipeline/network_file.hpp>
#include <store/weights.hpp>

namespace reverie::pipeline {
namespace {

using store::NamedTensor;

const char* prefix_of_constants = "task.";

NamedTensor tensor(const std::string& name, const plugin::Array& array, const char* dtype) {
  return {name, array.shape, array.values, dtype};
}

plugin::Array take(const store::Safetensors& tensors, const std::filesystem::path& file, const std::string& name,
                   const std::vector<std::int64_t>& shape) {
  const auto* found = tensors.find(name);
  if (found == nullptr) {
    std::vector<std::string> present;
    for (const auto& each : tensors.tensors) present.push_back(each.name);
    throw store::DataError(
        fmt::format("{}: has no tensor '{}'; it has {}", file.string(), name, fmt::join(present, ", ")),
        "It is not the weights file of this network.");
  }
  if (found->shape != shape)
    throw store::DataError(fmt::format("{}: '{}' has shape [{}], the network needs [{}]", file.string(), name,
                                       fmt::join(found->shape, ", "), fmt::join(shape, ", ")),
                           "It is not the weights file of this network.");
  plugin::Array array;
  array.shape = found->shape;
  array.values = found->values;
  return array;
}

}  // namespace

void write_network(const std::filesystem::path& file, const std::vector<engine::NamedArray>& weights,
                   const std::vector<plugin::TaskConstant>& constants,
                   const std::map<std::string, std::string>& metadata) {
  std::vector<NamedTensor> tensors;
  for (const auto& each : weights) tensors.push_back(tensor(each.name, each.value, "F32"));
  for (const auto& each : constants) tensors.push_back(tensor(prefix_of_constants + each.name, each.value, "F64"));
  store::write_safetensors(file, tensors, metadata);
}

void write_training_state(const std::filesystem::path& file, const engine::TrainingState& state) {
  std::vector<NamedTensor> tensors;
  for (const auto& each : state.weights) tensors.push_back(tensor(each.name, each.value, "F32"));
  for (const auto& each : state.first_moments) tensors.push_back(tensor("m." + each.name, each.value, "F32"));
  for (const auto& each : state.second_moments) tensors.push_back(tensor("v." + each.name, each.value, "F32"));
  store::write_safetensors(file, tensors, {{"batch", std::to_string(state.batch)}});
}

std::vector<plugin::TaskConstant> read_constants(const std::filesystem::path& file, const plugin::Task& task) {
  const auto tensors = store::read_safetensors(file);
  auto constants = task.constant_shapes();
  for (auto& each : constants) each.value = take(tensors, file, prefix_of_constants + each.name, each.value.shape);
  return constants;
}

std::vector<engine::NamedArray> read_weights(const std::filesystem::path& file, const engine::Model& model) {
  const auto tensors = store::read_safetensors(file);
  auto weights = engine::parameter_shapes(model);
  for (auto& each : weights) each.value = take(tensors, file, each.name, each.value.shape);
  return weights;
}

}  // namespace reverie::pipeline
