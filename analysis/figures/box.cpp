// SPDX-License-Identifier: BSD-3-Clause
/// Kind "box": the distribution of a value over trials, or of single numbers over the results that `over` pools; one
/// box per source or value of an axis. Box: quartiles; line: median; whiskers: the last value within 1.5 interquartile
/// ranges of the box; points: values beyond.
#include <analysis/figures/box.hpp>
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
#include <optional>

namespace reverie::analysis {
namespace {

constexpr std::size_t most_outliers = 200;  // per box

struct Boxed {
  std::string label;
  std::size_t members = 0;
  Box box;
};

double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// `single`: the results have one number each.
Boxed read_box(const Group& group, const std::string& name, std::optional<std::string>& unit, bool& single) {
  std::vector<double> values;
  for (const FigureSource* source : group.members) {
    const store::Variable variable = read_variable(*source, name);
    if (variable.dims.size() > 1)
      throw store::DataError(
          fmt::format("'{}' of '{}' has dimensions ({})", name, source->label, fmt::join(variable.dims, ", ")),
          "a box needs one number per trial, as per_trial, or one per result");
    single = variable.dims.empty();
    require_unit(unit, *source, variable);
    for (const double value : variable.values)
      if (std::isfinite(value)) values.push_back(value);
  }
  if (values.empty())
    throw store::DataError(fmt::format("'{}' of '{}' has no finite number", name, group.label), "choose another value");
  return {group.label, group.members.size(), box_of(std::move(values))};
}

}  // namespace

Box box_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  Box box;
  box.n = values.size();
  box.first = quantile(values, 0.25);
  box.median = quantile(values, 0.5);
  box.third = quantile(values, 0.75);
  const double reach = 1.5 * (box.third - box.first);
  box.low = *std::lower_bound(values.begin(), values.end(), box.first - reach);
  box.high = *std::prev(std::upper_bound(values.begin(), values.end(), box.third + reach));
  for (const double value : values)
    if (value < box.low || value > box.high) box.outliers.push_back(value);
  return box;
}

plugin::ParameterSchema box_options() {
  return {text_option("value", "per_trial", "a variable of the result with one number per trial, or a single one"),
          label_option(), flag_option("log", false, "logarithmic axis of the values")};
}

/// Columns: 1 box, 2 whisker low, 3 first quartile, 4 median, 5 third quartile, 6 whisker high, 7 outlier (one row
/// each, columns 2 to 6 empty), 8 n, 9 unit, 10 condition.
Drawing draw_box(const plugin::json& options, const std::vector<FigureSource>& sources) {
  const std::string name = options.at("value").get<std::string>();
  const bool logarithmic = options.at("log").get<bool>();
  std::optional<std::string> found_unit;
  std::vector<Boxed> boxes;
  bool single = false;
  for (const Group& group : grouped(sources, options)) boxes.push_back(read_box(group, name, found_unit, single));
  const std::string unit = found_unit.value_or("");
  std::vector<std::string> labels;
  std::size_t longest = 0;
  for (const Boxed& boxed : boxes) {
    labels.push_back(boxed.label);
    longest = std::max(longest, boxed.label.size());
  }
  const auto colours = line_colours(labels, false);
  const bool by_phase = std::any_of(labels.begin(), labels.end(),
                                    [](const std::string& label) { return !phase_colour_of_words(label).empty(); });

  PanelLayout layout;
  take_options(layout, options);
  layout.titles = {""};
  layout.side = std::clamp(static_cast<int>(boxes.size()) * 34, 190, 380);
  layout.bottom = longest * boxes.size() * 6 > static_cast<std::size_t>(layout.side)
                      ? 30 + static_cast<int>(std::min<std::size_t>(longest, 36)) * 5
                      : 34;
  // A turned label reaches to the left of its box.
  if (layout.bottom > 34)
    layout.left = std::max(layout.left, static_cast<int>(std::min<std::size_t>(longest, 36)) * 5 -
                                            layout.side / (2 * static_cast<int>(boxes.size())));
  layout = arrange(layout);
  const bool turned = layout.bottom > 34;

  Drawing drawing;
  drawing.csv =
      fmt::format("box,whisker_low,first_quartile,median,third_quartile,whisker_high,outlier,n,unit,condition\n");
  double low = boxes[0].box.low, high = boxes[0].box.high;
  std::size_t thinned = 0, outliers = 0, pooled = 1;
  std::string tics, in_words;
  for (std::size_t k = 0; k < boxes.size(); ++k) {
    const auto& [label, members, box] = boxes[k];
    const std::string tail =
        fmt::format("{},{},{}\n", box.n, csv_field(plain_text(unit)), csv_field(plain_text(label)));
    fmt::format_to(std::back_inserter(drawing.csv), "{},{},{},{},{},{},,{}", k, box.low, box.first, box.median,
                   box.third, box.high, tail);
    // Evenly over the sorted outliers, both ends among them.
    const std::size_t count = box.outliers.size(), kept = std::min(count, most_outliers);
    for (std::size_t i = 0; i < kept; ++i) {
      const std::size_t at = kept < 2 ? 0 : i * (count - 1) / (kept - 1);
      fmt::format_to(std::back_inserter(drawing.csv), "{},,,,,,{},{}", k, box.outliers[at], tail);
    }
    thinned += count - kept;
    outliers += count;
    pooled = std::max(pooled, members);
    low = std::min({low, box.low, count > 0 ? box.outliers.front() : box.low});
    high = std::max({high, box.high, count > 0 ? box.outliers.back() : box.high});
    tics += fmt::format("{}{} {}", k == 0 ? "" : ", ", gnuplot_tic(label), k);
    in_words += fmt::format("{}{}: median {:.3g}, quartiles {:.3g} and {:.3g}, {} values", k == 0 ? "" : "; ", label,
                            box.median, box.first, box.third, box.n);
  }
  if (logarithmic && low <= 0)
    throw store::DataError(fmt::format("'{}' is {} in places and cannot stand on a logarithmic axis", name, low),
                           "leave log out");
  drawing.script = begin_figure(layout) + begin_panel(layout, 0);
  drawing.script += fmt::format("unset key\nset xrange [-0.6:{}]\nset xtics ({}) noenhanced scale 0{}\n",
                                static_cast<double>(boxes.size()) - 0.4, tics, turned ? " rotate by 40 right" : "");
  if (logarithmic) {
    drawing.script += "set logscale y\nset format y '10^{%T}'\n";
  } else {
    const double bottom = low >= 0 ? 0 : low - 0.05 * (high - low);
    drawing.script += fmt::format("set yrange [{:.6g}:{:.6g}]\n", bottom,
                                  high == bottom ? bottom + 1 : high + 0.05 * (high - bottom));
  }
  drawing.script += axis_labels("", with_unit(name_of(options, name), printed_unit(unit))) + "set boxwidth 0.55\n";
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < boxes.size(); ++k) {
    const std::string colour = by_phase ? colours[k] : std::string("#555555");
    const std::string select = fmt::format("'figure.csv' skip 1 using ($1 == {} ? $1 : NaN)", k);
    parts.push_back(select +
                    fmt::format(":3:2:6:5 with candlesticks whiskerbars 0.4 fillcolor rgb '{}' fillstyle solid 1 "
                                "border linecolor rgb '{}' linewidth 1",
                                mixed("#ffffff", colour, 0.3), colour));
    parts.push_back(select + fmt::format(":4:4:4:4 with candlesticks linecolor rgb '{}' linewidth 2",
                                         mixed(colour, "#000000", 0.3)));
    parts.push_back(select + fmt::format(":7 with points pointtype 6 pointsize 0.3 linecolor rgb '{}'", colour));
  }
  drawing.script += fmt::format("plot {}\n", fmt::join(parts, ", \\\n  ")) + end_figure();
  drawing.caption = fmt::format(
      "{} of {}. Box: quartiles; line: median; whiskers: the last value within 1.5 interquartile ranges; circles: "
      "values beyond.",
      spaced(name), single ? "results" : "trials");
  if (pooled > 1 && !single) drawing.caption += fmt::format(" Trials of up to {} results together.", pooled);
  if (thinned > 0)
    drawing.caption += fmt::format(" Of {} values beyond the whiskers {} are drawn.", outliers, outliers - thinned);
  drawing.caption = plain_text(drawing.caption);
  drawing.alternative_text = plain_text(
      fmt::format("{} in one panel. {}.", counted(static_cast<std::int64_t>(boxes.size()), "box plot"), in_words));
  return drawing;
}

}  // namespace reverie::analysis
