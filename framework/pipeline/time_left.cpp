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

std::optional<TimeLeft> time_left(const RunStatus& status, const RecordedPlan& plan) {
  if (status.state != "running" || status.stages.size() != plan.stages.size()) return std::nullopt;
  Samples by_table, by_kind;
  TimeLeft left;
  double longest = 0, running = 0;
  const auto learn = [&](std::size_t k, double seconds) {
    by_table[plan.stages[k].name].take(seconds);
    by_kind[plan.stages[k].run].take(seconds);
  };
  const auto add = [&](double seconds) {
    left.seconds += seconds;
    longest = std::max(longest, seconds);
  };
  for (std::size_t k = 0; k < status.stages.size(); ++k) {
    const auto& stage = status.stages[k];
    if (stage.state == "done") learn(k, stage.seconds);
    if (stage.state != "running") continue;
    running += 1;
    const auto rest = time_left(stage);
    if (rest)
      learn(k, seconds_between(stage.started, stage.last_word) + *rest), add(*rest);
    else
      left.at_least = true;
  }
  for (std::size_t k = 0; k < status.stages.size(); ++k) {
    const auto& state = status.stages[k].state;
    if (state != "open" && state != "waiting" && state != "stopped") continue;
    auto expected = mean(by_table, plan.stages[k].name);
    if (!expected) expected = mean(by_kind, plan.stages[k].run);
    if (expected)
      add(*expected);
    else
      left.at_least = true;
  }
  if (by_kind.empty()) return std::nullopt;
  left.seconds = std::max(left.seconds / std::max(running, 1.0), longest);
  return left;
}

std::string text_of(const TimeLeft& left) {
  const char* word = left.at_least ? "at least" : "about";
  if (left.seconds < 90) return fmt::format("{} {:.0f} s", word, std::max(left.seconds, 1.0));
  if (left.seconds < 5400) return fmt::format("{} {:.0f} min", word, left.seconds / 60);
  return fmt::format("{} {:.1f} h", word, left.seconds / 3600);
}

}  // namespace reverie::pipeline
