// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/report/svg_points.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <utility>

namespace reverie::analysis {
namespace {

/// In tenths, without a point where there is none to write.
std::string tenths(double value) { return fmt::format("{}", std::round(10 * value) / 10); }

}  // namespace

bool SvgPoints::take(std::string_view tag) {
  if (!tag.starts_with("use ")) return false;
  const std::string text(tag);
  double x = 0, y = 0, radius = 0;
  int red = 0, green = 0, blue = 0, read = 0;
  // gpPt6 is a filled circle with radius 1.
  std::sscanf(text.c_str(),
              "use xlink:href='#gpPt6' transform='translate(%lf,%lf) scale(%lf)' color='rgb(%d,%d,%d)'/%n", &x, &y,
              &radius, &red, &green, &blue, &read);
  if (read == 0 || static_cast<std::size_t>(read) != text.size()) return false;
  const int colour = red * 65536 + green * 256 + blue;
  if (radius != radius_) {
    close();
    radius_ = radius;
  }
  if (colour != colour_) {
    if (colour_ >= 0) paths_ += "\"/>";
    paths_ += fmt::format("<path stroke=\"#{:06x}\" d=\"", colour_ = colour);
  }
  paths_ += fmt::format("M{} {}h0", tenths(x), tenths(y));
  return true;
}

void SvgPoints::close() {
  if (colour_ >= 0)
    waiting_ +=
        fmt::format("<g fill=\"none\" stroke-linecap=\"round\" stroke-width=\"{}\">{}\"/></g>", 2 * radius_, paths_);
  paths_.clear();
  colour_ = -1;
}

std::string SvgPoints::flush() {
  close();
  return std::exchange(waiting_, "");
}

}  // namespace reverie::analysis
