// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <pipeline/event_log.hpp>
#include <pipeline/failures.hpp>
#include <pipeline/provenance.hpp>
#include <pipeline/status.hpp>
#include <store/files.hpp>

namespace reverie::pipeline {
namespace {

/// A run by its lines of the log.
struct LoggedRun {
  RunStatus status;
  pid_t process = 0;
  std::string host;
};

/// Enters a line; `place`: of the stages by label.
void enter(LoggedRun& run, const json& line, const std::map<std::string, std::size_t>& place) {
  auto& status = run.status;
  const auto event = line.value("event", "");
  status.last = line.value("time", "");
  if (event == "run")
    for (const auto& label : line.value("left_out", std::vector<std::string>()))
      if (const auto found = place.find(label); found != place.end()) status.stages[found->second].state = "left out";
  if (event == "end") {
    status.state = "finished";
    status.exit_code = line.value("exit", -1);
  } else if (event == "interrupted") {
    status.state = event;
  } else if (event == "warning") {
    status.warnings.push_back(line.value("message", ""));
  }
  const auto found = place.find(line.value("stage", ""));
  if (found == place.end()) return;
  auto& stage = status.stages[found->second];
  if (event == "progress") {
    stage.done = line.value("done", std::int64_t{0});
    stage.total = line.value("total", std::int64_t{0});
    stage.of = line.value("of", "");
    const auto loss = line.find("loss");
    stage.loss = loss != line.end() && loss->is_number() ? loss->get<double>() : 0;
    if (stage.first_word.empty()) stage.first_word = status.last, stage.first_done = stage.done;
    stage.last_word = status.last;
  } else if (event != "grown") {
    stage.state = event == "started" ? "running" : event;
    stage.message = line.value("message", "");
    stage.seconds = line.value("seconds", 0.0);
    if (event == "started") stage.started = status.last;
  }
}

/// A run that was killed says nothing.
void notice_its_end(LoggedRun& run) {
  const bool gone = run.host == store::host_name() && run.process > 0 && store::has_ended(run.process);
  if (run.status.state != "running" || !gone) return;
  run.status.state = "ended without a word";
  for (auto& stage : run.status.stages)
    if (stage.state == "running" || stage.state == "waiting") stage.state = "ended";
}

/// Who knows more of a stage: one that works on it, then one that has finished it.
int weight_of(const StageStatus& stage) {
  if (stage.state == "running") return 3;
  if (stage.state == "left out") return -1;
  if (stage.state == "open") return 0;
  return stage.state == "waiting" ? 1 : 2;
}

/// What two runs at work have reached together.
void merge(RunStatus& into, const RunStatus& other) {
  ++into.runs;
  into.started = std::min(into.started, other.started);
  into.last = std::max(into.last, other.last);
  for (std::size_t k = 0; k < into.stages.size(); ++k)
    if (weight_of(other.stages[k]) > weight_of(into.stages[k])) into.stages[k] = other.stages[k];
}

/// Where workers share a pipeline, what most of them have done stands in logs of others that have left.
void add_what_is_there(RunStatus& status, const RecordedPlan& recorded, const std::filesystem::path& index) {
  for (std::size_t k = 0; k < status.stages.size(); ++k) {
    auto& stage = status.stages[k];
    if (stage.state == "running" || stage.state == "failed") continue;
    const auto& fingerprint = recorded.stages[k].fingerprint;
    std::error_code missing;
    const bool there = std::filesystem::exists(index / ".." / "store" / fingerprint.substr(0, 16), missing);
    if (stage.state == "done" || stage.state == "done before") {
      // The log is of another plan, or the result was removed since.
      if (!there) stage = {stage.stage, "open"};
    } else if (there) {
      stage = {stage.stage, "done before"};
    } else if (const auto failure = recorded_failure(index, fingerprint)) {
      stage = {stage.stage, "failed"};
      stage.message = fmt::format("stage '{}' failed: {}", stage.stage, failure->message);
    }
  }
}

}  // namespace

RunStatus read_status(const std::filesystem::path& index, const std::vector<std::filesystem::path>& logs) {
  const auto recorded = read_plan_record(index);
  if (recorded.stages.empty() || logs.empty())
    throw store::DataError(fmt::format("{}: no run's folder", index.string()),
                           "Name a pipeline's folder, as in runs/navigation.");
  RunStatus fresh;
  fresh.pipeline = recorded.pipeline;
  fresh.state = "not begun";
  std::map<std::string, std::size_t> place;
  for (const auto& stage : recorded.stages) {
    place[stage.label] = fresh.stages.size();
    fresh.stages.push_back({stage.label, "open"});
  }
  std::map<std::string, LoggedRun> runs;  // by log and "from"
  auto* newest = &runs.try_emplace("", LoggedRun{fresh, 0, ""}).first->second;
  std::string last;  // of all words
  for (const auto& file : logs) {
    std::ifstream log(file);
    for (std::string text; std::getline(log, text);) {
      const auto line = json::parse(text, nullptr, false);
      if (!line.is_object()) continue;  // cut off
      try {
        const auto name = file.filename().string() + "/" + line.value("from", "");
        auto known = runs.find(name);
        if (known == runs.end()) known = runs.emplace(name, LoggedRun{fresh, 0, ""}).first;
        auto& run = known->second;
        if (line.value("event", "") == "run") {
          run = {fresh, line.value("process", 0), line.value("host", "")};
          run.status.started = line.value("time", "");
          run.status.state = "running";
          if (run.status.started >= newest->status.started) newest = &run;
        }
        enter(run, line, place);
        last = std::max(last, run.status.last);
      } catch (const nlohmann::json::exception&) {  // another program wrote it
      }
    }
  }
  std::vector<const RunStatus*> at_work;
  for (auto& [name, run] : runs) {
    notice_its_end(run);
    // Of another machine's run only its words are known: one that fell silent before the newest began is over.
    const bool silent = run.host != store::host_name() && run.status.last < newest->status.started &&
                        seconds_between(run.status.last, last) > longest_silence;
    if (run.status.state == "running" && !silent) at_work.push_back(&run.status);
  }
  auto status = at_work.empty() ? newest->status : *at_work.front();
  for (std::size_t k = 1; k < at_work.size(); ++k) merge(status, *at_work[k]);
  if (logs.size() > 1 || logs.front().filename() != main_log) add_what_is_there(status, recorded, index);
  return status;
}

}  // namespace reverie::pipeline
