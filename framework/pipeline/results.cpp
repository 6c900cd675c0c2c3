// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <analysis/figures/table.hpp>
#include <cmath>
#include <pipeline/results.hpp>
#include <pipeline/run_stage.hpp>
#include <pipeline/stages.hpp>

namespace reverie::pipeline {
namespace {

const std::vector<std::string> history_columns = {"loss", "evaluation_loss", "task_error"};

store::Dataset history_of(const std::filesystem::path& file) {
  store::Dataset dataset;
  for (auto& column : analysis::read_numbers(file)) {
    store::Variable variable;
    variable.name = column.name;
    variable.unit = column.unit;
    variable.dims = {"batch"};
    variable.shape = {static_cast<std::int64_t>(column.values.size())};
    variable.values = std::move(column.values);
    dataset.variables.push_back(std::move(variable));
  }
  return dataset;
}

/// Coordinates are computed: a time of 35 steps of 0.02 is 0.7000000000000001.
bool is_number(const json& asked, double value) {
  return asked.is_number() && std::abs(asked.get<double>() - value) <= 1e-9 * std::abs(value);
}

/// Positions along a dimension that `at` leaves: one, or all.
std::vector<std::int64_t> positions(const Quantity& quantity, const store::Dataset& dataset, const std::string& dim,
                                    std::int64_t length, const std::string& owner) {
  const auto asked = quantity.at.find(dim);
  std::vector<std::int64_t> all;
  if (asked == quantity.at.end()) {
    for (std::int64_t k = 0; k < length; ++k) all.push_back(k);
    return all;
  }
  const auto* coordinate = dataset.find(dim);
  if (coordinate == nullptr || coordinate->dims != std::vector<std::string>{dim}) {
    if (asked->second.is_number_integer() && asked->second >= 0 && asked->second < length)
      return {asked->second.get<std::int64_t>()};
    throw store::DataError(fmt::format("'{}' of {} has {} entries along '{}', numbered from 0, not {}", quantity.name,
                                       owner, length, dim, asked->second.dump()));
  }
  for (std::int64_t k = 0; k < length; ++k) {
    const auto index = static_cast<std::size_t>(k);
    if (coordinate->labels.empty() ? is_number(asked->second, coordinate->values[index])
                                   : asked->second == json(coordinate->labels[index]))
      return {k};
  }
  throw store::DataError(
      fmt::format("'{}' of {} has no {} along '{}'", quantity.name, owner, asked->second.dump(), dim));
}

double reduce(const std::string& how, const std::vector<double>& values) {
  if (how == "first") return values.front();
  if (how == "last") return values.back();
  if (how == "min") return *std::min_element(values.begin(), values.end());
  if (how == "max") return *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

store::Dataset read_numbers(const Stage& stage, const std::filesystem::path& folder) {
  if (std::holds_alternative<TrainStage>(stage.work)) return history_of(folder / history_file);
  return store::read_dataset(folder / result_file);
}

std::vector<Output> outputs_of(const Stage& stage) {
  std::vector<Output> outputs;
  if (const auto* work = std::get_if<TrainStage>(&stage.work))
    for (const auto& column : history_columns)
      if (column == "loss" || work->options.evaluate_every > 0) outputs.push_back({column, {"batch"}});
  if (const auto* work = std::get_if<MeasureStage>(&stage.work)) {
    const plugin::Metric metric(*work->metric.component, work->metric.parameters);
    for (const auto& output : metric.outputs()) outputs.push_back({output.name, output.dims});
  }
  return outputs;
}

const Output* find_output(const std::vector<Output>& outputs, const std::string& name) {
  const auto found =
      std::find_if(outputs.begin(), outputs.end(), [&](const Output& output) { return output.name == name; });
  return found == outputs.end() ? nullptr : &*found;
}

std::string missing_output(const std::string& stage, const std::vector<Output>& outputs, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& output : outputs) names.push_back(output.name);
  return fmt::format("'{}' has no result '{}'.{} It has {}", stage, name, did_you_mean(name, names),
                     fmt::join(names, ", "));
}

std::vector<Recorded> recorded_by(const SimulateStage& simulation) {
  const auto& options = simulation.options;
  const auto task = make_task(simulation.model.task);
  std::vector<Recorded> all = {{"position", task->latents(), task->latent_unit()}, {"trial_direction"}, {"time"}};
  if (!options.quiescent) all.push_back({"latent", task->latents(), task->latent_unit()});
  if (options.record_state) all.push_back({"state", simulation.model.network.units});
  if (options.record_output) all.push_back({"output", task->outputs()});
  if (task->has_endpoints()) all.push_back({"endpoint"});
  if (task->has_mean_paths()) all.push_back({"mean_path"});
  return all;
}

std::string missing_record(const SimulateStage& simulation, const std::string& stage, const std::string& variable) {
  std::vector<std::string> names;
  for (const auto& recorded : recorded_by(simulation)) names.push_back(recorded.name);
  if (std::find(names.begin(), names.end(), variable) != names.end()) return "";
  const auto& known = recordable();
  if (std::find(known.begin(), known.end(), variable) != known.end())
    return fmt::format("the recording of '{}' has no '{}': add record = [\"{}\"] to [stage.{}]", stage, variable,
                       variable, stage);
  if (variable == "latent")
    return fmt::format("the recording of '{}' has no 'latent': a quiescent simulation follows no task", stage);
  return fmt::format("the recording of '{}' has no '{}'; it has {}", stage, variable, fmt::join(names, ", "));
}

double value_of(const Quantity& quantity, const Stage& stage, const store::Dataset& dataset) {
  const auto owner = fmt::format("'{}'", stage.label());
  const auto& variable = dataset.at(quantity.name);
  if (variable.values.empty()) throw store::DataError(fmt::format("'{}' of {} has no numbers", quantity.name, owner));
  std::vector<double> values = variable.values;
  std::vector<std::int64_t> shape = variable.shape;
  for (std::size_t d = 0; d < variable.dims.size(); ++d) {
    const auto kept = positions(quantity, dataset, variable.dims[d], shape[d], owner);
    std::int64_t inner = 1, outer = 1;
    for (std::size_t k = 0; k < d; ++k) outer *= shape[k];
    for (std::size_t k = d + 1; k < shape.size(); ++k) inner *= shape[k];
    std::vector<double> chosen;
    for (std::int64_t o = 0; o < outer; ++o)
      for (const auto k : kept)
        for (std::int64_t i = 0; i < inner; ++i)
          chosen.push_back(values[static_cast<std::size_t>((o * shape[d] + k) * inner + i)]);
    values = std::move(chosen);
    shape[d] = std::ssize(kept);
  }
  const auto missing = std::erase_if(values, [](double value) { return std::isnan(value); });
  // In a history those are batches that were not evaluated.
  if (missing > 0 && !values.empty() && !std::holds_alternative<TrainStage>(stage.work))
    throw store::DataError(fmt::format("{} of {} numbers of '{}' of {} are missing (NaN)", missing,
                                       values.size() + missing, quantity.name, owner),
                           "Choose some that are there with at = { ... }.");
  if (values.empty()) throw store::DataError(fmt::format("'{}' of {} has no number there", quantity.name, owner));
  if (quantity.reduce != "none") return reduce(quantity.reduce, values);
  if (values.size() == 1) return values.front();
  throw store::DataError(fmt::format("'{}' of {} has {} numbers ({})", quantity.name, owner, values.size(),
                                     fmt::join(variable.dims, ", ")),
                         "Choose one with at = { ... }, or reduce them: reduce = \"mean\".");
}

}  // namespace reverie::pipeline
