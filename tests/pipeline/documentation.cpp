// SPDX-License-Identifier: BSD-3-Clause
/// docs/pipelines.md names every key that pipelines accept, and every kind of figure with its options.
#include <doctest/doctest.h>

#include <analysis/figures/figure.hpp>
#include <pipeline/stages.hpp>
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
    CHECK(page.find(key) != page.npos);
  };
  using namespace pipeline;
  for (const auto* keys : {&network_keys(), &common_keys(), &train_keys(), &simulate_keys(), &measure_keys(),
                           &gather_keys(), &figure_keys(), &claim_keys(), &quantity_keys()}) {
    for (const auto& spec : keys->plain)
      if (spec.name != "run") named(spec.name);
    for (const auto& key : keys->structured) named(key);
  }
  for (const auto* keys : {&evaluate_keys(), &start_keys(), &noise_keys(), &cell_keys()})
    for (const auto& spec : keys->plain) mentioned(spec.name);
  for (const auto& kind : analysis::figure_kinds()) {
    named(kind);
    for (const auto& spec : analysis::figure_options(kind)) named(spec.name);
  }
}
