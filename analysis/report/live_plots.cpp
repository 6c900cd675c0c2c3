// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/words.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/live_plots.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace reverie::analysis {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// From data to pixels.
struct Scale {
  double low, high, from, to;
  double operator()(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

struct Range {
  double low = infinity, high = -infinity;
  void take(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

/// Points with one decimal; a value that is not finite, or a turn of more than half a circle, begins a new line.
std::string line_through(const std::vector<std::pair<double, double>>& points, const Scale& x, const Scale& y,
                         const char* style, bool angle = false) {
  std::string d;
  bool open = false;
  double before = 0;
  for (const auto& [a, b] : points) {
    if (!std::isfinite(a) || !std::isfinite(b)) {
      open = false;
      continue;
    }
    if (angle && std::abs(b - before) > std::numbers::pi) open = false;
    d += fmt::format("{}{:.1f},{:.1f}", open ? "L" : "M", x(a), y(b));
    open = true;
    before = b;
  }
  return fmt::format("<path class=\"{}\" d=\"{}\"/>", style, d);
}

std::string tick_text(double value) {
  const int power = static_cast<int>(std::floor(std::log10(value) + 1e-9));
  const double lead = value / std::pow(10.0, power);
  const auto ten = "10" + superscript(power);
  return lead < 1.5 ? ten : fmt::format("{:.0f}·{}", lead, ten);
}

/// Powers of ten within the range; with 2 and 5 times them, or all nine, where that gives fewer than three.
std::vector<double> log_ticks(double low, double high) {
  std::vector<double> ticks;
  for (const auto& leads : {std::vector{1}, {1, 2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
    ticks.clear();
    for (int power = static_cast<int>(std::floor(low)); power <= static_cast<int>(std::ceil(high)); ++power)
      for (const int lead : leads)
        if (const double place = power + std::log10(lead); place > low - 1e-9 && place < high + 1e-9)
          ticks.push_back(lead * std::pow(10.0, power));
    if (ticks.size() >= 3) break;
  }
  return ticks;
}

}  // namespace

std::string loss_plot(const ReportTraining& training) {
  constexpr double width = 340, height = 190, left = 52, right = 16, top = 8, bottom = 34;
  Range range;
  std::vector<std::pair<double, double>> curves[2];
  const std::vector<std::pair<double, double>>* given[2] = {&training.loss, &training.evaluation_loss};
  for (int k = 0; k < 2; ++k)
    for (const auto& [batch, value] : *given[k])
      if (value > 0) {
        curves[k].emplace_back(batch, std::log10(value));
        range.take(std::log10(value));
      }
  if (range.empty()) return "";
  const double middle = (range.low + range.high) / 2, half = std::max(0.55 * (range.high - range.low), 0.1);
  const Scale x{0, static_cast<double>(std::max<std::int64_t>(training.batches, 1)), left, width - right};
  const Scale y{middle - half, middle + half, height - bottom, top};

  auto svg = fmt::format(
      "<svg class=\"plot\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" aria-label=\"Loss of {2} "
      "up to "
      "batch {3} of {4}, from {5:.3g} to {6:.3g}.\">\n<path class=\"axis\" d=\"M{7},{8}V{9}H{10}\"/>",
      width, height, escape_html(training.stage), training.batch, training.batches, std::pow(10, range.high),
      std::pow(10, range.low), left, top, height - bottom, width - right);
  for (const double tick : log_ticks(y.low, y.high))
    svg += fmt::format("<path class=\"axis\" d=\"M{},{:.1f}h-4\"/><text class=\"y\" x=\"{}\" y=\"{:.1f}\">{}</text>",
                       left, y(std::log10(tick)), left - 7, y(std::log10(tick)) + 4, tick_text(tick));
  for (const double share : {0.0, 0.5, 1.0}) {
    const double batch = std::round(share * x.high);
    svg +=
        fmt::format("<path class=\"axis\" d=\"M{0:.1f},{1}v4\"/><text class=\"x\" x=\"{0:.1f}\" y=\"{2}\">{3}</text>",
                    x(batch), height - bottom, height - bottom + 16, batch);
  }
  svg += fmt::format("<text class=\"x\" x=\"{}\" y=\"{}\">batch</text>\n", (left + width - right) / 2, height - 4);
  svg += line_through(curves[0], x, y, "loss") + line_through(curves[1], x, y, "evaluation");
  return svg + "</svg>\n";
}

std::string paths_plots(const ReportTraining& training) {
  constexpr double side = 150, edge = 6;
  const std::size_t d = training.coordinates;
  if (training.paths.empty() || d == 0) return "";
  const bool plane = d > 1;
  const auto points_of = [&](const std::vector<double>& path) {
    std::vector<std::pair<double, double>> points;
    for (std::size_t n = 0; (n + 1) * d <= path.size(); ++n)
      points.emplace_back(plane ? path[n * d] : static_cast<double>(n), plane ? path[n * d + 1] : path[n]);
    return points;
  };
  Range horizontal, vertical;
  for (const ReportPaths& moment : training.paths)
    for (const auto* paths : {&moment.decoded, &moment.latent})
      for (const auto& path : *paths)
        for (const auto& [a, b] : points_of(path)) horizontal.take(a), vertical.take(b);
  if (horizontal.empty() || vertical.empty()) return "";
  if (plane) {  // equal scales
    const double half = std::max({horizontal.high - horizontal.low, vertical.high - vertical.low, 1e-9}) / 2;
    for (Range* range : {&horizontal, &vertical}) {
      const double middle = (range->low + range->high) / 2;
      *range = {middle - half, middle + half};
    }
  }
  const auto scale = [&](const Range& range, double from, double to) {
    const double more = range.high > range.low ? 0 : 1;
    return Scale{range.low - more, range.high + more, from, to};
  };
  const Scale x = scale(horizontal, edge, side - edge), y = scale(vertical, side - edge, edge);

  std::string html = "<div class=\"moments\">\n";
  for (const ReportPaths& moment : training.paths) {
    html += fmt::format(
        "<figure><svg class=\"plot\" viewBox=\"0 0 {0} {0}\" width=\"{0}\" height=\"{0}\" role=\"img\" "
        "aria-label=\"{1} decoded "
        "paths over the true ones at batch {2}\"><rect class=\"frame\" x=\"0.5\" y=\"0.5\" width=\"{3}\" "
        "height=\"{3}\"/>\n",
        side, moment.decoded.size(), moment.batch, side - 1);
    for (const auto& path : moment.latent) html += line_through(points_of(path), x, y, "true", training.angle);
    for (const auto& path : moment.decoded) html += line_through(points_of(path), x, y, "decoded", training.angle);
    html += fmt::format("</svg><figcaption>batch {}</figcaption></figure>\n", moment.batch);
  }
  return html + "</div>\n";
}

}  // namespace reverie::analysis
