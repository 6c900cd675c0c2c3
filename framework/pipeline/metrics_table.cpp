// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <analysis/figures/table.hpp>
#include <array>
#include <cmath>
#include <map>
#include <pipeline/axes.hpp>
#include <pipeline/metrics_table.hpp>

namespace reverie::pipeline {
namespace {

using store::csv_field;

std::string seed_of(const Point& point) {
  for (const auto& [axis, label] : point)
    if (axis == seed_axis) return text_of(label);
  return "";
}

bool is_single(const store::Variable& variable) { return variable.dims.empty() && variable.values.size() == 1; }

std::optional<double> single(const store::Dataset& result, const std::string& name) {
  const auto* variable = result.find(name);
  if (variable == nullptr || !is_single(*variable)) return std::nullopt;
  return variable->values[0];
}

std::string number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

}  // namespace

std::string condition_of(const Point& point) {
  Point others;
  for (const auto& place : point)
    if (place.first != seed_axis) others.push_back(place);
  return text_of(others);
}

std::optional<double> count_behind(const std::string& variable, const store::Dataset& result) {
  const auto number = variable.ends_with("_se") ? variable.substr(0, variable.size() - 3) : variable;
  for (const char* ending : {"_n", "_count"})
    if (const auto count = single(result, number + ending)) return count;
  for (const std::string phase : {"awake", "replay", "floor"}) {
    if (!variable.starts_with(phase)) continue;
    std::optional<double> only;
    int found = 0;
    for (const char* what : {"_samples", "_trials", "_paths"})
      if (const auto count = single(result, phase + what)) only = count, ++found;
    if (found == 1) return only;
    const auto* per_trial = result.find(phase + "_per_trial");
    if (found == 0 && per_trial != nullptr && per_trial->dims.size() == 1)
      return static_cast<double>(per_trial->shape[0]);
  }
  for (const char* name : {"samples", "trials"})
    if (const auto count = single(result, name)) return count;
  for (const auto& other : result.variables)
    for (std::size_t d = 0; d < other.dims.size(); ++d)
      if (other.dims[d] == "trial") return static_cast<double>(other.shape[d]);
  return std::nullopt;
}

std::string metrics_table(const std::string& run, const std::vector<MeasuredResult>& results) {
  std::string table = "run,seed,condition,metric,value,units,n\n";
  for (const auto& result : results)
    for (const auto& variable : result.numbers.variables) {
      if (!is_single(variable)) continue;
      const auto n = count_behind(variable.name, result.numbers);
      table += fmt::format("{},{},{},{},{},{},{}\n", csv_field(run), csv_field(seed_of(result.point)),
                           csv_field(condition_of(result.point)), csv_field(result.stage + "." + variable.name),
                           number(variable.values[0]), csv_field(variable.unit), n ? number(*n) : "");
    }
  return table;
}

std::vector<NumberOverSeeds> over_seeds(const std::vector<MeasuredResult>& results) {
  std::vector<NumberOverSeeds> numbers;  // in the order in which they first appear
  std::vector<std::vector<double>> samples;
  std::map<std::array<std::string, 3>, std::size_t> place_of;
  for (const auto& result : results) {
    const auto condition = condition_of(result.point);
    for (const auto& variable : result.numbers.variables) {
      if (!is_single(variable)) continue;
      const auto [place, fresh] = place_of.emplace(std::array{condition, result.stage, variable.name}, numbers.size());
      if (fresh) {
        numbers.push_back({result.stage, variable.name, condition, variable.unit, variable.long_name, {}});
        samples.emplace_back();
      }
      samples[place->second].push_back(variable.values[0]);
    }
  }
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k].reduced = reduce_samples(samples[k], "mean");
  return numbers;
}

std::string metrics_summary(const std::string& run, const std::vector<NumberOverSeeds>& numbers) {
  std::string table = "run,condition,metric,mean,sd,low,high,units,seeds\n";
  for (const auto& row : numbers)
    table += fmt::format("{},{},{},{},{},{},{},{},{}\n", csv_field(run), csv_field(row.condition),
                         csv_field(row.stage + "." + row.variable), number(row.reduced.centre), number(row.reduced.sd),
                         number(row.reduced.low), number(row.reduced.high), csv_field(row.unit), row.reduced.n);
  return table;
}

}  // namespace reverie::pipeline
