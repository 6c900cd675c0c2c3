// SPDX-License-Identifier: BSD-3-Clause
/// docs/pipelines.md names every key that pipelines accept; docs/figures.md every kind of figure with its options.
#include <doctest/doctest.h>

#include <analysis/figures/figure.hpp>
#include <pipeline/document.hpp>
#include <pipeline/stages.hpp>
#include <regex>
#include <sstream>
#include <store/publication.hpp>

using namespace reverie;

namespace {

/// A section of a page, without its heading.
std::string section_of(const std::string& page, const std::string& heading) {
  CAPTURE(heading);
  const auto begin = page.find("\n## " + heading + "\n");
  REQUIRE(begin != page.npos);
  const auto text = page.find('\n', begin + 1);
  return page.substr(text, page.find("\n## ", text) - text);
}

}  // namespace

TEST_CASE("the page on pipelines names every key where its table is described") {
  using namespace pipeline;
  const auto page = store::read_file(REVERIE_DOCS "/pipelines.md");
  struct Described {
    const char* heading;
    std::vector<const TableKeys*> keys;
    std::vector<const TableKeys*> inner;  // may stand in an example
  };
  const Described all[] = {{"Top level", {&top_level_keys()}, {}},
                           {"`[network.NAME]`", {&network_keys()}, {&cell_keys()}},
                           {"`[stage.NAME]` with `run = \"train\"`", {&train_keys()}, {&evaluate_keys()}},
                           {"`run = \"import\"`", {&import_keys()}, {}},
                           {"`run = \"simulate\"`", {&simulate_keys()}, {&noise_keys(), &start_keys()}},
                           {"`run = \"measure\"`", {&measure_keys()}, {}},
                           {"`run = \"figure\"`", {&figure_keys()}, {}},
                           {"Stages that others need", {&common_keys()}, {}},
                           {"`run = \"gather\"`", {&gather_keys()}, {}},
                           {"Claims: `[claim.NAME]`", {&claim_keys()}, {&quantity_keys()}}};
  for (const auto& [heading, tables, inner] : all) {
    CAPTURE(heading);
    const auto section = section_of(page, heading);
    const auto named = [&](const std::string& key) { return section.find("`" + key + "`") != section.npos; };
    for (const auto* keys : tables) {
      for (const auto& spec : keys->plain) CHECK_MESSAGE((spec.name == "run" || named(spec.name)), spec.name);
      for (const auto& key : keys->structured) CHECK_MESSAGE((named(key) || page.find("`[" + key) != page.npos), key);
    }
    for (const auto* keys : inner)
      for (const auto& spec : keys->plain)
        CHECK_MESSAGE((named(spec.name) || std::regex_search(section, std::regex("\\b" + spec.name + "\\b"))),
                      spec.name);
  }
}

TEST_CASE("the page on figures has a section for every kind, with its options") {
  const auto page = store::read_file(REVERIE_DOCS "/figures.md");
  for (const auto& kind : analysis::figure_kinds()) {
    CAPTURE(kind);
    const auto section = section_of(page, "`" + kind + "`");
    CHECK(section.find("kind = \"" + kind + "\"") != section.npos);
    for (const auto& spec : analysis::figure_options(kind)) {
      CAPTURE(spec.name);
      // A matrix has the options of a heat map.
      const bool named = section.find("`" + spec.name + "`") != section.npos;
      CHECK((named || page.find("`" + spec.name + "`") != page.npos));
      if (kind != "matrix" && spec.name != "size" && spec.name != "across") CHECK(named);
    }
  }
}

TEST_CASE("the examples on the page on figures have keys and values that their kinds take") {
  std::istringstream page(store::read_file(REVERIE_DOCS "/figures.md"));
  int examples = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("draw = {")) continue;
    CAPTURE(line);
    ++examples;
    const auto draw = pipeline::parse_document("figures.md", line, {}).root.at("draw");
    const auto kind = draw.at("kind").get<std::string>();
    const auto checked =
        plugin::check_parameters(analysis::figure_options(kind), draw, {"kind", "of", "at", "labels", "over", "each"});
    for (const auto& problem : checked.problems) CHECK_MESSAGE(false, problem.key, " ", problem.message);
    CHECK((!draw.contains("over") || analysis::figure_averages(kind)));
  }
  CHECK(examples >= 15);
}
