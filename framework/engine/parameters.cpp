// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <engine/parameters.hpp>

#include <algorithm>

namespace reverie::engine {

ParameterLayout::ParameterLayout(const Model& model) {
  const auto add = [&](std::string name, std::vector<std::int64_t> shape) {
    const std::int64_t outputs = shape[0], inputs = shape.size() == 2 ? shape[1] : 1;
    entries.push_back({std::move(name), std::move(shape), outputs, inputs, size});
    size += numeric::padded(outputs * inputs);
  };
  const auto& task = *model.task;
  const auto units = model.units;
  if (!model.cell->state_is_output()) {
    add("encoder.weight", {units, task.starts()});
    if (model.encoder_bias) add("encoder.bias", {units});
    add("readout.weight", {task.outputs(), units});
    if (model.readout_bias) add("readout.bias", {task.outputs()});
  }
  for (const auto& p : model.cell->projections()) {
    if (p.source == REVERIE_SOURCE_ONE)
      add(p.name, {units});
    else
      add(p.name + ".weight", {units, p.source == REVERIE_SOURCE_INPUT ? task.inputs() : units});
  }
}

int ParameterLayout::index(const std::string& name) const {
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.name == name; });
  return at == entries.end() ? -1 : static_cast<int>(at - entries.begin());
}

template <class Real>
numeric::AlignedVector<Real> flatten(const ParameterLayout& layout, const std::vector<NamedArray>& arrays) {
  numeric::AlignedVector<Real> flat(static_cast<std::size_t>(layout.size));
  for (const auto& entry : layout.entries) {
    const auto array = std::find_if(arrays.begin(), arrays.end(), [&](const auto& a) { return a.name == entry.name; });
    if (array == arrays.end()) {
      std::vector<std::string> names;
      for (const auto& a : arrays) names.push_back(a.name);
      throw Error(ExitCode::run_failed,
                  fmt::format("the weights have no array '{}'; they have: {}", entry.name, fmt::join(names, ", ")),
                  "use weights that were trained with this cell and these options");
    }
    if (array->value.shape != entry.shape)
      throw Error(ExitCode::run_failed,
                  fmt::format("array '{}' of the weights has shape [{}], the network needs [{}]", entry.name,
                              fmt::join(array->value.shape, ", "), fmt::join(entry.shape, ", ")),
                  "make units, task and cell those of the training");
    std::transform(array->value.values.begin(), array->value.values.end(), flat.begin() + entry.offset,
                   [](double v) { return static_cast<Real>(v); });
  }
  return flat;
}

template <class Real>
std::vector<NamedArray> unflatten(const ParameterLayout& layout, const numeric::AlignedVector<Real>& values) {
  std::vector<NamedArray> arrays;
  for (const auto& entry : layout.entries) {
    auto& array = arrays.emplace_back(NamedArray{entry.name, plugin::Array(entry.shape)});
    std::copy_n(values.begin() + entry.offset, entry.outputs * entry.inputs, array.value.values.begin());
  }
  return arrays;
}

template numeric::AlignedVector<float> flatten(const ParameterLayout&, const std::vector<NamedArray>&);
template numeric::AlignedVector<double> flatten(const ParameterLayout&, const std::vector<NamedArray>&);
template std::vector<NamedArray> unflatten(const ParameterLayout&, const numeric::AlignedVector<float>&);
template std::vector<NamedArray> unflatten(const ParameterLayout&, const numeric::AlignedVector<double>&);

}  // namespace reverie::engine
