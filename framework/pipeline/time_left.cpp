// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <pipeline/provenance.hpp>
#include <pipeline/time_left.hpp>

namespace reverie::pipeline {
namespace {

/// Times of stages that are alike.
struct Sample {
  double sum = 0, count = 0;
  void take(double seconds) { sum += seconds, count += 1; }
};
using Samples = std::map<std::string, Sample>;

std::optional<double> mean(const Samples& samples, const std::string& name) {
  const auto found = samples.find(name);
  if (found == samples.end()) return std::nullopt;
  return found->second.sum / found->second.count;
}

}  // namespace

std::optional<double> time_left(const StageStatus& stage) {
  const double seconds = seconds_between(stage.first_word, stage.last_word);
  const auto done = stage.done - stage.first_done;
  if (stage.state != "running" || seconds <= 0 || done <= 0) return std::nullopt;
  return seconds * static_cast<double>(stage.total - stage.done) / static_cast<double>(done);
}

std::optional<TimeLeft> time_left(const std::vector<StageTime>& stages) {
  Samples by_table, by_kind;
  TimeLeft left;
  double longest = 0, running = 0;
  const auto add = [&](double seconds) {
    left.seconds += seconds;
    longest = std::max(longest, seconds);
  };
  for (const auto& stage : stages) {
    running += stage.state == StageTime::running;
    if (stage.state == StageTime::running && !stage.left) left.at_least = true;
    if (stage.state != StageTime::ended && !stage.left) continue;
    by_table[stage.table].take(stage.took + stage.left.value_or(0));
    by_kind[stage.kind].take(stage.took + stage.left.value_or(0));
    add(stage.left.value_or(0));
  }
  for (const auto& stage : stages) {
    if (stage.state != StageTime::open) continue;
    auto expected = mean(by_table, stage.table);
    if (!expected) expected = mean(by_kind, stage.kind);
    if (!expected) left.at_least = true;
    add(expected.value_or(0));
  }
  if (by_kind.empty()) return std::nullopt;
  left.seconds = std::max(left.seconds / std::max(running, 1.0), longest);
  return left;
}

std::optional<TimeLeft> time_left(const RunStatus& status, const RecordedPlan& plan) {
  if (status.state != "running" || status.stages.size() != plan.stages.size()) return std::nullopt;
  std::vector<StageTime> stages;
  for (std::size_t k = 0; k < status.stages.size(); ++k) {
    const auto& stage = status.stages[k];
    StageTime time{plan.stages[k].name, plan.stages[k].run, StageTime::not_run, stage.seconds, time_left(stage)};
    if (stage.state == "running") {
      time.state = StageTime::running;
      time.took = seconds_between(stage.started, stage.last_word);
    } else if (stage.state == "done") {
      time.state = StageTime::ended;
    } else if (stage.state == "open" || stage.state == "waiting" || stage.state == "stopped") {
      time.state = StageTime::open;
    }
    stages.push_back(std::move(time));
  }
  return time_left(stages);
}

std::string text_of(const TimeLeft& left) {
  const char* word = left.at_least ? "at least" : "about";
  if (left.seconds < 90) return fmt::format("{} {:.0f} s", word, std::max(left.seconds, 1.0));
  if (left.seconds < 5400) return fmt::format("{} {:.0f} min", word, left.seconds / 60);
  return fmt::format("{} {:.1f} h", word, left.seconds / 3600);
}

}  // namespace reverie::pipeline
