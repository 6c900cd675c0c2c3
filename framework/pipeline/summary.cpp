// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pipeline/summary.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

analysis::ReportFigure figure_of(const Stage& stage, const std::filesystem::path& folder) {
  const auto words = json::parse(store::read_file(folder / figure_words_file));
  return {stage.label(), words.at("title").get<std::string>(), words.at("caption").get<std::string>(),
          words.at("alternative_text").get<std::string>(), folder};
}

std::vector<const plugin::Component*> plugins_of(const Plan& plan) {
  std::vector<const plugin::Component*> plugins;
  for (const auto& stage : plan.stages)
    for (const auto* component : stage.plugins)
      if (std::find(plugins.begin(), plugins.end(), component) == plugins.end()) plugins.push_back(component);
  return plugins;
}

}  // namespace

std::vector<MeasuredResult> measured_results(const Plan& plan, const std::vector<StageOutcome>& outcomes,
                                             const std::filesystem::path& runs) {
  std::vector<MeasuredResult> results;
  for (std::size_t k = 0; k < plan.stages.size(); ++k) {
    const auto& stage = plan.stages[k];
    if (std::holds_alternative<MeasureStage>(stage.work) && outcomes[k].has_result())
      results.push_back({stage.name, stage.point, store::read_dataset(result_folder(runs, stage) / result_file)});
  }
  return results;
}

std::vector<analysis::ReportMetric> scalar_results(const Plan& plan, const std::vector<MeasuredResult>& results) {
  std::map<std::string, std::string> metric_of;
  for (const auto& stage : plan.stages)
    if (const auto* work = std::get_if<MeasureStage>(&stage.work)) metric_of[stage.name] = work->metric.component->id;
  std::vector<analysis::ReportMetric> rows;
  for (const auto& [name, point, numbers] : results) {
    const auto label = point.empty() ? name : fmt::format("{}[{}]", name, text_of(point));
    for (const auto& variable : numbers.variables)
      if (variable.dims.empty() && variable.values.size() == 1)
        rows.push_back({label, metric_of[name], variable.name, variable.unit, variable.values[0], variable.long_name});
  }
  return rows;
}

analysis::Report summarise(const Plan& plan, const RunResult& result, const std::filesystem::path& runs,
                           const Times& times) {
  analysis::Report report;
  report.title = plan.title;
  report.pipeline = plan.file.string();
  report.metrics = result.metrics;
  report.configuration = plan.configuration;
  report.provenance = provenance(times, plugins_of(plan));
  report.warnings = plan.warnings;
  for (const auto& claim : result.claims) {
    report.claims.push_back({claim.name, claim.text, std::string(name_of(claim.verdict)), {}});
    for (const auto& c : claim.comparisons)
      report.claims.back().comparisons.push_back({text_of(c.point), c.side, std::string(name_of(c.verdict)), c.samples,
                                                  c.value, c.bound, c.low, c.high, c.missing});
  }
  for (std::size_t k = 0; k < plan.stages.size(); ++k) {
    const auto& stage = plan.stages[k];
    const auto& outcome = result.stages[k];
    std::vector<std::string> inputs;
    for (const auto input : stage.inputs)
      if (const auto name = plan.stages[input].label(); std::find(inputs.begin(), inputs.end(), name) == inputs.end())
        inputs.push_back(name);
    report.stages.push_back({stage.label(), stage.run(), std::string(name_of(outcome.state)), outcome.seconds,
                             stage.fingerprint.substr(0, 16), inputs});
    if (!outcome.message.empty()) report.warnings.push_back(outcome.message);
    if (std::holds_alternative<FigureStage>(stage.work) && outcome.has_result())
      report.figures.push_back(figure_of(stage, result_folder(runs, stage)));
  }
  return report;
}

}  // namespace reverie::pipeline
