// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <analysis/figures/panels.hpp>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;
using analysis::in_lines;

TEST_CASE("titles break between words, and only a word that fits no line within") {
  using Lines = std::vector<std::string>;
  CHECK(in_lines("friction = 0.5", 20) == Lines{"friction = 0.5"});
  CHECK(in_lines("the noisy network in quiescence", 12) == Lines{"the noisy", "network in", "quiescence"});
  CHECK(in_lines("überdämpft", 10) == Lines{"überdämpft"});
  CHECK(in_lines("überdämpfteste", 6) == Lines{"überdä", "mpftes", "te"});
  CHECK(in_lines("", 10).empty());
}

TEST_CASE("a column is 85 mm wide and a page 180 mm, whatever stands in them") {
  Folder folder("panels-size");
  for (const std::string& kind : analysis::figure_kinds()) {
    CAPTURE(kind);
    auto [sources, given] = example_of(kind, folder);
    for (const auto& [size, width] : {std::pair{"column", "321"}, {"page", "680"}}) {
      given["size"] = size;
      const auto files = analysis::draw_figure(kind, options(kind, given), "", sources, folder.make(kind + "-" + size));
      CHECK(store::read_file(files.svg).find(std::string("width=\"") + width + "\"") != std::string::npos);
    }
  }
}

TEST_CASE("several panels have letters, one has none") {
  Folder folder("panels-letters");
  const auto one = recording(folder.make("a"), "awake", "awake", 4, 20, walks(4, 20, 1, 0.03));
  const auto alone = analysis::draw_figure("paths", options("paths"), "", {one}, folder.make("one"));
  CHECK(store::read_file(alone.script).find("Bold") == std::string::npos);
  const auto both = analysis::draw_figure("paths", options("paths"), "", {one, one}, folder.make("two"));
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + both.svg.string() + " a b"));
  const auto below =
      analysis::draw_figure("paths", options("paths", {{"across", 1}}), "", {one, one}, folder.make("below"));
  const auto width = [](const analysis::FigureFiles& files) {
    const auto svg = store::read_file(files.svg);
    return std::stoi(svg.substr(svg.find("width=\"") + 7));
  };
  CHECK(width(both) - width(below) == 260);  // a panel, its axis and the room to its right
}

TEST_CASE("a legend stands whole in the figure, in as many columns as it takes") {
  Folder folder("panels-legend");
  for (const int lines : {3, 9, 17, 30}) {
    std::vector<analysis::FigureSource> sources;
    std::string names;
    for (int k = 0; k < lines; ++k) {
      sources.push_back(training(folder.make(fmt::format("{}-{}", lines, k)), fmt::format("strength = {}", k), 3));
      names += fmt::format(" 'strength = {}'", k);
    }
    for (const std::string size : {"fitted", "page"}) {
      CAPTURE(lines);
      CAPTURE(size);
      const auto files = analysis::draw_figure("curve", options("curve", {{"size", size}}), "", sources,
                                               folder.make(fmt::format("{}-{}", lines, size)));
      CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() + names));
    }
  }
}
