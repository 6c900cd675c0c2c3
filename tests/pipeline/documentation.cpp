// SPDX-License-Identifier: BSD-3-Clause
/// docs/pipelines.md names every key that pipelines accept; docs/figures.md every kind of figure with its options.
#include <doctest/doctest.h>

#include <analysis/figures/figure.hpp>
#include <pipeline/document.hpp>
#include <pipeline/stages.hpp>
#include <sstream>
#include <store/publication.hpp>

using namespace reverie;

TEST_CASE("the page on pipelines names every key") {
  const auto page = store::read_file(REVERIE_PIPELINE_PAGE);
  const auto named = [&](const std::string& key) {
    CAPTURE(key);
    CHECK(page.find("`" + key + "`") != page.npos);
  };
  // Keys of inner tables stand inside the example of the outer one.
  const auto mentioned = [&](const std::string& key) {
    CAPTURE(key);
    const bool named_or_set = page.find("`" + key + "`") != page.npos || page.find(" " + key + " = ") != page.npos;
    CHECK(named_or_set);
  };
  using namespace pipeline;
  for (const auto* keys : {&network_keys(), &common_keys(), &train_keys(), &import_keys(), &simulate_keys(),
                           &measure_keys(), &gather_keys(), &figure_keys(), &claim_keys(), &quantity_keys()}) {
    for (const auto& spec : keys->plain)
      if (spec.name != "run") named(spec.name);
    for (const auto& key : keys->structured) named(key);
  }
  for (const auto* keys : {&evaluate_keys(), &start_keys(), &noise_keys(), &cell_keys()})
    for (const auto& spec : keys->plain) mentioned(spec.name);
}

TEST_CASE("the page on figures has a section for every kind, with its options") {
  const auto page = store::read_file(REVERIE_FIGURES_PAGE);
  for (const auto& kind : analysis::figure_kinds()) {
    CAPTURE(kind);
    const auto begin = page.find("\n## `" + kind + "`");
    REQUIRE(begin != page.npos);
    const auto section = page.substr(begin, page.find("\n## ", begin + 4) - begin);
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
  std::istringstream page(store::read_file(REVERIE_FIGURES_PAGE));
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
