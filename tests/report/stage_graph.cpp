// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/report/stage_graph.hpp>

using reverie::analysis::ReportStage;
using reverie::analysis::stage_columns;

TEST_CASE("a stage stands right of everything it reads, in whatever order they come") {
  const std::vector<ReportStage> stages = {
      {"heatmap", "figure", "done", 0, "", {"reach"}}, {"reach", "measure", "done", 0, "", {"awake", "replay"}},
      {"awake", "simulate", "done", 0, "", {"train"}}, {"replay", "simulate", "done", 0, "", {"train", "awake"}},
      {"train", "train", "done", 0, "", {}},           {"alone", "measure", "done", 0, "", {"elsewhere"}}};
  CHECK(stage_columns(stages) == std::vector<std::size_t>{4, 3, 1, 2, 0, 0});
}

TEST_CASE("stages that read each other do not hang the report") {
  const std::vector<ReportStage> stages = {{"a", "measure", "done", 0, "", {"b"}},
                                           {"b", "measure", "done", 0, "", {"a"}}};
  CHECK(stage_columns(stages).size() == 2);
}
