// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pipeline/summary.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {

std::vector<MeasuredResult> measured_results(const Plan& plan, const std::filesystem::path& runs) {
  std::vector<MeasuredResult> results;
  for (std::size_t k = 0; k < plan.stages.size(); ++k) {
    const auto& stage = plan.stages[k];
    const auto folder = result_folder(runs, stage);
    if (!std::holds_alternative<MeasureStage>(stage.work) || !std::filesystem::exists(folder)) continue;
    try {
      results.push_back({stage.name, stage.point, store::read_dataset(folder / result_file), k});
    } catch (const store::DataError&) {
    }
  }
  return results;
}

std::vector<analysis::ReportMetric> scalar_results(const Plan& plan, const std::vector<MeasuredResult>& results) {
  std::map<std::string, std::string> metric_of;
  for (const auto& stage : plan.stages)
    if (const auto* work = std::get_if<MeasureStage>(&stage.work)) metric_of[stage.name] = work->metric.component->id;
  std::vector<analysis::ReportMetric> rows;
  for (const auto& [name, point, numbers, stage] : results) {
    const auto label = point.empty() ? name : fmt::format("{}[{}]", name, text_of(point));
    for (const auto& variable : numbers.variables)
      if (variable.dims.empty() && variable.values.size() == 1)
        rows.push_back({label, metric_of[name], variable.name, variable.unit, variable.values[0], variable.long_name});
  }
  return rows;
}

}  // namespace reverie::pipeline
