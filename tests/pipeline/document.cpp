// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <pipeline/diagnostics.hpp>

using namespace reverie;
using namespace reverie::pipeline;

TEST_CASE("values become json of the same type") {
  const auto document =
      parse_document("a.toml", "i = 3\nx = 0.5\nb = true\ns = \"text\"\nlist = [1, 2]\nt = { k = \"v\" }\n");
  CHECK(document.root == json::parse(R"({"i": 3, "x": 0.5, "b": true, "s": "text", "list": [1, 2], "t": {"k": "v"}})"));
  CHECK(document.root["i"].is_number_integer());
  CHECK(document.root["x"].is_number_float());
}

TEST_CASE("every key and value has its line and column") {
  const auto document = parse_document("a.toml",
                                       "title = \"A\"\n"
                                       "[stage.replay]\n"
                                       "  dynamics = [{ plugin = \"a\" }, { friction = 0.5 }]\n");
  CHECK(document.entry("title").key == Place{0, 1, 1});
  CHECK(document.entry("title").value == Place{0, 1, 9});
  CHECK(document.entry("stage.replay").key == Place{0, 2, 8});
  CHECK(document.entry("stage.replay.dynamics").key == Place{0, 3, 3});
  CHECK(document.entry("stage.replay.dynamics[1]").value == Place{0, 3, 33});
  CHECK(document.entry("stage.replay.dynamics[1].friction").key == Place{0, 3, 35});
  CHECK(document.entry("stage.replay.dynamics[1].friction").value == Place{0, 3, 46});
}

TEST_CASE("a path that is not there has the place of its nearest table") {
  const auto document = parse_document("a.toml", "\n[stage.train]\nrun = \"train\"\n");
  CHECK(document.entry("stage.train.task").key == document.entry("stage.train").key);
}

TEST_CASE("a syntax error names its place") {
  try {
    parse_document("a.toml", "seed = 1\ntitle = = 2\n");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.exit_code() == ExitCode::pipeline_invalid);
    CHECK(std::string(error.what()).starts_with("a.toml:2:9: error: "));
  }
}

TEST_CASE("dates are refused, with their place") {
  CHECK_THROWS_WITH_AS(parse_document("a.toml", "seed = 1979-05-27\n"),
                       "a.toml:1:8: error: dates and times have no meaning here; write a number or a text\n"
                       "    1 | seed = 1979-05-27\n"
                       "      |        ^",
                       PipelineError);
}

TEST_CASE("a setting replaces a value") {
  const auto document =
      parse_document("a.toml", "[stage.train]\nbatches = 1000\nmask = 2\n", {"stage.train.batches=7"});
  CHECK(document.root["stage"]["train"] == json({{"batches", 7}, {"mask", 2}}));
}

TEST_CASE("a setting creates what is not there") {
  const auto document = parse_document("a.toml", "seed = 1\n", {"stage.train.evaluate.every = 5"});
  CHECK(document.root["stage"]["train"]["evaluate"]["every"] == 5);
}

TEST_CASE("a setting replaces a table as a whole") {
  const auto document =
      parse_document("a.toml", "[stage.a]\nnoise = { factor = 2.0 }\n", {"stage.a.noise={ value = 0.1 }"});
  CHECK(document.root["stage"]["a"]["noise"] == json({{"value", 0.1}}));
}

TEST_CASE("places of a setting point into its text") {
  const auto document = parse_document("a.toml", "[stage.a]\nmask = 1\n", {"stage.a.mask = 0"});
  CHECK(document.entry("stage.a.mask").key == Place{1, 1, 9});
  CHECK(document.entry("stage.a.mask").value == Place{1, 1, 16});
  CHECK(document.sources[1].text == "stage.a.mask = 0");
}

TEST_CASE("a setting without value or with an unquoted text is a usage error") {
  for (const char* setting : {"stage.a.mask", "task.a.plugin=t_maze", "=1", ""}) {
    CAPTURE(setting);
    try {
      parse_document("a.toml", "", {setting});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.exit_code() == ExitCode::usage);
      CHECK_FALSE(error.remedy().empty());
    }
  }
}

TEST_CASE("a setting below something that is no table is refused") {
  CHECK_THROWS_AS(parse_document("a.toml", "seed = 1\n", {"seed.x = 1"}), PipelineError);
}

TEST_CASE("a missing file and a folder are refused by name") {
  CHECK_THROWS_WITH_AS(read_document("/nowhere/a.toml"), "/nowhere/a.toml: there is no such file", PipelineError);
  CHECK_THROWS_WITH_AS(read_document("/"), "/: is a folder, not a pipeline", PipelineError);
}
