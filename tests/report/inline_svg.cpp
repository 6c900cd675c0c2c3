// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/report/inline_svg.hpp>
#include <store/dataset.hpp>

using reverie::analysis::inline_svg;

TEST_CASE("ids get the prefix, repeated ones a number, and references follow") {
  const std::string svg =
      "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
      "width='9'>"
      "<title>Gnuplot</title><g id=\"plot\"><title>plot_1</title><circle id='dot' r='1'/></g>"
      "<g id=\"plot\"><use xlink:href='#dot' fill='url(#dot)'/></g></svg>\n";
  CHECK(inline_svg(svg, "f1-", "a \"label\"").element ==
        "<svg width='9' role=\"img\" aria-label=\"a &quot;label&quot;\"><g id=\"f1-drawing\"><g id=\"f1-plot\">"
        "<circle id='f1-dot' r='1'/></g><g id=\"f1-plot-2\"><use href='#f1-dot' fill='url(#f1-dot)'/></g></g></svg>");
}

TEST_CASE("text that looks like an attribute stays text, and > in a value ends no tag") {
  const std::string svg = "<svg><text label='a>b'>say id='x' href=\"#y\"</text></svg>";
  CHECK(inline_svg(svg, "p-", "").element.find("<text label='a>b'>say id='x' href=\"#y\"</text>") != std::string::npos);
}

TEST_CASE("the size is that of the view box, or else of the element") {
  const auto boxed = inline_svg("<svg width='9' height='8' viewBox='0 0 510 306.5'></svg>", "p-", "");
  CHECK(boxed.width == "510");
  CHECK(boxed.height == "306.5");
  const auto plain = inline_svg("<svg width='9' height='8'></svg>", "p-", "");
  CHECK(plain.width == "9");
  CHECK(plain.height == "8");
}

TEST_CASE("what is no SVG is a damaged figure") {
  CHECK_THROWS_WITH_AS(inline_svg("", "p-", ""), "a figure's file holds no <svg> element", reverie::store::DataError);
  CHECK_THROWS_WITH_AS(inline_svg("<svg><g id='half", "p-", ""), "a figure's file holds no <svg> element",
                       reverie::store::DataError);
  CHECK_THROWS_WITH_AS(inline_svg("<svg><g id='half</svg>", "p-", ""), "an SVG file ends within a tag",
                       reverie::store::DataError);
}
