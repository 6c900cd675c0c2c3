// SPDX-License-Identifier: BSD-3-Clause
/// Broken pipelines: every shipped file, spoilt line by line in ways that no pipeline may have, and texts made by hand.
/// Each must be refused with the place of an error.
#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <sstream>
#include <store/publication.hpp>

#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string text_of_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

/// Position of the first of `characters` outside quotes and before a comment, or npos.
std::size_t find_outside_quotes(const std::string& line, const std::string& characters) {
  bool quoted = false;
  for (std::size_t k = 0; k < line.size(); ++k) {
    if (line[k] == '"') quoted = !quoted;
    if (quoted) continue;
    if (characters.find(line[k]) != std::string::npos) return k;
    if (line[k] == '#') break;
  }
  return std::string::npos;
}

struct Spoilt {
  std::string how, line;
};

/// A line, spoilt: unknown keys, dates, broken syntax, repetitions, names of nothing.
std::vector<Spoilt> spoil(const std::string& line) {
  std::vector<Spoilt> all;
  const auto equals = find_outside_quotes(line, "=");
  const bool is_header = line.starts_with("[");
  if (!is_header && equals == std::string::npos) return all;
  if (is_header) {
    all.push_back({"open header", line.substr(0, line.size() - 1)});
    all.push_back({"unknown table", "[x" + line.substr(1)});
    all.push_back({"table twice", line + "\n" + line});
    return all;
  }
  const auto key = line.substr(0, equals);
  const auto first = key.find_first_not_of(' ');
  const auto last = key.find_last_not_of(' ');
  if (first == std::string::npos) return all;
  const bool starts_a_list = line.ends_with("[") || line.ends_with("{");
  // Keys of [axes] and of tables of named values are free, and an axis that nothing mentions is a mistake as well.
  all.push_back({"unknown key", key.substr(0, last + 1) + "_q" + line.substr(last + 1)});
  all.push_back({"no key", line.substr(equals)});
  all.push_back({"no equals sign", key + line.substr(equals + 1)});
  if (starts_a_list) return all;
  all.push_back({"a date", key + "= 1979-05-27"});
  all.push_back({"no value", key + "="});
  all.push_back({"open text", key + "= \"open"});
  all.push_back({"open list", key + "= [1, 2"});
  all.push_back({"key twice", line + "\n" + line});
  const std::regex reference("(of|task|network|awake|replay|recording) *= *\"[a-z_]+\"");
  std::smatch match;
  if (std::regex_search(line, match, reference))
    all.push_back({"name of nothing", std::string(match.prefix()) + match[1].str() + " = \"no_such_thing\"" +
                                          std::string(match.suffix())});
  const std::regex plugin("plugin *= *\"[a-z_]+\"");
  if (std::regex_search(line, match, plugin))
    all.push_back({"plugin that is not there",
                   std::string(match.prefix()) + "plugin = \"no_such_plugin\"" + std::string(match.suffix())});
  return all;
}

/// Names below these headers are free: values of axes, and changes that no scale has chosen.
bool has_free_keys(const std::string& header) { return header.starts_with("[axes.") || header.starts_with("[scales"); }

/// A text in the place of a file: what it includes lies beside it.
Plan plan_in(const std::filesystem::path& file, const std::string& text) {
  PluginSearch search;
  search.bundled = {REVERIE_PLUGIN_FOLDER};
  return make_plan(parse_document(file.string(), text), search);
}

/// As errors_of.
std::string errors_in(const std::filesystem::path& file, const std::string& text) {
  try {
    plan_in(file, text);
  } catch (const Error& error) {
    return error.exit_code() == ExitCode::pipeline_invalid ? error.what() : "wrong exit code";
  }
  return "";
}

const std::regex placed("\\.toml:[0-9]+:[0-9]+: error: .+");

}  // namespace

TEST_CASE("shipped pipelines, each line spoilt in every way, are refused with a place") {
  std::size_t count = 0, seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(REVERIE_PIPELINES)) {
    if (entry.path().extension() != ".toml") continue;
    const auto lines = lines_of(store::read_file(entry.path()));
    CAPTURE(entry.path());
    // Planning a large sweep takes time: of its lines, only some are spoilt.
    const auto every = 1 + plan_in(entry.path(), text_of_lines(lines)).stages.size() / 10;
    std::string header;
    for (std::size_t k = 0; k < lines.size(); ++k) {
      if (lines[k].starts_with("[")) header = lines[k];
      for (const auto& [how, line] : spoil(lines[k])) {
        if (how == "unknown key" && has_free_keys(header)) continue;
        if (++seen % every != 0) continue;
        CAPTURE(k + 1);
        CAPTURE(how);
        auto broken = lines;
        broken[k] = line;
        const auto errors = errors_in(entry.path(), text_of_lines(broken));
        CAPTURE(errors);
        CHECK(std::regex_search(errors, placed));
        ++count;
      }
    }
  }
  CHECK(count >= 200);
}

TEST_CASE("a valid pipeline is refused behind a text that none may have, with its place") {
  const auto deep = [](std::size_t depth) { return "x = " + std::string(depth, '[') + std::string(depth, ']') + "\n"; };
  const std::string header = "test.toml:1:1: error: Error while parsing",
                    unknown = "test.toml:1:1: error: the pipeline has no key '";
  const std::string kinds = "'run' must be one of \"train\", \"import\", \"simulate\"";
  const std::vector<std::pair<std::string, std::string>> texts = {
      {std::string("\0\0\0", 3), header},
      {"\xff\xfe", "test.toml:1:1: error: Encountered invalid utf-8 sequence"},
      {"title = \"\xc3\x28\"\n", "test.toml:1:9: error: Encountered invalid utf-8 sequence"},
      {"= 1\n", header},
      {"[]\n", "test.toml:1:2: error: Error while parsing table header"},
      {"[[stage]]\nrun = \"train\"\n", "test.toml:1:1: error: [stage] must be a table"},
      {"[[stage.a]]\nrun = \"train\"\n", "test.toml:1:1: error: [stage.a] must be a table"},
      {"stage = 1\n", "cannot redefine existing integer 'stage."},
      {"stage = []\n", "cannot redefine existing array 'stage."},
      {"stage.a = 1\n", "test.toml:1:11: error: [stage.a] must be a table"},
      {"[stage.a]\nrun = [\"train\"]\n", "test.toml:2:7: error: " + kinds},
      {"[stage.a]\nrun = \"$kind\"\n", "test.toml:2:7: error: " + kinds},
      {"[axes]\nkind = [\"train\"]\n[stage.a]\nrun = \"$kind\"\n", "test.toml:4:7: error: " + kinds},
      {"[stage.\"\"]\nrun = \"train\"\n", "test.toml:1:8: error: '' cannot name a stage"},
      {"[stage.\"a/b\"]\nrun = \"train\"\n", "test.toml:1:8: error: 'a/b' cannot name a stage"},
      {"[stage.\"..\"]\nrun = \"train\"\n", "test.toml:1:8: error: '..' cannot name a stage"},
      {"[axes.\"..\"]\na = 1\n", "test.toml:1:7: error: '..' cannot name an axis"},
      {"axes = 3\n", "test.toml:1:8: error: [axes] must be a table"},
      {"claim = 3\n", "test.toml:1:9: error: [claim] must be a table"},
      {"[claim]\nx = 3\n", "test.toml:2:5: error: [claim.x] must be a table"},
      {"title = 3\n", "test.toml:1:9: error: 'title' must be a string, not an integer"},
      {"seed = -1\n", "test.toml:1:8: error: 'seed' must be an integer in [0, inf), not -1"},
      {"seed = 1e300\n", "test.toml:1:8: error: 'seed' must be an integer in [0, inf), not a float"},
      {"seed = nan\n", "test.toml:1:8: error: 'seed' must be an integer in [0, inf), not a float"},
      {"seed = 99999999999999999999\n", "'99999999999999999999' is not representable in 64 bits"},
      {"plugins = \"x.so\"\n", "test.toml:1:11: error: 'plugins' must be an array of paths"},
      {"plugins = [3]\n", "test.toml:1:12: error: 'plugins' must be an array of paths"},
      {"plugins = [\"missing.so\"]\n", "test.toml:1:12: error: plugin library "},
      {deep(200), unknown + "x'"},
      {deep(20000), "exceeded maximum nested value depth"},
      {"a" + std::string(100000, 'b') + " = 1\n", unknown + "abbb"},
      {"x = \"" + std::string(100000, 'y') + "\"\n", unknown + "x'"},
  };
  CHECK(errors_of(pipeline_text) == "");
  for (const std::string nothing : {"\n\n# nothing\n", "\xef\xbb\xbf"}) CHECK(errors_of(nothing + pipeline_text) == "");
  for (const auto& [text, expected] : texts) {
    CAPTURE(text.substr(0, 60));
    const auto errors = [&, &text = text]() -> std::string {
      try {
        plan_of(text + pipeline_text);
      } catch (const Error& error) {
        return error.what();
      }
      return "";
    }();
    CHECK_MESSAGE(contains(errors, expected), errors.substr(0, 300));
  }
}
