// SPDX-License-Identifier: BSD-3-Clause
/// Kind "curve": values against batches (history.csv of a training) or against their own dimension (variables of a
/// measurement's result.nc). Square panels; one line per source or value of an axis, with a band where lines are means.
#include <analysis/figures/curve_data.hpp>
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>
#include <store/dataset.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace reverie::analysis {
namespace {

std::string cell(const std::vector<double>& values, std::size_t i) {
  return values.empty() || std::isnan(values[i]) ? "" : fmt::format("{}", values[i]);
}

/// Columns: 1 panel, 2 line, 3 x, 4 value, 5 running mean, 6 low, 7 high, then value's name, its unit and the source in
/// words. Returns the number of rows.
std::size_t add_rows(std::string& csv, std::size_t panel_index, const CurvePanel& panel, std::size_t index) {
  const Line& line = panel.lines[index];
  std::size_t rows = 0;
  for (std::size_t i = 0; i < line.y.size(); ++i) {
    if (i % line.stride != 0 && i + 1 != line.y.size()) continue;
    fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{},{},{},{}\n", panel_index, index, line.x[i], line.y[i],
                   cell(line.mean, i), cell(line.low, i), cell(line.high, i), csv_field(plain_text(line.value)),
                   csv_field(plain_text(panel.unit)), csv_field(plain_text(line.label)));
    ++rows;
  }
  return rows;
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double value) {
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
};

std::string superscript_label(const std::string& name, std::string unit, int exponent) {
  unit = printed_unit(unit);
  if (exponent != 0) unit = fmt::format("10{}{}{}", superscript(exponent), unit.empty() ? "" : " ", unit);
  return with_unit(name, unit);
}

std::string decades(const Range& range, char axis) {
  const int low = static_cast<int>(std::floor(std::log10(range.low)));
  const int high = static_cast<int>(std::floor(std::log10(range.high) - 1e-9)) + 1;
  return fmt::format("set logscale {0}\nset format {0} '10^{{%T}}'\nset {0}range [1e{1}:1e{2}]\n", axis, low,
                     std::max(high, low + 1));
}

/// Axes of a panel; the power of ten by which gnuplot divides the values is returned, and named on the axis.
struct ValueAxis {
  std::string script;
  int exponent = 0;
  double lowest = 0;  ///< of a logarithmic axis
};
ValueAxis value_axes(const CurvePanel& panel, const CurveOptions& curve, const std::vector<double>& references,
                     const std::string& y_name) {
  Range x, y;
  for (const Line& line : panel.lines) {
    for (const double value : line.x) x.take(value);
    for (const auto* values : {&line.y, &line.low, &line.high})
      for (const double value : *values)
        if (!curve.log || value > 0) y.take(value);
  }
  for (const double value : references)
    if (!curve.log || value > 0) y.take(value);
  ValueAxis axis;
  const double widest = std::max(std::abs(y.low), std::abs(y.high));
  if (!curve.log && widest > 0 && (widest < 1e-2 || widest >= 1e4))
    axis.exponent = static_cast<int>(std::floor(std::log10(widest)));
  axis.script = "unset logscale\nset format '%g'\nset xtics autofreq\nset ytics autofreq\n";
  if (curve.log_x) {
    axis.script += decades(x, 'x');
  } else {
    const bool near_zero = x.low > 0 && x.low < 0.05 * x.high;  // batches count from 1; the axis begins at 0
    const double left = near_zero ? 0 : x.high == x.low ? x.low - 1 : x.low;
    axis.script += fmt::format("set xrange [{:.6g}:{:.6g}]\nset xtics {:.6g}\n", left, x.high,
                               std::max(tic_step(x.high - left), panel.x_name == "component" ? 1.0 : 0.0));
  }
  if (curve.log) {
    // A band that reaches far below the lines would squeeze them; it is cut a decade below.
    Range lines;
    for (const Line& line : panel.lines)
      for (const double value : line.y) lines.take(value);
    y.low = std::max(y.low, lines.low / 10);
    axis.script += decades(y, 'y');
    axis.lowest = std::pow(10, std::floor(std::log10(y.low)));
  } else {
    const double low = y.low >= 0 ? 0 : y.low, margin = y.high == low ? 1.0 : 0.05 * (y.high - low);
    const double scale = std::pow(10, axis.exponent);
    axis.script +=
        fmt::format("set yrange [{:.6g}:{:.6g}]\n", (low - (low < 0 ? margin : 0)) / scale, (y.high + margin) / scale);
  }
  axis.script += axis_labels(with_unit(spaced(panel.x_name), printed_unit(panel.x_unit)),
                             superscript_label(y_name, panel.unit, axis.exponent));
  return axis;
}

std::string legend_of(const Line& line, std::size_t window) {
  return window == 1 ? line.label : fmt::format("{}, running mean of {}", line.label, window);
}

/// `rows`: the first and one past the last row of each line; `legend`: of all panels, where this one carries it.
std::string panel_plot(const CurvePanel& panel, const std::vector<std::pair<std::size_t, std::size_t>>& rows,
                       const CurveOptions& curve, const ValueAxis& axis, const std::vector<double>& references,
                       const std::string& reference_label, const std::vector<const Line*>& legend) {
  const bool with_legend = !legend.empty();
  const std::string by = axis.exponent == 0 ? "" : fmt::format("/1e{}", axis.exponent);
  std::vector<std::string> parts;
  const auto data = [&](std::size_t k) {
    return fmt::format("'figure.csv' skip 1 every ::{}::{} using 3:", rows[k].first, rows[k].second - 1);
  };
  for (std::size_t k = 0; k < panel.lines.size(); ++k) {
    const Line& line = panel.lines[k];
    if (line.low.empty()) continue;
    const std::string low =
        curve.log ? fmt::format("($6 > {0:g} ? $6 : {0:g})", axis.lowest) : fmt::format("($6{})", by);
    parts.push_back(data(k) + fmt::format("{}:($7{}) with filledcurves fillcolor rgb '#cc{}' fillstyle solid noborder",
                                          low, by, line.colour.substr(1)));
  }
  for (const double value : references)
    parts.push_back(fmt::format("{:.6g}{} with lines linecolor rgb '#777777' dashtype 2 linewidth 0.9{}", value, by,
                                with_legend && value == references.front() && !reference_label.empty()
                                    ? " title " + gnuplot_string(reference_label) + " noenhanced"
                                    : ""));
  for (std::size_t k = 0; k < panel.lines.size(); ++k) {
    const Line& line = panel.lines[k];
    const std::string title =
        with_legend ? fmt::format(" title {} noenhanced", gnuplot_string(legend_of(line, curve.window))) : "";
    // Few values, such as variances of components, are marked.
    const std::string style = line.x.size() <= 12 ? "with linespoints pointtype 7 pointsize 0.4" : "with lines";
    if (line.mean.empty()) {
      parts.push_back(data(k) +
                      fmt::format("($4{}) {} linecolor rgb '{}' linewidth 1.3{}", by, style, line.colour, title));
    } else {
      parts.push_back(data(k) +
                      fmt::format("($4{}) with lines linecolor rgb '#b0{}' linewidth 0.8", by, line.colour.substr(1)));
      parts.push_back(data(k) +
                      fmt::format("($5{}) with lines linecolor rgb '{}' linewidth 1.4{}", by, line.colour, title));
    }
  }
  // Lines of other panels are in the one legend, too.
  for (const Line* line : legend)
    if (std::none_of(panel.lines.begin(), panel.lines.end(), [&](const Line& own) { return own.label == line->label; }))
      parts.push_back(fmt::format("keyentry with lines linecolor rgb '{}' linewidth 1.3 title {} noenhanced",
                                  line->colour, gnuplot_string(legend_of(*line, curve.window))));
  return fmt::format("plot {}\n", fmt::join(parts, ", \\\n  "));
}

std::string describe(const CurvePanel& panel) {
  std::string text;
  for (const Line& line : panel.lines) {
    const auto [lowest, highest] = std::minmax_element(line.y.begin(), line.y.end());
    text += fmt::format("{}{} of {}: from {:.3g} at {} {:g} to {:.3g} at {:g}, between {:.3g} and {:.3g}",
                        text.empty() ? "" : "; ", spaced(line.value), line.label, line.y.front(), spaced(panel.x_name),
                        line.x.front(), line.y.back(), line.x.back(), *lowest, *highest);
  }
  return text;
}

/// What the bands are, for the caption.
std::string describe_bands(const std::vector<CurvePanel>& panels, const CurveOptions& curve) {
  std::size_t fewest = std::numeric_limits<std::size_t>::max(), most = 0;
  for (const CurvePanel& panel : panels)
    for (const Line& line : panel.lines) {
      fewest = std::min(fewest, line.members);
      most = std::max(most, line.members);
    }
  std::string text;
  if (most > 1)
    text = fewest == most ? fmt::format(" Lines: means of {}.", most)
                          : fmt::format(" Lines: means of {} to {}.", fewest, most);
  if (!curve.spreads.empty()) {
    std::vector<std::string> spreads;
    for (const std::string& spread : curve.spreads) spreads.push_back(spaced(spread));
    return text + fmt::format(" Bands: ± {}.", fmt::join(spreads, ", "));
  }
  if (most > 1 && curve.band == "sd") return text + " Bands: ± 1 standard deviation.";
  if (most > 1 && curve.band == "interval") return text + " Bands: 95 % interval of the mean (Student's t).";
  return text;
}

}  // namespace

plugin::ParameterSchema curve_options() {
  return {text_option("value", "loss",
                      "what is drawn: a column of the history or a variable of the result, along its first dimension; "
                      "several, separated by commas, get a panel each"),
          label_option(),
          flag_option("together", false, "all values in one panel"),
          count_option("component", 0, 0, 1e9, "entry of the dimensions after the first, from 0"),
          text_option("spread", "", "variables with the half width of the bands, one per value, as in \"awake_sd\""),
          choice_option("band", {"sd", "interval", "none"},
                        "of means over an axis: standard deviation, or 95 % interval of the mean"),
          text_option("panels", "", "axis with one panel per value"),
          flag_option("log", false, "logarithmic axis of the values"),
          flag_option("log_x", false, "logarithmic axis of what they run over"),
          count_option("smooth", 1, 1, 1e6, "width of a running mean in values, drawn over the pale curve; 1: none"),
          numbers_option("reference", "dashed horizontal lines at these values"),
          text_option("reference_label", "", "their name in the legend")};
}

Problems check_curve(const plugin::json& options, const std::vector<FigureSource>&) {
  const auto values = names_in(options, "value").size(), spreads = names_in(options, "spread").size();
  if (values == 0) return {{"value", "'value' names nothing; for example value = \"loss\""}};
  if (spreads == 0 || spreads == values) return {};
  return {{"spread", fmt::format("'spread' names {} variables for {} values: give one for each, in the same order",
                                 spreads, values)}};
}

Drawing draw_curve(const plugin::json& options, const std::vector<FigureSource>& sources) {
  CurveOptions curve;
  curve.values = names_in(options, "value");
  curve.spreads = names_in(options, "spread");
  curve.band = options.at("band").get<std::string>();
  curve.panels = options.at("panels").get<std::string>();
  curve.component = options.at("component").get<std::size_t>();
  curve.window = options.at("smooth").get<std::size_t>();
  curve.together = options.at("together").get<bool>();
  curve.log = options.at("log").get<bool>();
  curve.log_x = options.at("log_x").get<bool>();
  const auto references = numbers_in(options, "reference");
  const std::string reference_label = options.at("reference_label").get<std::string>();
  const auto panels = read_curves(options, curve, sources);

  PanelLayout layout;
  take_options(layout, options, 3);
  for (const CurvePanel& panel : panels) layout.titles.push_back(panel.title);
  const auto lines = lines_of_legend(panels);
  if (lines.size() > 1 || curve.window > 1)
    for (const Line* line : lines) layout.legend.push_back(legend_of(*line, curve.window));
  if (!references.empty() && !reference_label.empty()) layout.legend.insert(layout.legend.begin(), reference_label);
  layout = arrange(layout);

  Drawing drawing;
  const std::string x_header = with_unit(panels[0].x_name, panels[0].x_unit);
  drawing.csv =
      fmt::format("panel,line,{},value,running_mean,low,high,name,unit,source\n", csv_field(plain_text(x_header)));
  drawing.script = begin_figure(layout);
  std::string names, details;
  std::size_t coarsest = 1, longest = 0, row = 0;
  for (std::size_t index = 0; index < panels.size(); ++index) {
    const CurvePanel& panel = panels[index];
    std::vector<std::pair<std::size_t, std::size_t>> rows;
    for (std::size_t k = 0; k < panel.lines.size(); ++k) {
      const std::size_t first = row;
      row += add_rows(drawing.csv, index, panel, k);
      rows.emplace_back(first, row);
    }
    const int number = static_cast<int>(index);
    drawing.script += begin_panel(layout, number);
    // Several variables share an axis whose name is what they are measured in.
    const std::string y_name = name_of(options, curve.together && curve.values.size() > 1 ? "value" : panel.name);
    const ValueAxis axis = value_axes(panel, curve, references, y_name);
    drawing.script += axis.script;
    const bool with_legend = carries_legend(layout, number);
    drawing.script += with_legend ? place_legend(layout) : "unset key\n";
    drawing.script += panel_plot(panel, rows, curve, axis, references, reference_label,
                                 with_legend ? lines : std::vector<const Line*>());
    if (details.empty() || panel.title == panels[0].title) names += (names.empty() ? "" : ", ") + spaced(panel.name);
    details += (index == 0 ? "" : ". ") + (panel.title.empty() ? "" : panel.title + ": ") + describe(panel);
    for (const Line& line : panel.lines) {
      coarsest = std::max(coarsest, line.stride);
      longest = std::max(longest, line.y.size());
    }
  }
  drawing.script += end_figure();
  if (curve.together && curve.values.size() > 1) {
    names.clear();
    for (const std::string& value : curve.values) names += (names.empty() ? "" : ", ") + spaced(value);
  }
  std::string labels;
  for (const Line* line : lines) labels += (labels.empty() ? "" : ", ") + line->label;
  drawing.caption = plain_text(fmt::format("Curves of {} against {}: {}.", names, spaced(panels[0].x_name), labels));
  drawing.caption += describe_bands(panels, curve);
  if (curve.window > 1)
    drawing.caption += fmt::format(" Pale: every value; solid: running mean of {} values.", curve.window);
  if (coarsest > 1) drawing.caption += fmt::format(" Of {} values one in {} is drawn.", longest, coarsest);
  drawing.alternative_text = plain_text(
      fmt::format("Curves in {}. {}.", counted(static_cast<std::int64_t>(panels.size()), "square panel"), details));
  return drawing;
}

}  // namespace reverie::analysis
