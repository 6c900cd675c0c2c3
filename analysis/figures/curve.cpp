// SPDX-License-Identifier: BSD-3-Clause
/// Kind "curve": values against batches (history.csv of a training) or against their own dimension (1-D variables of a
/// measurement's result.nc). One square panel per value, one line per source.
///
/// The running mean over w values is centred, fewer values at both ends: m_i = mean(y[i - (w-1)/2 ... i + w/2]).
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>
#include <store/dataset.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

namespace reverie::analysis {
namespace {

constexpr std::size_t most_points = 2000;  // per panel
constexpr std::array<const char*, 6> colours = {"#333333", "#2ca7c5", "#ee3233", "#e59a1a", "#7a5aa6", "#4c9f50"};

struct Series {
  std::string label;
  std::vector<double> x, y, mean;  ///< mean: empty without smoothing
  std::size_t stride = 1;
};

struct Panel {
  std::string name, unit, x_name, x_unit;
  std::vector<Series> series;
};

/// "loss, task_error" as its two names.
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const auto first = part.find_first_not_of(' ');
    if (first != std::string::npos) names.push_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
    begin = end + 1;
  }
  if (names.empty())
    throw Error(ExitCode::pipeline_invalid, "value = \"\" of a figure names nothing", "for example value = \"loss\"");
  return names;
}

/// The named column or variable with what it is drawn against, as a panel with one series.
Panel read_training(const FigureSource& source, const std::string& name) {
  const auto file = source.folder / "history.csv";
  const auto columns = read_numbers(file);
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  if (found == columns.end() || found == columns.begin()) {
    std::vector<std::string> known;
    for (const Column& column : columns) {
      if (&column != &columns.front()) known.push_back(column.name);
    }
    throw store::DataError(fmt::format("the history of '{}' ({}) has no column '{}'.{}", source.label, file.string(),
                                       name, did_you_mean(name, known)),
                           fmt::format("it has {}", fmt::join(known, ", ")));
  }
  return {name,
          found->unit,
          columns.front().name,
          columns.front().unit,
          {{source.label, columns.front().values, found->values, {}}}};
}

Panel read_result(const FigureSource& source, const std::string& name) {
  const store::Dataset result = store::read_dataset(source.folder / "result.nc");
  const store::Variable& variable = result.at(name);
  if (variable.dims.size() != 1 || !variable.labels.empty()) {
    throw store::DataError(
        fmt::format("'{}' of '{}' has dimensions ({})", name, source.label, fmt::join(variable.dims, ", ")),
        "a curve needs numbers along one dimension");
  }
  Panel panel{name, variable.unit, variable.dims[0], "", {{source.label, {}, variable.values, {}}}};
  const store::Variable* coordinate = result.find(variable.dims[0]);
  if (coordinate != nullptr && coordinate->values.size() == variable.values.size()) {
    panel.series[0].x = coordinate->values;
    panel.x_unit = coordinate->unit;
  } else {
    panel.series[0].x.resize(variable.values.size());
    std::iota(panel.series[0].x.begin(), panel.series[0].x.end(), 0.0);
  }
  return panel;
}

/// Drops values that are missing (not evaluated at that batch) or cannot stand on the axis.
void keep_drawable(Series& series, bool logarithmic) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    if (!std::isfinite(series.x[i]) || !std::isfinite(series.y[i]) || (logarithmic && series.y[i] <= 0)) continue;
    series.x[kept] = series.x[i];
    series.y[kept++] = series.y[i];
  }
  series.x.resize(kept);
  series.y.resize(kept);
}

std::vector<double> running_mean(const std::vector<double>& values, std::size_t window) {
  std::vector<double> means;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t begin = i - std::min(i, (window - 1) / 2), end = std::min(values.size(), i + window / 2 + 1);
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(begin),
               to = values.begin() + static_cast<std::ptrdiff_t>(end);
    means.push_back(std::accumulate(from, to, 0.0) / static_cast<double>(end - begin));
  }
  return means;
}

Panel read_panel(const std::vector<FigureSource>& sources, const std::string& name, bool logarithmic,
                 std::size_t window) {
  Panel panel;
  for (const FigureSource& source : sources) {
    Panel one = source.run == "train" ? read_training(source, name) : read_result(source, name);
    if (panel.series.empty()) {
      panel = one;
    } else if (one.x_name != panel.x_name) {
      throw Error(ExitCode::pipeline_invalid,
                  fmt::format("'{}' of '{}' runs over {}, of '{}' over {}", name, panel.series[0].label, panel.x_name,
                              source.label, one.x_name),
                  "draw them in two figures");
    } else {
      panel.series.push_back(one.series[0]);
    }
    Series& series = panel.series.back();
    keep_drawable(series, logarithmic);
    if (series.y.empty()) {
      throw store::DataError(
          fmt::format("'{}' of '{}' has no {}value to draw", name, source.label, logarithmic ? "positive " : ""),
          name == "loss" ? "" : "for values on the evaluation batch, train with evaluate = { every = ... }");
    }
    if (window > 1) series.mean = running_mean(series.y, window);
  }
  for (Series& series : panel.series) {
    const std::size_t most = most_points / (panel.series.size() * (window > 1 ? 2 : 1));
    series.stride = (series.y.size() + most - 1) / std::max<std::size_t>(most, 1);
  }
  return panel;
}

/// Columns: 1 panel, 2 line, 3 x, 4 value, 5 running mean, then value's name, the units and the source in words.
void add_rows(std::string& csv, int panel_index, const Panel& panel) {
  for (std::size_t line = 0; line < panel.series.size(); ++line) {
    const Series& series = panel.series[line];
    for (std::size_t i = 0; i < series.y.size(); ++i) {
      if (i % series.stride != 0 && i + 1 != series.y.size()) continue;
      const std::string mean = series.mean.empty() ? "" : fmt::format("{}", series.mean[i]);
      fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{},{}\n", panel_index, line, series.x[i], series.y[i],
                     mean, csv_cell(plain_text(panel.name)), csv_cell(plain_text(panel.unit)),
                     csv_cell(plain_text(series.label)));
    }
  }
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
};
Range range_of(const Panel& panel, std::vector<double> Series::*which) {
  Range range;
  for (const Series& series : panel.series) {
    for (const double value : series.*which) range = {std::min(range.low, value), std::max(range.high, value)};
  }
  return range;
}

/// Axes of a panel; the power of ten by which gnuplot divides the values is returned, and named on the axis.
struct ValueAxis {
  std::string script;
  int exponent = 0;
};
ValueAxis value_axes(const Panel& panel, bool logarithmic) {
  const Range x = range_of(panel, &Series::x), y = range_of(panel, &Series::y);
  ValueAxis axis;
  const double widest = std::max(std::abs(y.low), std::abs(y.high));
  if (!logarithmic && widest > 0 && (widest < 1e-2 || widest >= 1e4))
    axis.exponent = static_cast<int>(std::floor(std::log10(widest)));
  const double scale = std::pow(10, axis.exponent);
  const bool near_zero = x.low > 0 && x.low < 0.05 * x.high;  // batches count from 1; the axis begins at 0
  const double left = near_zero ? 0 : x.high == x.low ? x.low - 1 : x.low;
  axis.script = fmt::format("set xrange [{:.6g}:{:.6g}]\n", left, x.high);
  if (logarithmic) {
    axis.script += fmt::format("set logscale y\nset format y '10^{{%T}}'\nset yrange [1e{}:1e{}]\n",
                               static_cast<int>(std::floor(std::log10(y.low))),
                               static_cast<int>(std::floor(std::log10(y.high))) + 1);
  } else {
    const double low = y.low >= 0 ? 0 : y.low, margin = y.high == low ? 1.0 : 0.05 * (y.high - low);
    axis.script +=
        fmt::format("set yrange [{:.6g}:{:.6g}]\n", (low - (low < 0 ? margin : 0)) / scale, (y.high + margin) / scale);
  }
  std::string unit = printed_unit(panel.unit);
  if (axis.exponent != 0) unit = fmt::format("10{}{}{}", superscript(axis.exponent), unit.empty() ? "" : " ", unit);
  axis.script += fmt::format("set xlabel {} noenhanced offset 0,0.5\nset ylabel {} noenhanced offset {},0\n",
                             gnuplot_string(with_unit(spaced(panel.x_name), printed_unit(panel.x_unit))),
                             gnuplot_string(with_unit(spaced(panel.name), unit)), logarithmic ? 0 : 1.4);
  return axis;
}

std::string legend_of(const Series& series, std::size_t window) {
  return window == 1 ? series.label : fmt::format("{}, running mean of {}", series.label, window);
}

/// Room for the legend in pixels: its line and letters of 8 pt, about 6.5 wide.
int legend_width(const Panel& panel, std::size_t window) {
  std::size_t longest = 0;
  for (const Series& series : panel.series) longest = std::max(longest, legend_of(series, window).size());
  return 45 + static_cast<int>(longest) * 13 / 2;
}

std::string panel_plot(int index, const Panel& panel, std::size_t window, int exponent) {
  const std::string by = exponent == 0 ? "" : fmt::format("/1e{}", exponent);
  std::string script;
  for (std::size_t line = 0; line < panel.series.size(); ++line) {
    const Series& series = panel.series[line];
    const std::string colour = colours[line % colours.size()];
    const auto curve = [&](int column) {
      return fmt::format(
          "'figure.csv' skip 1 using ($1 == {} && $2 == {} ? $3 : NaN):(${}{}) with lines linecolor rgb ", index, line,
          column, by);
    };
    script += script.empty() ? "plot " : ", \\\n  ";
    if (series.mean.empty()) {
      script += curve(4) + fmt::format("'{}' linewidth 1.2 title {} noenhanced", colour,
                                       gnuplot_string(legend_of(series, window)));
    } else {
      script += curve(4) + fmt::format("'#b0{}' linewidth 0.8, \\\n  ", colour.substr(1));  // b0: mostly transparent
      script += curve(5) + fmt::format("'{}' linewidth 1.4 title {} noenhanced", colour,
                                       gnuplot_string(legend_of(series, window)));
    }
  }
  return script + "\n";
}

std::string describe(const Panel& panel) {
  std::string text;
  for (const Series& series : panel.series) {
    const auto [lowest, highest] = std::minmax_element(series.y.begin(), series.y.end());
    text += fmt::format("{}{} of {}: from {:.3g} at {} {:g} to {:.3g} at {:g}, between {:.3g} and {:.3g}",
                        text.empty() ? "" : "; ", spaced(panel.name), series.label, series.y.front(),
                        spaced(panel.x_name), series.x.front(), series.y.back(), series.x.back(), *lowest, *highest);
  }
  return text;
}

}  // namespace

plugin::ParameterSchema curve_options() {
  plugin::ParameterSpec value;
  value.name = "value";
  value.type = REVERIE_TEXT;
  value.doc =
      "what is drawn: a column of the history or a variable of the result; several, separated by commas, get a panel "
      "each";
  value.default_value = "loss";
  plugin::ParameterSpec logarithmic;
  logarithmic.name = "log";
  logarithmic.type = REVERIE_BOOLEAN;
  logarithmic.doc = "logarithmic axis of the values";
  logarithmic.default_value = false;
  plugin::ParameterSpec smooth;
  smooth.name = "smooth";
  smooth.type = REVERIE_INTEGER;
  smooth.unit = "1";
  smooth.doc = "width of a running mean in values, drawn over the pale curve; 1: none";
  smooth.default_value = 1;
  smooth.minimum = 1;
  smooth.maximum = 1e6;
  return {value, logarithmic, smooth};
}

Drawing draw_curve(const plugin::json& options, const std::vector<FigureSource>& sources) {
  const bool logarithmic = options.at("log").get<bool>();
  const auto window = options.at("smooth").get<std::size_t>();
  std::vector<Panel> panels;
  for (const std::string& name : names_in(options.at("value").get<std::string>())) {
    panels.push_back(read_panel(sources, name, logarithmic, window));
  }

  PanelLayout layout;
  layout.count = static_cast<int>(panels.size());
  layout.columns = 3;
  if (sources.size() > 1 || window > 1) layout.legend = legend_width(panels[0], window);  // panels share their lines
  Drawing drawing;
  const std::string x_header = with_unit(panels[0].x_name, panels[0].x_unit);
  drawing.csv = fmt::format("panel,line,{},value,running_mean,name,unit,source\n", csv_cell(plain_text(x_header)));
  drawing.script = begin_figure(layout);
  std::string names, details;
  std::size_t coarsest = 1, longest = 0;
  for (int index = 0; index < layout.count; ++index) {
    const Panel& panel = panels[static_cast<std::size_t>(index)];
    add_rows(drawing.csv, index, panel);
    drawing.script += begin_panel(layout, index, "");
    const ValueAxis axis = value_axes(panel, logarithmic);
    drawing.script += axis.script;
    const bool with_legend = layout.legend > 0 && index == std::min(layout.count, layout.columns) - 1;
    drawing.script +=
        with_legend ? "set key at graph 1.05,1 left top Left reverse samplen 1.5 spacing 1.1\n" : "unset key\n";
    drawing.script += panel_plot(index, panel, window, axis.exponent);
    names += fmt::format("{}{}", index == 0 ? "" : ", ", spaced(panel.name));
    details += fmt::format("{}{}", index == 0 ? "" : ". ", describe(panel));
    for (const Series& series : panel.series) {
      coarsest = std::max(coarsest, series.stride);
      longest = std::max(longest, series.y.size());
    }
  }
  drawing.script += end_figure();
  std::string labels;
  for (const FigureSource& source : sources) labels += (labels.empty() ? "" : ", ") + source.label;
  drawing.caption = plain_text(fmt::format("Curves of {} against {}: {}.", names, spaced(panels[0].x_name), labels));
  if (window > 1) drawing.caption += fmt::format(" Pale: every value; solid: running mean of {} values.", window);
  if (coarsest > 1) drawing.caption += fmt::format(" Of {} values one in {} is drawn.", longest, coarsest);
  drawing.alternative_text =
      plain_text(fmt::format("Curves in {}. {}.", counted(layout.count, "square panel"), details));
  return drawing;
}

}  // namespace reverie::analysis
