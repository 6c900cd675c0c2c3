// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <pipeline/time_left.hpp>

using namespace reverie::pipeline;

namespace {

/// A training that began at second 0 and said how far it was at seconds 10 and 30.
StageStatus training(std::int64_t first_done, std::int64_t done, std::int64_t total) {
  StageStatus stage;
  stage.state = "running";
  stage.started = "2026-01-31T12:00:00Z";
  stage.first_word = "2026-01-31T12:00:10Z";
  stage.last_word = "2026-01-31T12:00:30Z";
  stage.first_done = first_done;
  stage.done = done;
  stage.total = total;
  return stage;
}

StageStatus other(const std::string& state, double seconds = 0) {
  StageStatus stage;
  stage.state = state;
  stage.seconds = seconds;
  return stage;
}

/// Stages of a run at work, each with its table and kind.
std::optional<TimeLeft> left(const std::vector<std::tuple<StageStatus, std::string, std::string>>& stages) {
  RunStatus status;
  RecordedPlan plan;
  status.state = "running";
  for (const auto& [stage, table, kind] : stages) {
    status.stages.push_back(stage);
    plan.stages.push_back({"", kind, "", {}, {}, table});
  }
  return time_left(status, plan);
}

}  // namespace

TEST_CASE("a stage goes on at the pace since its first word: what was done before does not count") {
  CHECK(time_left(training(1000, 1100, 2000)) == doctest::Approx(180));  // 100 in 20 s, 900 to do
  CHECK_FALSE(time_left(training(1000, 1000, 2000)));
  CHECK_FALSE(time_left(other("done", 5)));
}

TEST_CASE("open stages take as long as others of their table, or else of their kind") {
  // The training will have taken 30 + 180 s; another of its table is open.
  CHECK(left({{training(0, 100, 1000), "train", "train"}, {other("open"), "train", "train"}})->seconds ==
        doctest::Approx(180 + 210));
  CHECK(left({{other("done", 4), "a", "measure"}, {other("open"), "b", "measure"}})->seconds == doctest::Approx(4));
  CHECK_FALSE(left({{other("done", 4), "a", "measure"}, {other("open"), "b", "measure"}})->at_least);
}

TEST_CASE("stages side by side share the time, but the longest of them bounds it") {
  const auto two = left({{training(0, 100, 1000), "a", "train"},
                         {training(0, 100, 1000), "a", "train"},
                         {other("open"), "a", "train"},
                         {other("open"), "a", "train"}});
  CHECK(two->seconds == doctest::Approx((180 + 180 + 210 + 210) / 2.0));
  CHECK(left({{training(0, 100, 1000), "a", "train"}, {training(0, 100, 200), "b", "train"}})->seconds ==
        doctest::Approx(180));
}

TEST_CASE("what cannot be known is said, or no time is told") {
  CHECK(left({{other("done", 4), "a", "measure"}, {other("open"), "b", "train"}})->at_least);
  CHECK_FALSE(left({{other("open"), "b", "train"}}));
  CHECK(text_of(TimeLeft{40, false}) == "about 40 s");
  CHECK(text_of(TimeLeft{600, true}) == "at least 10 min");
  CHECK(text_of(TimeLeft{9000, false}) == "about 2.5 h");
}
