// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <pipeline/outcomes.hpp>

namespace reverie::pipeline {
namespace {

StageOutcome failure(const Stage& stage, const Report& report, double seconds, const std::filesystem::path& log_file) {
  return {
      stage.label(), StageState::failed, seconds, fmt::format("stage '{}' failed: {}", stage.label(), report.message),
      report.remedy, report.code,        log_file};
}

}  // namespace

Outcomes::Outcomes(const Plan& plan, const RunOptions& options, std::filesystem::path index, EventLog& log)
    : plan_(plan), options_(options), index_(std::move(index)), log_(log), outcomes_(plan.stages.size()) {
  for (std::size_t k = 0; k < outcomes_.size(); ++k) outcomes_[k].stage = plan.stages[k].label();
}

bool Outcomes::finish(const std::vector<std::size_t>& stages, const Report& report, double seconds,
                      const std::filesystem::path& log_file) {
  bool good = report.state != StageState::failed;
  for (const auto k : stages) {
    const auto& stage = plan_.stages[k];
    if (report.state == StageState::failed)
      outcomes_[k] = failure(stage, report, seconds, log_file);
    else
      outcomes_[k] = {stage.label(), report.state, seconds, "", report.remedy, report.code, log_file};
    if (outcomes_[k].has_result()) try {
        link_result(index_, stage, result_folder(options_.runs, stage));
      } catch (const Error& error) {
        good = false;
        outcomes_[k] =
            failure(stage, {StageState::failed, error.what(), error.remedy(), error.exit_code()}, seconds, log_file);
      }
    announce(k);
  }
  return good;
}

void Outcomes::skip(const std::vector<std::size_t>& stages) {
  for (const auto k : stages) {
    const auto& stage = plan_.stages[k];
    std::string missing;
    for (const auto input : stage.inputs)
      if (const auto state = outcomes_[input].state; state == StageState::failed || state == StageState::skipped)
        missing = plan_.stages[input].label();
    outcomes_[k] = {stage.label(),
                    StageState::skipped,
                    0,
                    fmt::format("stage '{}' was skipped: it needs '{}'", stage.label(), missing),
                    "",
                    ExitCode::run_failed,
                    ""};
    announce(k);
  }
}

void Outcomes::reopen(const std::vector<std::size_t>& stages) {
  for (const auto k : stages) {
    StageOutcome open;
    open.stage = outcomes_[k].stage;
    outcomes_[k] = std::move(open);
  }
}

void Outcomes::announce(std::size_t stage) {
  const auto& outcome = outcomes_[stage];
  nlohmann::ordered_json details = {{"stage", outcome.stage}, {"seconds", outcome.seconds}};
  if (!outcome.message.empty()) details["message"] = outcome.message;
  // What a worker finds others did, each of many would say.
  if (!options_.worker || outcome.state != StageState::done_before)
    log_.write(std::string(name_of(outcome.state)), details);
  if (options_.events.finished) options_.events.finished(plan_.stages[stage], outcome);
}

}  // namespace reverie::pipeline
