// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <engine/model.hpp>
#include <engine/parameters.hpp>
#include <numeric/random.hpp>

#include <algorithm>
#include <cmath>

namespace reverie::engine {

std::vector<NamedArray> parameter_shapes(const Model& model) {
  std::vector<NamedArray> shapes;
  for (const auto& entry : ParameterLayout(model).entries) shapes.push_back({entry.name, plugin::Array(entry.shape)});
  return shapes;
}

/// fan_in of a bias is that of its layer: starts for the encoder's, units for all others.
static std::int64_t fan_in(const Model& model, const ParameterEntry& entry) {
  if (entry.shape.size() == 2) return entry.inputs;
  return entry.name == "encoder.bias" ? model.task->starts() : model.units;
}

std::vector<NamedArray> initial_weights(const Model& model, std::uint64_t seed) {
  const auto stream = numeric::make_stream(seed, numeric::Role::train, numeric::Purpose::weights);
  auto arrays = parameter_shapes(model);
  const ParameterLayout layout(model);
  for (std::size_t k = 0; k < arrays.size(); ++k) {
    const auto& entry = layout.entries[k];
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in(model, entry)));
    for (std::int64_t row = 0; row < entry.outputs; ++row) {
      double* values = &arrays[k].value.values[static_cast<std::size_t>(row * entry.inputs)];
      numeric::fill_uniform(stream, static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(row), entry.inputs,
                            2 * bound, values);
      for (std::int64_t i = 0; i < entry.inputs; ++i) values[i] -= bound;
    }
  }
  return arrays;
}

std::vector<std::string> check_model(const Model& model, bool training) {
  std::vector<std::string> problems;
  const auto& cell = *model.cell;
  const auto& slots = cell.slots();
  const bool receives = std::any_of(slots.begin(), slots.end(), [](const auto& s) { return s.receives_current; });
  const bool recurrent = std::any_of(cell.projections().begin(), cell.projections().end(),
                                     [](const auto& p) { return p.source == REVERIE_SOURCE_STATE; });
  if (training && !cell.trainable())
    problems.push_back(fmt::format("cell '{}' is not trainable: it has no gradient", cell.component().id));
  if (training && cell.state_is_output())
    problems.push_back(
        fmt::format("cell '{}' has no weights to train; simulate it with `task` and `network` instead of `of`",
                    cell.component().id));
  if (cell.state_is_output() && model.units != model.task->outputs())
    problems.push_back(
        fmt::format("the state of cell '{}' is the output: units must be {}, the outputs of task '{}', not {}",
                    cell.component().id, model.task->outputs(), model.task->component().id, model.units));
  if (cell.state_is_output() && model.task->starts() != model.task->outputs())
    problems.push_back(
        fmt::format("the state of cell '{}' starts at the start that task '{}' gives, which must be as wide as its "
                    "outputs ({}), not {}",
                    cell.component().id, model.task->component().id, model.task->outputs(), model.task->starts()));
  for (const auto& d : model.dynamics) {
    const auto& id = d->component().id;
    if (d->uses(REVERIE_USES_CURRENT) && !receives) {
      const auto& schema = d->component().schema;
      const bool has_site = std::any_of(schema.begin(), schema.end(), [](const auto& p) { return p.name == "site"; });
      problems.push_back(
          fmt::format("dynamics '{}' adds a current inside the nonlinearity, but cell '{}' has no drive that "
                      "receives currents{}",
                      id, cell.component().id, has_site ? "; use site = \"increment\"" : ""));
    }
    if (d->uses(REVERIE_USES_EMIT) && !recurrent)
      problems.push_back(fmt::format("dynamics '{}' changes what the recurrent weights see, but cell '{}' has none", id,
                                     cell.component().id));
    if (training && !d->trainable())
      problems.push_back(
          fmt::format("dynamics '{}' is not trainable: it has no gradient; leave it out of the training", id));
  }
  return problems;
}

}  // namespace reverie::engine
