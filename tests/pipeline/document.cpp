// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <fstream>
#include <pipeline/diagnostics.hpp>

#include "folder.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

/// Files that include each other, in a folder of their own.
struct Files {
  pipeline::Folder folder;
  Files(const std::vector<std::pair<std::string, std::string>>& files) {
    for (const auto& [name, text] : files) std::ofstream(folder.path / name) << text;
  }
  Document read(const std::string& name, const std::vector<std::string>& settings = {}) const {
    return read_document(folder.path / name, settings);
  }
  std::string errors(const std::string& name) const {
    try {
      read(name);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

}  // namespace

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

TEST_CASE("a key keeps its place among others when a setting, a scale or the including file replaces its value") {
  const std::string text = "[axes]\nseed = [0, 1]\nleak = [0, 1]\n[scales.small]\naxes.seed = [0]\n";
  const std::vector<std::string> order = {"seed", "leak", "mask"};
  for (const std::vector<std::string>& settings : {std::vector<std::string>{"axes.mask=[1]"},
                                                   {"axes.mask=[1]", "axes.seed=[2]"},
                                                   {"axes.mask=[1]", "scale=\"small\""}}) {
    const auto document = parse_document("a.toml", text, settings);
    CHECK(in_file_order(document, "axes", document.root["axes"]) == order);
  }
  const Files files({{"common.toml", text}, {"main.toml", "include = [\"common.toml\"]\n[axes]\nseed = [2]\n"}});
  const auto main = files.read("main.toml", {"axes.mask=[1]"});
  CHECK(in_file_order(main, "axes", main.root["axes"]) == order);
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

TEST_CASE("a setting that sets nothing or several keys is a usage error") {
  for (const char* setting : {"# a = 1", "[a] # b = 1", "a = 1\nb = 2", "[a]\nb = 1\nc = 2"}) {
    CAPTURE(setting);
    try {
      parse_document("a.toml", "", {setting});
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.exit_code() == ExitCode::usage);
      CHECK(std::string(error.what()).find("does not set one key") != std::string::npos);
    }
  }
}

TEST_CASE("a setting below something that is no table is refused") {
  CHECK_THROWS_WITH_AS(parse_document("a.toml", "seed = 1\n", {"seed.x = 1"}),
                       doctest::Contains("'seed' is not a table"), PipelineError);
}

TEST_CASE("a missing file and a folder are refused by name") {
  CHECK_THROWS_WITH_AS(read_document("/nowhere/a.toml"), "/nowhere/a.toml: there is no such file", PipelineError);
  CHECK_THROWS_WITH_AS(read_document("/"), "/: is a folder, not a pipeline", PipelineError);
}

TEST_CASE("included files are merged, and the including file comes first") {
  const Files files(
      {{"common.toml", "title = \"common\"\n[task.a]\nx = 1\ny = 2\n"},
       {"main.toml", "include = [\"common.toml\"]\ntitle = \"main\"\n[task.a]\ny = 3\n[task.b]\nz = 4\n"}});
  const auto document = files.read("main.toml");
  CHECK(document.root == json({{"title", "main"}, {"task", {{"a", {{"x", 1}, {"y", 3}}}, {"b", {{"z", 4}}}}}}));
  CHECK(document.sources[document.entry("task.a.x").value.source].name == (files.folder.path / "common.toml").string());
  CHECK(document.entry("task.a.y").value.source == 0);
}

TEST_CASE("of another plugin or kind, and in braces, a table counts whole") {
  const Files files({{"base.toml",
                      "[task.t]\nplugin = \"triangle\"\nsd = 0.2\n"
                      "[network.n]\ncell = { plugin = \"leaky_rnn\", units = 8, alpha = 0.5 }\n"
                      "[network.m]\ncell = { plugin = \"gru\", units = 8 }\n"
                      "[stage.s]\nnoise = { factor = 1 }\n[stage.s.draw]\nkind = \"paths\"\ntrials = 3\n"},
                     {"a.toml",
                      "include = [\"base.toml\"]\n[task.t]\nplugin = \"t_maze\"\n[network]\nn = { cell.units = 4 }\n"
                      "[network.m]\ncell = { units = 4 }\n"
                      "[scales.small]\nstage.s.noise = { value = 0.02 }\nstage.s.draw.kind = \"density\"\n"
                      "stage.s.draw.of = \"replay\"\n"}});
  const auto root = files.read("a.toml", {"scale=\"small\""}).root;
  CHECK(root["task"]["t"] == json({{"plugin", "t_maze"}}));
  CHECK(root["network"]["n"]["cell"] == json({{"plugin", "leaky_rnn"}, {"units", 4}, {"alpha", 0.5}}));
  CHECK(root["network"]["m"]["cell"] == json({{"units", 4}}));
  CHECK(root["stage"]["s"]["noise"] == json({{"value", 0.02}}));
  CHECK(root["stage"]["s"]["draw"] == json({{"kind", "density"}, {"of", "replay"}}));
}

TEST_CASE("what the including file says again counts from its place: paths may start there") {
  const Files files(
      {{"common.toml", "file = \"net\"\n"}, {"main.toml", "include = [\"common.toml\"]\nfile = \"net\"\n"}});
  CHECK(files.read("main.toml").entry("file").value == Place{0, 2, 8});
}

TEST_CASE("a file that is included twice counts once, and circles end") {
  const Files files({{"common.toml", "[task.a]\nx = 1\n"},
                     {"one.toml", "include = [\"common.toml\"]\n[task.b]\ny = 1\n"},
                     {"two.toml", "include = [\"common.toml\"]\n[task.c]\nz = 1\n"},
                     {"all.toml", "include = [\"one.toml\", \"two.toml\"]\n"},
                     {"self.toml", "include = [\"self.toml\"]\nseed = 1\n"}});
  CHECK(files.read("all.toml").root == json({{"task", {{"a", {{"x", 1}}}, {"b", {{"y", 1}}}, {"c", {{"z", 1}}}}}}));
  CHECK(files.read("self.toml").root == json({{"seed", 1}}));
}

TEST_CASE("a scale changes what is there, also one that is not chosen") {
  const Files files(
      {{"b.toml", ""}, {"a.toml", "[stage.train]\nrun = \"train\"\n[scales.other.stage.trian]\nbatches = 3\n"}});
  CHECK(files.errors("a.toml").find("there is no [stage.trian] for this scale to change. Did you mean 'train'?") !=
        std::string::npos);
}

TEST_CASE("included files that disagree are refused unless the including file decides") {
  const Files files({{"one.toml", "title = \"one\"\nseed = 1\n"},
                     {"two.toml", "title = \"two\"\nseed = 1\n"},
                     {"undecided.toml", "include = [\"one.toml\", \"two.toml\"]\n"},
                     {"decided.toml", "include = [\"one.toml\", \"two.toml\"]\ntitle = \"all\"\n"}});
  CHECK(files.errors("undecided.toml").find("two.toml:1:1: error: 'title' has another value in") != std::string::npos);
  CHECK(files.read("decided.toml").root == json({{"title", "all"}, {"seed", 1}}));
}

TEST_CASE("whether included files agree does not depend on their order") {
  const Files files({{"base.toml", "batches = 5\n"},
                     {"plain.toml", "include = [\"base.toml\"]\n"},
                     {"other.toml", "include = [\"base.toml\"]\nbatches = 7\n"},
                     {"a.toml", "include = [\"plain.toml\", \"other.toml\"]\n"},
                     {"b.toml", "include = [\"other.toml\", \"plain.toml\"]\n"},
                     {"same.toml", "include = [\"plain.toml\", \"base.toml\", \"plain.toml\"]\n"}});
  for (const char* name : {"a.toml", "b.toml"})
    CHECK(files.errors(name).find("'batches' has another value in") != std::string::npos);
  CHECK(files.read("same.toml").root == json({{"batches", 5}}));
}

TEST_CASE("keys with periods keep their places when another that they begin with is replaced") {
  const Files files({{"base.toml", "[axes.friction]\n\"0\" = { x = 1 }\n\"0.5\" = { x = 2 }\n"},
                     {"a.toml",
                      "include = [\"base.toml\"]\n[axes.friction]\n\"0\" = []\n"
                      "[scales.small.axes.friction]\n\"0.5\" = 3\n"}});
  const auto plain = files.read("a.toml");
  CHECK(plain.sources[plain.entry("axes.friction.0.5").key.source].name.ends_with("base.toml"));
  CHECK(plain.entry("axes.friction.0.5").key.line == 3);
  const auto small = files.read("a.toml", {"scale=\"small\""});
  CHECK(small.root["axes"]["friction"] == json({{"0", json::array()}, {"0.5", 3}}));
}

TEST_CASE("a quote within the quoted key of a setting does not end it") {
  CHECK(parse_document("t.toml", "", {"\"a\\\"=b\"=1"}).root == json({{"a\"=b", 1}}));
}

TEST_CASE("mistakes in included files and in `include` have their place") {
  const Files files({{"broken.toml", "x = \n"},
                     {"a.toml", "include = [\"broken.toml\"]\n"},
                     {"b.toml", "include = [\"missing.toml\"]\n"},
                     {"c.toml", "include = \"a.toml\"\n"},
                     {"d.toml", "include = [\".\"]\n"}});
  CHECK(files.errors("a.toml").find("broken.toml:1:") != std::string::npos);
  CHECK(files.errors("b.toml").find("b.toml:1:12: error: ") != std::string::npos);
  CHECK(files.errors("b.toml").find("missing.toml: there is no such file") != std::string::npos);
  CHECK(files.errors("c.toml").find("c.toml:1:11: error: 'include' must be a list of files") != std::string::npos);
  CHECK(files.errors("d.toml").find("is a folder") != std::string::npos);
}

TEST_CASE("a scale is laid over the pipeline, and settings over the scale") {
  const std::string text =
      "[axes]\nseed = [0, 1]\n[stage.a]\nx = 1\ny = 2\n[scales.small]\naxes.seed = [0]\nstage.a.x = 10\n";
  CHECK(parse_document("t.toml", text).root ==
        json({{"axes", {{"seed", {0, 1}}}}, {"stage", {{"a", {{"x", 1}, {"y", 2}}}}}}));
  const auto small = parse_document("t.toml", "scale = \"small\"\n" + text);
  CHECK(small.root["axes"]["seed"] == json({0}));
  CHECK(small.root["stage"]["a"] == json({{"x", 10}, {"y", 2}}));
  CHECK(small.entry("stage.a.x").value.line == 9);
  const auto set = parse_document("t.toml", text, {"scale=\"small\"", "stage.a.x=20"});
  CHECK(set.root["stage"]["a"]["x"] == 20);
  CHECK(set.root["axes"]["seed"] == json({0}));
  CHECK(set.root["scale"] == "small");
}

namespace {

/// The message that reading a text ends with; "" when it ends well.
std::string message_of(const std::string& text) {
  try {
    parse_document("test.toml", text, {});
  } catch (const Error& error) {
    CHECK(error.exit_code() == ExitCode::pipeline_invalid);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a scale that is not there names the nearest") {
  CHECK(message_of("scale = \"smal\"\n[scales.small]\n")
            .find("test.toml:1:9: error: there is no [scales.smal]. Did you mean 'small'?") != std::string::npos);
  CHECK(message_of("scale = \"\"\n[scales.small]\n").empty());
  CHECK(message_of("[scales.small]\ninclude = [\"more.toml\"]\n").find("'include' has no meaning in a scale") !=
        std::string::npos);
  CHECK_THROWS_WITH_AS(parse_document("test.toml", "", {"include=[\"more.toml\"]"}),
                       doctest::Contains("--set cannot include files"), Error);
  CHECK(message_of("scale = 3\n").find("'scale' must be the name of a table") != std::string::npos);
  CHECK(message_of("scales = 3\n").find("'scales' must be a table of tables") != std::string::npos);
}

TEST_CASE("what is wrong with a text comes with what to write") {
  CHECK(message_of("a = box\n").find("texts stand in straight quotes") != std::string::npos);
  CHECK(message_of("a = { b = 1,\n c = 2 }\n").find("a table in braces stands on one line") != std::string::npos);
}

TEST_CASE("a key of very many parts is refused") {
  std::string key = "a";
  for (int k = 0; k < 100000; ++k) key += ".a";
  CHECK(message_of(key + " = 1\n").find("a key has more than 256 parts") != std::string::npos);
  CHECK(message_of("[" + key + "]\n").find("a key has more than 256 parts") != std::string::npos);
  CHECK(message_of("title = \"" + std::string(1000, '.') + "\"\n").empty());
}

TEST_CASE("a setting of an element says that lists are replaced whole") {
  for (const std::string key : {"list[0].b", "list.0.b"}) {
    CAPTURE(key);
    try {
      parse_document("test.toml", "list = [{ b = 1 }]\n", {key + "=2"});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.exit_code() == ExitCode::usage);
      CHECK(error.remedy() == "Lists are replaced whole: --set 'list=[...]'.");
    }
  }
}
