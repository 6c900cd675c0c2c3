// SPDX-License-Identifier: BSD-3-Clause
/// Kind "tradeoff": one number against another over the points of a sweep, means over the axes of `over`, with the
/// Pareto front of the means. Both numbers come from results at the same place of the sweep, of one stage or of two.
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/tradeoff_data.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace reverie::analysis {
namespace {

/// gnuplot's point types: filled ones first.
constexpr std::array<int, most_shapes> point_types = {7, 5, 9, 13, 11, 15, 6, 4, 8, 12, 10, 14};

/// Rings of the front and crosses reach out from under the points, which keep their colours.
constexpr const char* front_style = "with linespoints pointtype 6 pointsize 1.2 linewidth 0.9 linecolor rgb '#222222'";
constexpr const char* mark_style = "with points pointtype 2 pointsize 1.4 linewidth 0.7 linecolor rgb '#222222'";

/// Half of a bar; NaN without one.
double bar_of(const Tradeoff& tradeoff, const Moments& moments) {
  if (tradeoff.bars == "none") return std::numeric_limits<double>::quiet_NaN();
  return tradeoff.bars == "sd" ? moments.sd : half_interval(moments);
}

std::string cell(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

std::string text_cell(const plugin::json& label) {
  return label.is_null() ? "" : csv_field(plain_text(axis_text(label)));
}

bool shows_reference(const Tradeoff& tradeoff, const Panel& panel) {
  return tradeoff.has_reference && std::isfinite(panel.reference_x) && std::isfinite(panel.reference_y);
}

std::string header(const Tradeoff& tradeoff) {
  const auto number = [](const Coordinate& coordinate) {
    return csv_field(
        plain_text(with_unit(coordinate.number.label + "." + coordinate.number.variable, coordinate.unit)));
  };
  return fmt::format("panel,colour,shape,{},{},x_bar,y_bar,n,marked,front,{},{},title\n", number(tradeoff.x),
                     number(tradeoff.y), csv_field(plain_text(tradeoff.colour_axis)),
                     csv_field(plain_text(tradeoff.shape_axis)));
}

/// Columns: 1 panel, 2 colour, 3 shape, 4 x, 5 y, 6 and 7 half of their bars, 8 n, 9 marked, 10 on the front, then the
/// labels on the axes and the panel's title. The reference comes last, without colour, shape, bars and labels. Returns
/// the number of rows.
std::size_t add_rows(std::string& csv, std::size_t index, const Tradeoff& tradeoff) {
  const Panel& panel = tradeoff.panels[index];
  const std::string title = csv_field(plain_text(panel.title));
  for (const Point& point : panel.points)
    fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{},{},{},{},{},{},{}\n", index, point.colour,
                   point.shape, point.x.mean, point.y.mean, cell(bar_of(tradeoff, point.x)),
                   cell(bar_of(tradeoff, point.y)), point.x.n, point.marked ? 1 : 0, point.front ? 1 : 0,
                   text_cell(tradeoff.colours[point.colour]), text_cell(tradeoff.shapes[point.shape]), title);
  if (!shows_reference(tradeoff, panel)) return panel.points.size();
  fmt::format_to(std::back_inserter(csv), "{},,,{},{},,,,0,0,,,{}\n", index, panel.reference_x, panel.reference_y,
                 title);
  return panel.points.size() + 1;
}

/// What both axes must hold: points with their bars and the reference, with a margin.
PlaneLimits limits_of(const Tradeoff& tradeoff, const Panel& panel) {
  std::vector<double> x, y;
  const auto add = [&](std::vector<double>& values, const Moments& moments) {
    const double bar = bar_of(tradeoff, moments);
    for (const double half : {0.0, std::isfinite(bar) ? bar : 0.0}) {
      values.push_back(moments.mean - half);
      values.push_back(moments.mean + half);
    }
  };
  for (const Point& point : panel.points) {
    add(x, point.x);
    add(y, point.y);
  }
  if (shows_reference(tradeoff, panel)) {
    x.push_back(panel.reference_x);
    y.push_back(panel.reference_y);
  }
  const auto range = [](const std::vector<double>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double margin = apart(*low, *high) ? 0.06 * (*high - *low) : *low == 0 ? 1 : 0.5 * std::abs(*low);
    return std::pair{*low - margin, *high + margin};
  };
  const auto [left, right] = range(x);
  const auto [bottom, top] = range(y);
  return {left, right, bottom, top};
}

bool any_point(const Tradeoff& tradeoff, bool Point::*property) {
  for (const Panel& panel : tradeoff.panels)
    for (const Point& point : panel.points)
      if (point.*property) return true;
  return false;
}

std::string legend_of(const std::string& axis, const plugin::json& label) {
  return axis.empty() ? "" : words_of({{axis, label}});
}

/// The look of all points and, in the same order, the legend.
struct Look {
  std::vector<std::string> colours, legend;
  std::string entries;  ///< of the legend, to follow a plot
  std::string reference_label, reference_style;
};

Look look_of(const plugin::json& options, const Tradeoff& tradeoff) {
  Look look;
  const auto entry = [&](const std::string& title, const std::string& style) {
    look.legend.push_back(title);
    look.entries += fmt::format(", \\\n  keyentry {} title {} noenhanced", style, gnuplot_string(title));
  };
  std::vector<std::string> labels;
  bool numbers = true;
  for (const auto& label : tradeoff.colours) {
    labels.push_back(legend_of(tradeoff.colour_axis, label));
    numbers = numbers && label.is_number();
  }
  look.colours = line_colours(labels, numbers);
  for (std::size_t k = 0; k < labels.size(); ++k)
    entry(labels[k], fmt::format("with points pointtype 7 pointsize 0.7 linecolor rgb '{}'", look.colours[k]));
  for (std::size_t k = 0; k < tradeoff.shapes.size() && !tradeoff.shape_axis.empty(); ++k)
    entry(legend_of(tradeoff.shape_axis, tradeoff.shapes[k]),
          fmt::format("with points pointtype {} pointsize 0.7 linecolor rgb '#777777'", point_types[k]));
  entry("Pareto front", front_style);
  if (any_point(tradeoff, &Point::marked)) entry(spaced(tradeoff.mark->variable), mark_style);
  look.reference_label = options.at("reference_label").get<std::string>();
  const std::string colour = phase_colour_of_words(look.reference_label);
  look.reference_style = fmt::format("with points pointtype 3 pointsize 1.3 linewidth 1.1 linecolor rgb '{}'",
                                     colour.empty() ? "#222222" : colour);
  if (tradeoff.has_reference && !look.reference_label.empty()) entry(look.reference_label, look.reference_style);
  return look;
}

/// Functions that turn columns 2 and 3 into colour and type of a point.
std::string style_functions(const Look& look) {
  std::vector<int> colours;
  for (const std::string& colour : look.colours) colours.push_back(std::stoi(colour.substr(1), nullptr, 16));
  return fmt::format("shade(k) = int(word('{}', int(k) + 1))\ntype_of(k) = int(word('{}', int(k) + 1))\n",
                     fmt::join(colours, " "), fmt::join(point_types, " "));
}

/// `first`: the panel's first row in the table.
std::string panel_plot(const Tradeoff& tradeoff, const Panel& panel, const Look& look, std::size_t first) {
  const auto rows = [&](std::size_t begin, std::size_t count) {
    return fmt::format("'figure.csv' skip 1 every ::{}::{} using ", begin, begin + count - 1);
  };
  const std::string points = rows(first, panel.points.size());
  std::vector<std::string> parts;
  if (tradeoff.bars != "none")  // 0xb0: two thirds transparent
    parts.push_back(
        points + "4:5:6:7:(shade($2) + 0xb0000000) with xyerrorbars pointtype 0 linewidth 0.8 linecolor rgb variable");
  parts.push_back(points + "($10 == 1 ? $4 : NaN):5 smooth unique " + front_style);
  if (any_point(tradeoff, &Point::marked)) parts.push_back(points + "($9 == 1 ? $4 : NaN):5 " + mark_style);
  parts.push_back(points +
                  "4:5:(type_of($3)):(shade($2)) with points pointtype variable pointsize 0.7 linecolor rgb variable");
  if (shows_reference(tradeoff, panel))
    parts.push_back(rows(first + panel.points.size(), 1) + "4:5 " + look.reference_style);
  return fmt::format("plot {}", fmt::join(parts, ", \\\n  "));
}

/// "friction = 0.5, strength = 0.1 (1.32, 2.41)" of each point of the front, along x.
std::string describe_front(const Tradeoff& tradeoff, const Panel& panel) {
  std::vector<Point> front;
  for (const Point& point : panel.points)
    if (point.front) front.push_back(point);
  std::stable_sort(front.begin(), front.end(), [](const Point& a, const Point& b) { return a.x.mean < b.x.mean; });
  std::vector<std::string> words;
  for (const Point& point : front) {
    Coordinates at = {{tradeoff.colour_axis, tradeoff.colours[point.colour]}};
    if (!tradeoff.shape_axis.empty()) at.emplace_back(tradeoff.shape_axis, tradeoff.shapes[point.shape]);
    words.push_back(fmt::format("{} ({:.3g}, {:.3g})", words_of(at), point.x.mean, point.y.mean));
  }
  return fmt::format("{}{} of {} on the front: {}", panel.title.empty() ? "" : panel.title + ": ", front.size(),
                     counted(static_cast<std::int64_t>(panel.points.size()), "point"), fmt::join(words, "; "));
}

std::string caption_of(const Tradeoff& tradeoff, const Look& look) {
  std::string text =
      fmt::format("{} against {} over {}", tradeoff.y.name, tradeoff.x.name, spaced(tradeoff.colour_axis));
  text += tradeoff.shape_axis.empty() ? "." : fmt::format(" (colour) and {} (shape).", spaced(tradeoff.shape_axis));
  std::size_t most = 0;
  bool any_reference = false;
  for (const Panel& panel : tradeoff.panels) {
    any_reference = any_reference || shows_reference(tradeoff, panel);
    for (const Point& point : panel.points) most = std::max(most, point.x.n);
  }
  if (most > 1) text += fmt::format(" Points: means of up to {} results.", most);
  if (most > 1 && tradeoff.bars == "sd") text += " Bars: ± 1 standard deviation.";
  if (most > 1 && tradeoff.bars == "interval") text += " Bars: 95 % interval of the mean (Student's t).";
  const auto better = [](const Coordinate& coordinate) { return coordinate.higher ? "higher" : "lower"; };
  text += fmt::format(" Line: Pareto front{}, where {} {} and {} {} are better.", most > 1 ? " of the means" : "",
                      better(tradeoff.x), tradeoff.x.name, better(tradeoff.y), tradeoff.y.name);
  if (any_reference)
    text += fmt::format(" Star: {}.", look.reference_label.empty() ? "reference" : look.reference_label);
  if (any_point(tradeoff, &Point::marked)) text += fmt::format(" Cross: {}.", spaced(tradeoff.mark->variable));
  if (tradeoff.left_out > 0)
    text += fmt::format(" {} of {} are left out: a number is missing or not finite.", tradeoff.left_out,
                        counted(static_cast<std::int64_t>(tradeoff.results), "result"));
  return plain_text(text);
}

}  // namespace

plugin::ParameterSchema tradeoff_options() {
  return {needed_option("x", "number to the right, \"STAGE.VARIABLE\" of a stage of 'of' (by its label)"),
          needed_option("y", "number upwards, \"STAGE.VARIABLE\""),
          needed_option("colour", "axis whose values have a colour each"),
          text_option("shape", "", "axis whose values have a shape each"),
          choice_option("better_x", {"higher", "lower"}, "which x is better, for the front"),
          choice_option("better_y", {"higher", "lower"}, "which y is better, for the front"),
          choice_option("bars", {"sd", "interval", "none"},
                        "of means over an axis: standard deviation, or 95 % interval of the mean"),
          text_option("mark", "",
                      "\"STAGE.VARIABLE\" that marks points by a cross where its mean is at least 1/2, as censored"),
          text_option("x_label", "", "name of the x axis; empty: the variable's name"),
          text_option("y_label", "", "name of the y axis; empty: the variable's name"),
          text_option("reference_x", "", "a point to compare with: \"STAGE.VARIABLE\", or a number in quotes"),
          text_option("reference_y", "", "the same upwards"),
          text_option("reference_label", "", "its name in the legend")};
}

Drawing draw_tradeoff(const plugin::json& options, const std::vector<FigureSource>& sources) {
  const Tradeoff tradeoff = read_tradeoff(options, sources);
  const Look look = look_of(options, tradeoff);
  PanelLayout layout;
  take_options(layout, options, 2);
  layout.side = 240;
  layout.legend = look.legend;
  for (const Panel& panel : tradeoff.panels) layout.titles.push_back(panel.title);
  layout = arrange(layout);

  Drawing drawing;
  drawing.csv = header(tradeoff);
  drawing.script = begin_figure(layout) + style_functions(look);
  std::string fronts;
  std::size_t row = 0;
  for (std::size_t index = 0; index < tradeoff.panels.size(); ++index) {
    const Panel& panel = tradeoff.panels[index];
    const int number = static_cast<int>(index);
    const auto axis = [](const Coordinate& one) { return with_unit(one.name, printed_unit(one.unit)); };
    drawing.script += begin_panel(layout, number);
    drawing.script += plane_axes(limits_of(tradeoff, panel), {}, axis(tradeoff.x),
                                 first_of_row(layout, number) ? axis(tradeoff.y) : "", layout.side);
    const bool with_legend = carries_legend(layout, number);
    drawing.script += with_legend ? place_legend(layout) : "unset key\n";
    drawing.script += panel_plot(tradeoff, panel, look, row) + (with_legend ? look.entries : "") + "\n";
    row += add_rows(drawing.csv, index, tradeoff);
    fronts += (index == 0 ? "" : ". ") + describe_front(tradeoff, panel);
  }
  drawing.script += end_figure();
  drawing.caption = caption_of(tradeoff, look);
  drawing.alternative_text = plain_text(fmt::format(
      "{} of {} against {}. {}.", counted(static_cast<std::int64_t>(tradeoff.panels.size()), "scatter plot"),
      tradeoff.y.name, tradeoff.x.name, fronts));
  return drawing;
}

}  // namespace reverie::analysis
