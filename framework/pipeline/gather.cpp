// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <analysis/figures/results.hpp>
#include <array>
#include <cmath>
#include <limits>
#include <pipeline/axes.hpp>
#include <pipeline/gather.hpp>
#include <random>
#include <set>
#include <store/csv_table.hpp>
#include <string_view>

namespace reverie::pipeline {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr int resamples = 2000;

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

/// The axes in the order of the points, each with its labels.
std::vector<std::pair<std::string, std::vector<json>>> axes_of(const std::vector<PlacedNumbers>& results) {
  std::vector<std::pair<std::string, std::vector<json>>> axes;
  for (const auto& [name, label] : results.front().coordinates) axes.emplace_back(name, std::vector<json>());
  for (const auto& result : results)
    for (std::size_t a = 0; a < axes.size(); ++a) {
      auto& labels = axes[a].second;
      const auto& label = result.coordinates[a].second;
      if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
    }
  return axes;
}

store::Variable coordinate_of(const std::string& axis, const std::vector<json>& labels) {
  store::Variable variable;
  variable.name = axis;
  variable.dims = {axis};
  variable.shape = {std::ssize(labels)};
  const bool numbers = std::all_of(labels.begin(), labels.end(), [](const json& label) { return label.is_number(); });
  for (const auto& label : labels) {
    if (numbers)
      variable.values.push_back(label.get<double>());
    else
      variable.labels.push_back(text_of(label));
  }
  return variable;
}

/// The variable of the same name in another result, nullptr where that has none; throws when it is of another kind.
const store::Variable* matching(const store::Variable& first, const PlacedNumbers& other) {
  const auto* found = other.numbers.find(first.name);
  if (found == nullptr || (found->dims == first.dims && found->shape == first.shape && found->unit == first.unit))
    return found;
  throw store::DataError(
      fmt::format("'{}' at {} {}", first.name, text_of(other.coordinates),
                  found->unit != first.unit ? fmt::format("is in \"{}\", elsewhere in \"{}\"", found->unit, first.unit)
                                            : fmt::format("has the shape ({}), elsewhere ({})",
                                                          fmt::join(found->shape, ", "), fmt::join(first.shape, ", "))),
      "Only results of equal dimensions and units can be gathered; choose others with value = [...], or a part of the "
      "axis with at = { AXIS = [...] }.");
}

/// Each variable that any of the results has, in the order in which they first appear; of `chosen`, unless that is
/// empty, with the coordinates of their dimensions.
std::vector<const store::Variable*> variables_of(const std::vector<PlacedNumbers>& results,
                                                 const std::vector<std::string>& chosen) {
  std::set<std::string> kept(chosen.begin(), chosen.end());
  for (const auto& result : results)
    for (const auto& name : chosen)
      if (const auto* found = result.numbers.find(name)) kept.insert(found->dims.begin(), found->dims.end());
  std::vector<const store::Variable*> all;
  std::set<std::string> names;
  for (const auto& result : results)
    for (const auto& variable : result.numbers.variables)
      if ((kept.empty() || kept.contains(variable.name)) && names.insert(variable.name).second)
        all.push_back(&variable);
  return all;
}

struct Grid {
  std::vector<std::pair<std::string, std::vector<json>>> kept;
  std::size_t cells = 1;
  std::vector<std::size_t> cell_of;  ///< one per result
};

Grid grid_of(const std::vector<PlacedNumbers>& results, const std::vector<std::string>& over) {
  Grid grid;
  std::vector<std::size_t> positions;
  const auto axes = axes_of(results);
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (std::find(over.begin(), over.end(), axes[a].first) != over.end()) continue;
    grid.kept.push_back(axes[a]);
    positions.push_back(a);
    grid.cells *= axes[a].second.size();
  }
  for (const auto& result : results) {
    std::size_t cell = 0;
    for (std::size_t k = 0; k < positions.size(); ++k) {
      const auto& labels = grid.kept[k].second;
      const auto found = std::find(labels.begin(), labels.end(), result.coordinates[positions[k]].second);
      cell = cell * labels.size() + static_cast<std::size_t>(found - labels.begin());
    }
    grid.cell_of.push_back(cell);
  }
  return grid;
}

void add_gathered(const std::vector<PlacedNumbers>& results, const Grid& grid, bool reduced, const std::string& how,
                  const store::Variable& first, store::Dataset& dataset) {
  store::Variable variable = first;
  variable.dims.clear();
  variable.shape.clear();
  for (const auto& [axis, labels] : grid.kept) {
    if (std::find(first.dims.begin(), first.dims.end(), axis) != first.dims.end())
      throw store::DataError(fmt::format("'{}' has a dimension '{}', and so has the sweep", first.name, axis),
                             "Give the axis another name.");
    variable.dims.push_back(axis);
    variable.shape.push_back(std::ssize(labels));
  }
  variable.dims.insert(variable.dims.end(), first.dims.begin(), first.dims.end());
  variable.shape.insert(variable.shape.end(), first.shape.begin(), first.shape.end());

  const auto inner = first.values.size();
  std::vector<std::vector<double>> samples(grid.cells * inner);
  for (std::size_t r = 0; r < results.size(); ++r) {
    const auto* found = matching(first, results[r]);
    for (std::size_t k = 0; k < inner; ++k)
      samples[grid.cell_of[r] * inner + k].push_back(found != nullptr ? found->values[k] : missing);
  }
  variable.values.assign(samples.size(), 0);
  if (!reduced) {
    for (std::size_t k = 0; k < samples.size(); ++k) variable.values[k] = samples[k].front();
    dataset.variables.push_back(std::move(variable));
    return;
  }
  auto sd = variable, low = variable, high = variable, n = variable;
  sd.name += "_sd", low.name += "_low", high.name += "_high", n.name += "_n";
  sd.long_name = "standard deviation", low.long_name = "95 % interval, lower end";
  high.long_name = "95 % interval, upper end", n.long_name = "number of samples", n.unit = "1";
  for (std::size_t k = 0; k < samples.size(); ++k) {
    const auto reduction = reduce_samples(std::move(samples[k]), how);
    variable.values[k] = reduction.centre, sd.values[k] = reduction.sd;
    low.values[k] = reduction.low, high.values[k] = reduction.high, n.values[k] = reduction.n;
  }
  for (auto* each : {&variable, &sd, &low, &high, &n}) dataset.variables.push_back(std::move(*each));
}

}  // namespace

bool made_by_reducing(const std::string& name, const std::string& of) {
  constexpr std::array<std::string_view, 4> endings = {"_sd", "_low", "_high", "_n"};
  return name.starts_with(of) && std::find(endings.begin(), endings.end(), name.substr(of.size())) != endings.end();
}

Reduced reduce_samples(std::vector<double> samples, const std::string& how) {
  std::erase_if(samples, [](double value) { return std::isnan(value); });
  const auto moments = analysis::moments_of(samples);
  const double half = analysis::half_interval(moments);
  Reduced result{moments.mean, moments.sd, moments.mean - half, moments.mean + half, static_cast<double>(moments.n)};
  if (how != "median" || samples.empty()) return result;
  result.centre = median(samples);
  if (samples.size() == 1) return result;

  std::mt19937_64 generator(0);  // its numbers are fixed by the standard
  std::vector<double> centres(resamples), drawn(samples.size());
  for (auto& value : centres) {
    for (auto& sample : drawn) sample = samples[generator() % samples.size()];
    value = median(drawn);
  }
  std::sort(centres.begin(), centres.end());
  result.low = centres[static_cast<std::size_t>(0.025 * resamples)];
  result.high = centres[static_cast<std::size_t>(0.975 * resamples) - 1];
  return result;
}

store::Dataset gather(const std::vector<PlacedNumbers>& results, const std::vector<std::string>& over,
                      const std::string& reduce, const std::vector<std::string>& chosen) {
  const auto grid = grid_of(results, over);
  store::Dataset dataset;
  for (const auto& [axis, labels] : grid.kept) dataset.variables.push_back(coordinate_of(axis, labels));
  const auto variables = variables_of(results, chosen);
  for (const auto* variable : variables) {
    const auto& first = *variable;
    // The reduction of another variable has one of this name.
    if (!over.empty() && std::any_of(variables.begin(), variables.end(), [&](const store::Variable* other) {
          return !store::is_coordinate(*other) && made_by_reducing(first.name, other->name);
        }))
      continue;
    if (store::is_coordinate(first)) {
      for (const auto& result : results)
        if (const auto* other = matching(first, result);
            other != nullptr && (other->values != first.values || other->labels != first.labels))
          throw store::DataError(
              fmt::format("the coordinate '{}' differs at {}", first.name, text_of(result.coordinates)),
              "Only results with equal coordinates can be gathered; choose variables without it with value = [...].");
      dataset.variables.push_back(first);
    } else if (first.labels.empty()) {
      add_gathered(results, grid, !over.empty(), reduce, first, dataset);
    }
  }
  return dataset;
}

}  // namespace reverie::pipeline
