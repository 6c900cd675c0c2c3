// SPDX-License-Identifier: BSD-3-Clause
/// Kind "polar": histograms of bearings (P1, Figures 3a, b). A sector's radius is sqrt((n/N)/pi), so that its share of
/// a full circle's area goes with its count. Counts of the axes of `over` are added.
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/results.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <numeric>

namespace reverie::analysis {
namespace {

struct Histogram {
  std::string label, colour;
  std::vector<double> bearing, counts, radius;
  double total = 0;
};

Histogram read_histogram(const Group& group) {
  Histogram histogram;
  histogram.label = group.label;
  for (const FigureSource* source : group.members) {
    const store::Variable counts = read_variable(*source, "counts"), bearing = read_variable(*source, "bearing");
    require_same_shape(*source, counts, *source, bearing);
    if (histogram.counts.empty()) {
      histogram.bearing = bearing.values;
      histogram.counts.assign(counts.values.size(), 0);
    }
    if (bearing.values != histogram.bearing)
      throw store::DataError(fmt::format("the sectors of '{}' differ over the axes that are added", group.label),
                             "measure them with equal bins");
    for (std::size_t k = 0; k < counts.values.size(); ++k) histogram.counts[k] += counts.values[k];
  }
  histogram.total = std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0.0);
  for (const double count : histogram.counts)
    histogram.radius.push_back(std::sqrt(count / histogram.total / std::numbers::pi));
  histogram.colour = phase_colour_of_words(group.label);
  if (histogram.colour.empty()) histogram.colour = "#555555";
  return histogram;
}

}  // namespace

plugin::ParameterSchema polar_options() { return {}; }

Needs polar_needs(const plugin::json&, bool) { return {{"measure", {"counts"}}, {"measure", {"bearing"}}}; }

/// Columns: 1 panel, 2 bearing, 3 from, 4 to (degrees), 5 radius, 6 count, 7 source.
Drawing draw_polar(const plugin::json& options, const std::vector<FigureSource>& sources) {
  std::vector<Histogram> histograms;
  double longest = 0;
  for (const Group& group : grouped(sources, options)) {
    histograms.push_back(read_histogram(group));
    longest = std::max(longest, *std::max_element(histograms.back().radius.begin(), histograms.back().radius.end()));
  }
  PanelLayout layout;
  take_options(layout, options);
  layout.side = 170;
  layout.left = 34;
  layout.right = 34;
  layout.bottom = 22;
  for (const Histogram& histogram : histograms) layout.titles.push_back(histogram.label);
  layout = arrange(layout);
  const double step = tic_step(longest * 3), edge = std::ceil(longest / step) * step;

  Drawing drawing;
  drawing.csv = "panel,bearing (rad),from (degree),to (degree),radius,count,source\n";
  drawing.script = begin_figure(layout);
  std::string in_words, counts;
  std::size_t row = 0;
  for (std::size_t index = 0; index < histograms.size(); ++index) {
    const Histogram& histogram = histograms[index];
    const auto bins = histogram.counts.size();
    const double half = 180.0 / static_cast<double>(bins);
    for (std::size_t k = 0; k < bins; ++k) {
      const double degrees = histogram.bearing[k] * 180 / std::numbers::pi;
      fmt::format_to(std::back_inserter(drawing.csv), "{},{:.6g},{:.6g},{:.6g},{:.6g},{},{}\n", index,
                     histogram.bearing[k], degrees - half, degrees + half, histogram.radius[k], histogram.counts[k],
                     csv_field(plain_text(histogram.label)));
    }
    drawing.script += begin_panel(layout, static_cast<int>(index));
    drawing.script += fmt::format(
        "unset key\nunset border\nunset tics\nunset xlabel\nunset ylabel\nset xrange [{0:.6g}:{1:.6g}]\nset yrange "
        "[{0:.6g}:{1:.6g}]\n",
        -1.15 * edge, 1.15 * edge);
    for (double ring = step; ring < edge * 1.001; ring += step)
      drawing.script += fmt::format(
          "set object circle at 0,0 size {0:.6g} behind fillstyle empty border linecolor rgb '#cccccc' linewidth 0.6\n"
          "set label '{0:.3g}' at {1:.6g},{2:.6g} left front font ',6' textcolor rgb '#333333'\n",
          ring, ring * 0.924, ring * 0.383);
    for (const auto& [text, x, y] :
         {std::tuple{"0", 1.1, 0.0}, {"π/2", 0.0, 1.1}, {"±π", -1.1, 0.0}, {"−π/2", 0.0, -1.1}})
      drawing.script += fmt::format("set label '{}' at {:.6g},{:.6g} center\n", text, x * edge, y * edge);
    drawing.script += fmt::format(
        "plot 'figure.csv' skip 1 every ::{}::{} using (0):(0):5:3:4 with circles fillcolor rgb '{}' fillstyle solid 1 "
        "border linecolor rgb '{}' linewidth 0.6\n",
        row, row + bins - 1, mixed("#ffffff", histogram.colour, 0.75), histogram.colour);
    row += bins;
    const auto most = std::max_element(histogram.counts.begin(), histogram.counts.end()) - histogram.counts.begin();
    const auto at = static_cast<std::size_t>(most);
    in_words += fmt::format("{}{}: most, {:.3g} of all, near {:.2f} rad", index == 0 ? "" : "; ", histogram.label,
                            histogram.counts[at] / histogram.total, histogram.bearing[at]);
    counts +=
        fmt::format("{}{}: {} samples in {} sectors", index == 0 ? "" : "; ", histogram.label, histogram.total, bins);
  }
  drawing.script += end_figure();
  drawing.caption = plain_text(fmt::format("Distribution of bearings, radius √((n/N)/π). {}.", counts));
  drawing.alternative_text = plain_text(fmt::format(
      "Polar histograms in {}. {}.", counted(static_cast<std::int64_t>(histograms.size()), "square panel"), in_words));
  return drawing;
}

}  // namespace reverie::analysis
