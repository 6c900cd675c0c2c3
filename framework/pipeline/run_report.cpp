// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <pipeline/live_training.hpp>
#include <pipeline/provenance.hpp>
#include <pipeline/run_report.hpp>
#include <pipeline/run_stage.hpp>
#include <pipeline/status.hpp>
#include <pipeline/stored_result.hpp>
#include <pipeline/time_left.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

fs::path stored(const fs::path& index, const RecordedStage& stage) {
  return index.parent_path() / "store" / stage.fingerprint.substr(0, 16);
}

/// The link to the result where there is one: it can be read by people, and stays right when both folders move.
fs::path shown_folder(const fs::path& index, const RecordedStage& stage) {
  const auto link = index / place_of(stage.name, stage.point, stage.fingerprint);
  const auto result = stored(index, stage);
  std::error_code missing;
  return fs::equivalent(link, result, missing) ? link : result;
}

analysis::ReportPoint text_of_each(const Point& point) {
  analysis::ReportPoint texts;
  for (const auto& [axis, label] : point) texts.emplace_back(axis, text_of(label));
  return texts;
}

analysis::ReportFigure figure_of(const RecordedStage& stage, const fs::path& folder) {
  const auto words = json::parse(store::read_file(folder / figure_words_file));
  return {stage.name,
          text_of_each(stage.point),
          stage.section,
          words.at("title").get<std::string>(),
          words.at("caption").get<std::string>(),
          words.at("alternative_text").get<std::string>(),
          folder};
}

/// ddof 1; NaN with fewer than two.
double deviation(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  for (const double value : values) squares += std::pow(value - sum / static_cast<double>(values.size()), 2);
  return values.size() < 2 ? unknown : std::sqrt(squares / static_cast<double>(values.size() - 1));
}

/// The standard error of a quantity over trials: NAME_se, or `standard_error` right behind it; null where there is
/// none, or where it is one of drawn numbers (Monte Carlo), which says nothing about trials.
const store::Variable* standard_error_of(const store::Dataset& numbers, const std::string& name) {
  const auto& all = numbers.variables;
  const auto* error = numbers.find(name + "_se");
  for (std::size_t k = 0; error == nullptr && k + 1 < all.size(); ++k)
    if (all[k].name == name && all[k + 1].name == "standard_error") error = &all[k + 1];
  return error != nullptr && error->long_name.find("Monte Carlo") != std::string::npos ? nullptr : error;
}

/// Of a single seed: the spread over trials, where the result tells it.
void add_spread_over_trials(const store::Dataset& numbers, analysis::ReportQuantity& row) {
  const auto* error = standard_error_of(numbers, row.name);
  if (error == nullptr || error->values.size() != 1) return;
  row.low = row.mean - 1.96 * error->values[0];
  row.high = row.mean + 1.96 * error->values[0];
  // "per_trial" may be of another number of the result.
  for (const auto& name : {row.name + "_per_trial", std::string("per_trial")})
    if (const auto* each = numbers.find(name); each != nullptr && each->unit == row.unit) {
      const double sd = deviation(each->values);
      const double expected = error->values[0] * std::sqrt(static_cast<double>(each->values.size()));
      if (std::abs(sd - expected) > 1e-6 * expected) continue;
      row.sd = sd;
      return;
    }
}

std::vector<analysis::ReportQuantity> quantities_of(const std::vector<MeasuredResult>& results,
                                                    const std::map<std::string, std::string>& metric_of) {
  std::map<std::pair<std::string, std::string>, const store::Dataset*> numbers_of;
  std::vector<analysis::ReportQuantity> rows;
  for (const auto& [stage, variable, condition, unit, doc, reduced] : over_seeds(results))
    rows.push_back({stage, condition, metric_of.at(stage), variable, unit, doc, reduced.centre, reduced.sd, reduced.low,
                    reduced.high, static_cast<std::size_t>(reduced.n)});
  for (const auto& result : results)
    numbers_of.try_emplace({result.stage, condition_of(result.point)}, &result.numbers);
  for (auto& row : rows) {
    const auto& numbers = *numbers_of.at({row.stage, row.condition});
    const auto* number = numbers.find(row.name);
    // The one seed that has the number may be another than the first.
    if (row.seeds <= 1 && number != nullptr && number->values.at(0) == row.mean) add_spread_over_trials(numbers, row);
  }
  // A standard error stands beside its quantity, in the interval.
  std::erase_if(rows, [&](const auto& row) {
    const auto& numbers = *numbers_of.at({row.stage, row.condition});
    return std::any_of(numbers.variables.begin(), numbers.variables.end(), [&](const store::Variable& variable) {
      const auto* error = standard_error_of(numbers, variable.name);
      return error != nullptr && error->name == row.name;
    });
  });
  return rows;
}

/// What is no number is written as null.
double number_of(const ordered_json& value) { return value.is_null() ? unknown : value.get<double>(); }

std::vector<analysis::ReportClaim> claims_of(const fs::path& index) {
  std::vector<analysis::ReportClaim> claims;
  std::error_code missing;
  if (!fs::exists(index / "claims.json", missing)) return claims;
  for (const auto& claim : ordered_json::parse(store::read_file(index / "claims.json"))) {
    claims.push_back({claim.at("name"), claim.at("text"), claim.at("verdict"), {}});
    for (const auto& c : claim.at("comparisons")) {
      analysis::ReportComparison comparison;
      const auto at = c.value("at", ordered_json::object());
      for (const auto& [axis, label] : at.items())
        comparison.at += fmt::format("{}{}={}", comparison.at.empty() ? "" : ",", axis, text_of(json(label)));
      comparison.side = c.at("side");
      comparison.verdict = c.at("verdict");
      comparison.samples = c.at("samples");
      comparison.missing = c.value("missing", "");
      if (comparison.missing.empty()) {
        comparison.value = number_of(c.at("value"));
        comparison.bound = number_of(c.at("bound"));
        comparison.low = number_of(c.at("interval_95").at(0));
        comparison.high = number_of(c.at("interval_95").at(1));
      }
      claims.back().comparisons.push_back(std::move(comparison));
    }
  }
  return claims;
}

double share_of(const StageStatus& status) {
  return status.total > 0 ? static_cast<double>(status.done) / static_cast<double>(status.total) : 0;
}

}  // namespace

const RunReader::Known& RunReader::known(const RecordedStage& stage, const fs::path& folder) {
  if (const auto found = known_.find(stage.fingerprint); found != known_.end()) return found->second;
  Known known;
  const auto origin = json::parse(store::read_file(folder / provenance_file), nullptr, false);
  if (origin.is_object()) known.seconds = origin.value("seconds", 0.0);
  if (stage.run == "measure") {
    auto all = store::read_dataset(folder / result_file);
    for (auto& variable : all.variables)
      if (variable.dims.empty() || variable.name.ends_with("per_trial"))
        known.numbers.variables.push_back(std::move(variable));
  }
  return known_[stage.fingerprint] = std::move(known);
}

analysis::ReportRun RunReader::read(const fs::path& index) {
  try {
    return read_checked(index);
  } catch (const json::exception& error) {
    throw store::DataError(fmt::format("{}: what it holds of its run is damaged ({})", index.string(), error.what()),
                           "Run the pipeline again.");
  }
}

analysis::ReportRun RunReader::read_checked(const fs::path& named) {
  auto index = fs::absolute(named).lexically_normal();
  if (!index.has_filename()) index = index.parent_path();  // "runs/navigation/"
  const auto recorded = read_plan_record(index);
  const auto status = read_status(index);
  const auto& about = recorded.report;
  analysis::ReportRun run;
  run.name = index.filename().string();
  run.title = about.value("title", run.name);
  run.pipeline = recorded.pipeline;
  run.state = status.state;
  run.started = status.started;
  run.last = status.last;
  run.configuration = about.value("configuration", ordered_json());
  const auto origins = about.value("origins", ordered_json::object());
  run.origins = {origins.value("written", std::set<std::string>()), origins.value("scaled", std::set<std::string>()),
                 origins.value("set", std::set<std::string>())};
  run.provenance = about.value("provenance", ordered_json::object());
  if (status.state == "finished") {
    run.provenance["finished"] = status.last;
    run.provenance["seconds"] = seconds_between(status.started, status.last);
  }
  run.warnings = about.value("warnings", std::vector<std::string>());
  run.warnings.insert(run.warnings.end(), status.warnings.begin(), status.warnings.end());
  if (const auto left = time_left(status, recorded)) run.left = text_of(*left);

  std::vector<MeasuredResult> measured;
  std::map<std::string, std::string> metric_of;
  std::size_t skipped = 0;
  for (std::size_t k = 0; k < recorded.stages.size(); ++k) {
    const auto& stage = recorded.stages[k];
    const auto& now = status.stages[k];
    const auto folder = stored(index, stage);
    std::error_code missing;
    const bool there = fs::exists(folder / stage_file, missing) && now.state != "failed";
    auto state = now.state;
    // Not asked for in the last run, or not come to yet, but there from an earlier one.
    if (there && (state == "open" || state == "left out")) state = "done before";
    run.stages.push_back({stage.label, stage.name, stage.run, state, there ? known(stage, folder).seconds : now.seconds,
                          stage.fingerprint, stage.inputs, state == "running" ? share_of(now) : 0});
    if (state == "skipped")
      ++skipped;
    else if (!now.message.empty())
      run.warnings.push_back(now.message);
    if (there && stage.run == "figure") run.figures.push_back(figure_of(stage, shown_folder(index, stage)));
    if (there && stage.run == "measure") {
      metric_of.emplace(stage.name, stage.identity.at("metric").at("plugin").get<std::string>());
      measured.push_back({stage.name, stage.point, known(stage, folder).numbers});
    }
    if (state != "running" || stage.run != "train") continue;
    if (auto training = read_live_training(store::work_folder(folder))) {
      training->stage = stage.label;
      run.trainings.push_back(std::move(*training));
    }
  }
  if (skipped > 0) run.warnings.push_back(fmt::format("{} stages were skipped, which need one that failed", skipped));
  run.quantities = quantities_of(measured, metric_of);
  // Claims are judged at the end.
  if (status.state == "finished") run.claims = claims_of(index);
  return run;
}

void write_run_report(RunReader& reader, const std::vector<fs::path>& indexes, const fs::path& file,
                      const std::string& title, int refresh_seconds) {
  analysis::Report report;
  for (const auto& index : indexes) report.runs.push_back(reader.read(index));
  report.title = title;
  for (const auto& run : report.runs)
    if (title.empty()) report.title += (report.title.empty() ? "" : " · ") + run.title;
  report.refresh_seconds = refresh_seconds;
  analysis::write_report(report, file);
}

}  // namespace reverie::pipeline
