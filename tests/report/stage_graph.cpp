// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/report/stage_graph.hpp>

using namespace reverie::analysis;

namespace {

StageBox box(const std::string& name, const std::vector<std::string>& inputs) {
  StageBox made;
  made.name = name;
  made.inputs = inputs;
  return made;
}

ReportStage stage(const std::string& name, const std::string& table, const std::string& state, double seconds,
                  const std::vector<std::string>& inputs) {
  return {name, table, "simulate", state, seconds, "0123456789abcdef", inputs, 0};
}

}  // namespace

TEST_CASE("a box stands right of everything it reads, in whatever order they come") {
  CHECK(stage_columns({box("heatmap", {"reach"}), box("reach", {"awake", "replay"}), box("awake", {"train"}),
                       box("replay", {"train", "awake"}), box("train", {}), box("alone", {"elsewhere"})}) ==
        std::vector<std::size_t>{4, 3, 1, 2, 0, 0});
}

TEST_CASE("boxes that read each other do not hang the report") {
  CHECK(stage_columns({box("a", {"b"}), box("b", {"a"})}).size() == 2);
}

TEST_CASE("the points of a sweep are one box, with their time together and what is the matter with them") {
  const auto boxes = stage_boxes(
      {stage("train", "train", "done", 5, {}), stage("replay[a=0]", "replay", "done", 2, {"train"}),
       stage("replay[a=1]", "replay", "running", 1, {"train"}), stage("replay[a=2]", "replay", "open", 0, {"train"})});
  REQUIRE(boxes.size() == 2);
  CHECK(boxes[1].name == "replay");
  CHECK(boxes[1].count == 3);
  CHECK(boxes[1].seconds == 3);
  CHECK(boxes[1].state == "1 of 3 done");
  CHECK(boxes[1].inputs == std::vector<std::string>{"train"});
  CHECK(boxes[0].state == "done");
  const auto failed = stage_boxes({stage("r[a=0]", "r", "failed", 0, {}), stage("r[a=1]", "r", "done before", 0, {})});
  CHECK(failed[0].state == "1 of 2 failed");
  CHECK(std::string(state_class(failed[0].state)) == "bad");
}
