// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/report/inline_svg.hpp>
#include <analysis/report/svg_points.hpp>

#include <fmt/format.h>

using namespace reverie::analysis;

namespace {

std::string point(const std::string& symbol, double x, double y, double scale, const std::string& colour) {
  return fmt::format("use xlink:href='#{}' transform='translate({:.2f},{:.2f}) scale({:.2f})' color='rgb({})'/", symbol,
                     x, y, scale, colour);
}

}  // namespace

TEST_CASE("filled circles become dots: those of one colour in a row are one path") {
  SvgPoints points;
  CHECK(points.take(point("gpPt6", 1.23, 4.56, 1.8, " 34,  34,  34")));
  CHECK(points.take(point("gpPt6", 10, 20.04, 1.8, " 34,  34,  34")));
  CHECK(points.take(point("gpPt6", 3, 4, 1.8, "255,   0,  16")));
  CHECK(points.take(point("gpPt6", 5, 6, 2, "255,   0,  16")));
  CHECK(points.flush() ==
        "<g fill=\"none\" stroke-linecap=\"round\" stroke-width=\"3.6\"><path stroke=\"#222222\" d=\"M1.2 4.6h0M10 "
        "20h0\"/>"
        "<path stroke=\"#ff0010\" d=\"M3 4h0\"/></g>"
        "<g fill=\"none\" stroke-linecap=\"round\" stroke-width=\"4\"><path stroke=\"#ff0010\" d=\"M5 6h0\"/></g>");
  CHECK(points.flush().empty());
}

TEST_CASE("other symbols and other attributes are left alone") {
  SvgPoints points;
  CHECK_FALSE(points.take(point("gpPt8", 1, 2, 1.8, " 34,  34,  34")));
  CHECK_FALSE(points.take(point("gpPt6", 1, 2, 1.8, " 34,  34,  34") + " opacity='0.5'/"));
  CHECK_FALSE(points.take("use xlink:href='#gpPt6' id='x'"));
  CHECK(points.flush().empty());
}

TEST_CASE("points stand where they stood, between what is drawn before and after them") {
  const auto drawn = inline_svg(
      "<svg><g id='a'><path d='M0,0 L1,1'/>\n\t<" + point("gpPt6", 1, 2, 1, "0,0,0") + ">\n</g></svg>", "p-", "");
  CHECK(drawn.element.find("<path d='M0 0l1 1'/><g fill=\"none\" stroke-linecap=\"round\" stroke-width=\"2\">"
                           "<path stroke=\"#000000\" d=\"M1 2h0\"/></g></g></g></svg>") != std::string::npos);
}
