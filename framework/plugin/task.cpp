// SPDX-License-Identifier: BSD-3-Clause
/// Tasks: the layout, copied and checked, and the making of constants, trials and codes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <plugin/instance.hpp>
#include <plugin/validate.hpp>

namespace reverie::plugin {
namespace {

constexpr std::int64_t largest_extent = std::int64_t{1} << 31;

std::int64_t positive(std::int64_t value, const char* what) {
  if (value < 1 || value > largest_extent) throw PluginError(fmt::format("its number of {} is {}", what, value));
  return value;
}

std::vector<TaskConstant> constants_of(const reverie_task_layout& layout) {
  std::vector<TaskConstant> constants;
  std::vector<std::string> names;
  for (const auto& from : copy_array(layout.constants, layout.constant_stride, layout.constant_count,
                                     REVERIE_END_OF(reverie_constant, shape), "constant")) {
    auto name = copy_name(from.name, fmt::format("constant {}", constants.size()), names);
    if (from.ndim < 0 || from.ndim > REVERIE_MAX_DIMS)
      throw PluginError(fmt::format("constant '{}' has {} dimensions", name, from.ndim));
    std::vector<std::int64_t> shape(from.shape, from.shape + from.ndim);
    std::int64_t room = largest_extent;
    for (const auto extent : shape) {
      if (extent < 1 || extent > room) throw PluginError(fmt::format("constant '{}' has an impossible shape", name));
      room /= extent;
    }
    constants.push_back({std::move(name), Array(std::move(shape))});
  }
  return constants;
}

std::vector<reverie_tensor> tensors_of(const std::vector<TaskConstant>& constants) {
  std::vector<reverie_tensor> tensors;
  for (const auto& constant : constants) tensors.push_back(constant.value.tensor());
  return tensors;
}

std::vector<std::string> labels(const char* const* texts, std::uint32_t count, const std::string& what) {
  if (count < 1 || !texts) throw PluginError("it has no " + what + "s");
  require_sane(count, "the number of " + what + "s");
  std::vector<std::string> copied;
  for (std::uint32_t k = 0; k < count; ++k) copied.push_back(copy_string(texts[k], fmt::format("{} {}", what, k)));
  return copied;
}

/// "latents[3, 1] is nan", of the first number of a row that float32 does not hold; "" where it holds all.
template <class T>
std::string fault_in_row(const char* name, const reverie_tensor& tensor, std::int64_t row, const T* data) {
  for (std::int64_t k = 0; k < tensor.shape[1]; ++k)
    if (const T x = data[row * tensor.stride[0] + k * tensor.stride[1]];
        !(std::abs(x) <= std::numeric_limits<float>::max()))
      return fmt::format("{}[{}, {}] is {}", name, row, k, x);
  return "";
}
std::string fault_in_row(const char* name, const reverie_tensor& tensor, std::int64_t row) {
  return tensor.dtype == REVERIE_F32 ? fault_in_row(name, tensor, row, static_cast<const float*>(tensor.data))
                                     : fault_in_row(name, tensor, row, static_cast<const double*>(tensor.data));
}

/// "latents[3, 0, 1] is nan", of the first number that is not finite; "" where all are. `first` is the number of row 0.
std::string fault_in(const char* name, const Array& array, std::int64_t first = 0) {
  const auto found = std::find_if(array.values.begin(), array.values.end(), [](double x) { return !std::isfinite(x); });
  if (found == array.values.end()) return "";
  std::vector<std::int64_t> place(array.shape.size());
  auto rest = found - array.values.begin();
  for (auto k = place.size(); k-- > 0; rest /= array.shape[k]) place[k] = rest % array.shape[k];
  if (!place.empty()) place[0] += first;
  return fmt::format("{}[{}] is {}", name, fmt::join(place, ", "), *found);
}

}  // namespace

Task::Task(const Component& component, const json& parameters)
    : instance_(component, parameters, nullptr), table_(static_cast<const reverie_task*>(component.table->table)) {
  const auto* given = instance_.ask("layout", [&] { return table_->layout(instance_.get()); });
  const CallingScope scope({&component, "layout"});  // its arrays may be shorter than it says
  try {
    const auto layout =
        copy_struct<reverie_task_layout>(given, REVERIE_END_OF(reverie_task_layout, direction_names), "its layout");
    inputs_ = positive(layout.inputs, "inputs");
    starts_ = positive(layout.starts, "start activities");
    outputs_ = positive(layout.outputs, "outputs");
    latents_ = positive(layout.latents, "latents");
    steps_ = positive(layout.steps, "steps");
    dt_ = layout.dt;
    if (!std::isfinite(dt_) || dt_ <= 0) throw PluginError(fmt::format("its time step dt is {} s", dt_));
    flags_ = layout.flags;
    latent_names_ = copy_names(layout.latent_names, static_cast<std::uint32_t>(latents_), "latent");
    latent_unit_ = copy_string(layout.latent_unit, "its latent unit");
    if (latent_is_angle() != (latent_unit_ == "rad"))
      throw PluginError(fmt::format("its latents are {}angles, and their unit is '{}': an angle is in rad",
                                    latent_is_angle() ? "" : "not ", latent_unit_));
    input_unit_ = copy_string(layout.input_unit, "its input unit");
    output_unit_ = copy_string(layout.output_unit, "its output unit");
    directions_ = labels(layout.direction_names, layout.direction_count, "direction");
    constants_ = constants_of(layout);
    if (!constants_.empty() && !table_->make_constants)
      throw PluginError("it declares constants, but the function 'make_constants' is missing");
    if ((has_endpoints() || has_mean_paths()) && !table_->landmarks)
      throw PluginError("it declares landmarks, but the function 'landmarks' is missing");
  } catch (const PluginError& error) {
    instance_.broke_contract(error.what());
  }
}

std::vector<TaskConstant> Task::make_constants(const reverie_stream& stream) const {
  std::vector<TaskConstant> constants;
  for (const auto& [name, value] : constants_) constants.push_back({name, Array::unwritten(value.shape)});
  make_constants(stream, tensors_of(constants));
  for (const auto& constant : constants)
    if (const auto fault = fault_in(constant.name.c_str(), constant.value); !fault.empty())
      instance_.broke_contract(fmt::format("make_constants left numbers unwritten or not finite: {}", fault));
  return constants;
}

void Task::make_constants(const reverie_stream& stream, const std::vector<reverie_tensor>& constants) const {
  if (constants.empty()) return;
  instance_.call("make_constants", [&](reverie_error* error) {
    return table_->make_constants(instance_.get(), host_services(), &stream, constants.data(), error);
  });
}

TaskBatch Task::generate(const std::vector<TaskConstant>& constants, const reverie_stream& stream,
                         std::uint32_t first_trial, std::int64_t trials, std::int64_t steps) const {
  TaskBatch batch{Array::unwritten({trials, steps + 1, latents_}), Array::unwritten({trials, steps, inputs_}),
                  Array::unwritten({trials})};
  generate(constants, stream, first_trial, batch.latents.tensor(), batch.inputs.tensor(), batch.directions.tensor());
  for (const auto& fault :
       {fault_in("latents", batch.latents, first_trial), fault_in("inputs", batch.inputs, first_trial)})
    if (!fault.empty())
      instance_.broke_contract(
          fmt::format("generate left numbers unwritten or not finite in trials of {} steps: {}", steps, fault));
  const auto known = static_cast<double>(directions_.size());
  for (const double direction : batch.directions.values)
    if (!(direction >= 0 && direction < known && direction == std::floor(direction)))
      instance_.broke_contract(
          fmt::format("generate gave direction {}, which is not one of {}", direction, directions_.size()));
  return batch;
}

void Task::generate(const std::vector<TaskConstant>& constants, const reverie_stream& stream, std::uint32_t first_trial,
                    const reverie_tensor& latents, const reverie_tensor& inputs,
                    const reverie_tensor& directions) const {
  const auto given = tensors_of(constants);
  instance_.call("generate", [&](reverie_error* error) {
    return table_->generate(instance_.get(), host_services(), given.data(), &stream, first_trial, &latents, &inputs,
                            &directions, error);
  });
}

void Task::encode(const std::vector<TaskConstant>& constants, std::int32_t what, const reverie_tensor& latents,
                  const reverie_tensor& activity) const {
  const auto given = tensors_of(constants);
  instance_.call("encode", [&](reverie_error* error) {
    return table_->encode(instance_.get(), given.data(), what, &latents, &activity, error);
  });
  if (what == REVERIE_ENCODE_START) require_finite(activity);
}

void Task::require_finite(const reverie_tensor& activity) const {
  for (std::int64_t row = 0; row < activity.shape[0]; ++row)
    if (const auto fault = fault_in_row("activity", activity, row); !fault.empty())
      instance_.broke_contract("encode left numbers unwritten or not finite in float32: " + fault);
}

void Task::decode(const std::vector<TaskConstant>& constants, const reverie_tensor& outputs,
                  const reverie_tensor& latents) const {
  const auto given = tensors_of(constants);
  instance_.call("decode", [&](reverie_error* error) {
    return table_->decode(instance_.get(), given.data(), &outputs, &latents, error);
  });
  for (std::int64_t row = 0; row < latents.shape[0]; ++row)
    if (const auto fault = fault_in_row("latents", latents, row);
        !fault.empty() && fault_in_row("outputs", outputs, row).empty())
      instance_.broke_contract("decode left numbers unwritten or not finite in float32: " + fault);
}

std::pair<Array, Array> Task::landmarks(const std::vector<TaskConstant>& constants, std::int64_t steps) const {
  std::pair<Array, Array> result;
  const auto count = static_cast<std::int64_t>(directions_.size());
  if (has_endpoints()) result.first = Array::unwritten({count, latents_});
  if (has_mean_paths()) result.second = Array::unwritten({count, steps + 1, latents_});
  landmarks(constants, result.first.tensor(), result.second.tensor());
  for (const auto& fault : {fault_in("endpoint", result.first), fault_in("mean_path", result.second)})
    if (!fault.empty()) instance_.broke_contract("landmarks left numbers unwritten or not finite: " + fault);
  return result;
}

void Task::landmarks(const std::vector<TaskConstant>& constants, const reverie_tensor& endpoint,
                     const reverie_tensor& mean_path) const {
  if (!has_endpoints() && !has_mean_paths()) return;
  const auto given = tensors_of(constants);
  instance_.call("landmarks", [&](reverie_error* error) {
    return table_->landmarks(instance_.get(), given.data(), has_endpoints() ? &endpoint : nullptr,
                             has_mean_paths() ? &mean_path : nullptr, error);
  });
}

}  // namespace reverie::plugin
