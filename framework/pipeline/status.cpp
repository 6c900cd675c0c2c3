// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <pipeline/provenance.hpp>
#include <pipeline/status.hpp>
#include <store/dataset.hpp>

namespace reverie::pipeline {

RunStatus read_status(const std::filesystem::path& index) {
  const auto recorded = read_plan_record(index);
  std::ifstream log(index / "log.jsonl");
  if (recorded.stages.empty() || !log)
    throw store::DataError(fmt::format("{}: no run's folder", index.string()),
                           "Name a pipeline's folder, as in runs/navigation.");
  RunStatus status;
  status.pipeline = recorded.pipeline;
  std::map<std::string, std::size_t> place;
  for (const auto& stage : recorded.stages) {
    place[stage.label] = status.stages.size();
    status.stages.push_back({stage.label, "open", "", 0, 0, ""});
  }
  const auto fresh = status.stages;
  pid_t process = 0;
  std::string host;
  for (std::string text; std::getline(log, text);) {
    const auto line = json::parse(text, nullptr, false);
    if (!line.is_object()) continue;  // the last one of a run that was killed
    const auto event = line.value("event", "");
    status.last = line.value("time", "");
    if (event == "run") {
      status.stages = fresh;
      status.started = status.last;
      status.state = "running";
      process = line.value("process", 0);
      host = line.value("host", "");
    } else if (event == "end") {
      status.state = "finished";
      status.exit_code = line.value("exit", -1);
    } else if (event == "interrupted") {
      status.state = event;
    }
    const auto found = place.find(line.value("stage", ""));
    if (found == place.end()) continue;
    auto& stage = status.stages[found->second];
    if (event == "progress") {
      stage.done = line.value("done", std::int64_t{0});
      stage.total = line.value("total", std::int64_t{0});
      stage.of = line.value("of", "");
    } else {
      stage.state = event == "started" ? "running" : event;
      stage.message = line.value("message", "");
    }
  }
  const bool gone = host == host_name() && process > 0 && ::kill(process, 0) != 0 && errno == ESRCH;
  if (status.state == "running" && gone) {
    status.state = "ended without a word";
    for (auto& stage : status.stages)
      if (stage.state == "running" || stage.state == "waiting") stage.state = "ended";
  }
  return status;
}

}  // namespace reverie::pipeline
