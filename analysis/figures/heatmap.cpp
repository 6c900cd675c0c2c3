// SPDX-License-Identifier: BSD-3-Clause
/// Kinds "heatmap" and "matrix": single numbers of results over two axes of a sweep, means over the axes of `over`. A
/// heat map has its y axis upwards; a matrix counts its rows from the top.
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/results.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>

namespace reverie::analysis {
namespace {

using Units = std::map<std::string, std::optional<std::string>>;  // by variable

struct Cells {
  std::string title, name, unit;
  std::vector<std::vector<Moments>> values;  ///< [y][x]
  std::vector<std::vector<double>> marks;    ///< mean of the marking variable; empty without one
};

struct Map {
  std::string x_axis, y_axis, mark;
  std::vector<plugin::json> x, y;  ///< labels along the axes
  std::vector<Cells> panels;
};

Cells cells_of(const Group& group, const std::string& name, const Map& map, Units& units) {
  Cells cells;
  cells.name = name;
  std::map<std::pair<plugin::json, plugin::json>, std::vector<const FigureSource*>> members;  // by y and x
  for (const FigureSource* source : group.members)
    members[{place_on(*source, map.y_axis), place_on(*source, map.x_axis)}].push_back(source);
  for (const auto& y : map.y) {
    auto& row = cells.values.emplace_back();
    auto& marks = cells.marks.emplace_back();
    for (const auto& x : map.x) {
      std::vector<double> samples, marked;
      for (const FigureSource* source : members[{y, x}]) {
        const store::Variable variable = read_variable(*source, name);
        require_unit(units[name], *source, variable);
        cells.unit = variable.unit;
        samples.push_back(single_number(*source, variable));
        if (!map.mark.empty()) marked.push_back(single_number(*source, read_variable(*source, map.mark)));
      }
      row.push_back(moments_of(samples));
      marks.push_back(moments_of(marked).mean);
    }
  }
  return cells;
}

Map read_map(const plugin::json& options, const std::vector<FigureSource>& sources, const std::string& x_option,
             const std::string& y_option) {
  Map map;
  map.x_axis = options.at(x_option).get<std::string>();
  map.y_axis = options.at(y_option).get<std::string>();
  map.mark = options.at("mark").get<std::string>();
  map.x = labels_on(sources, map.x_axis);
  map.y = labels_on(sources, map.y_axis);
  const auto names = names_in(options, "value");
  const auto groups = grouped(sources, options, {map.x_axis, map.y_axis});
  Units units;
  for (const Group& group : groups)
    for (const std::string& name : names) {
      map.panels.push_back(cells_of(group, name, map, units));
      std::string& title = map.panels.back().title;
      title = groups.size() > 1 ? group.label : spaced(name);
      if (groups.size() > 1 && names.size() > 1) title += ", " + spaced(name);
    }
  return map;
}

struct Scale {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
};

/// Of one panel, or of all panels with the same value.
Scale scale_of(const Map& map, const Cells& panel, bool own, const std::vector<double>& limits) {
  Scale scale;
  for (const Cells& other : map.panels) {
    if (&other != &panel && (own || other.name != panel.name)) continue;
    for (const auto& row : other.values)
      for (const Moments& cell : row)
        if (std::isfinite(cell.mean)) scale = {std::min(scale.low, cell.mean), std::max(scale.high, cell.mean)};
  }
  if (limits.size() == 2) scale = {limits[0], limits[1]};
  if (scale.low > scale.high) scale = {0, 1};
  if (!apart(scale.low, scale.high)) {
    const double room = scale.low == 0 ? 1 : std::abs(scale.low) * 0.5;
    scale = {scale.low - room, scale.high + room};
  }
  return scale;
}

/// Two or three digits in few letters: "0.0051", "0.43", "1.23", "93.1", "1.2e5".
std::string short_number(double value) {
  if (!std::isfinite(value)) return "";
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-3 || size >= 1e5)) return fmt::format("{:.1e}", value);
  const int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 || size == 0 ? 2 : size >= 0.00995 ? 3 : 4;
  return fmt::format("{:.{}f}", value, digits);
}

/// Columns: 1 panel, 2 column, 3 row, 4 mean, 5 sd, 6 n, 7 marked, then the labels, value and unit. Empty cells are
/// "nan" for gnuplot's sake.
void add_rows(std::string& csv, std::size_t index, const Map& map) {
  const Cells& cells = map.panels[index];
  for (std::size_t j = 0; j < map.y.size(); ++j)
    for (std::size_t i = 0; i < map.x.size(); ++i) {
      const Moments& cell = cells.values[j][i];
      fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{},{},{},{},{},{}\n", index, i, j, cell.mean,
                     std::isnan(cell.sd) ? "" : fmt::format("{}", cell.sd), cell.n, cells.marks[j][i] >= 0.5 ? 1 : 0,
                     csv_field(plain_text(axis_text(map.x[i]))), csv_field(plain_text(axis_text(map.y[j]))),
                     csv_field(plain_text(cells.name)), csv_field(plain_text(cells.unit)),
                     csv_field(plain_text(cells.title)));
    }
}

std::string tics(char axis, const std::vector<plugin::json>& labels, bool turned) {
  std::vector<std::string> marks;
  // Every label when they fit, else every second, third, ...; words always.
  const std::size_t step = labels[0].is_number() ? (labels.size() + 10) / 11 : 1;
  for (std::size_t k = 0; k < labels.size(); k += step)
    marks.push_back(fmt::format("{} {}", gnuplot_tic(axis_text(labels[k])), k));
  return fmt::format("set {}tics ({}) scale 0 noenhanced{}\n", axis, fmt::join(marks, ", "),
                     turned        ? " rotate by 40 right offset 0.5,0.2"
                     : axis == 'x' ? " norotate"
                                   : "");
}

std::size_t longest_label(const std::vector<plugin::json>& labels) {
  std::size_t longest = 0;
  for (const auto& label : labels) longest = std::max(longest, axis_text(label).size());
  return longest;
}

/// The scale's position of a value.
double share_of(const Scale& scale, double value) {
  return std::clamp((value - scale.low) / (scale.high - scale.low), 0.0, 1.0);
}

plugin::ParameterSchema shared_options(const char* x, const char* x_doc, const char* y, const char* y_doc) {
  return {
      needed_option("value", "a single number of the result; several, separated by commas, get a panel each"),
      needed_option(x, x_doc),
      needed_option(y, y_doc),
      label_option(),
      flag_option("numbers", true, "the number in each cell, where it fits"),
      choice_option("scale", {"shared", "own"}, "one colour scale for all panels of a value, or one for each panel"),
      numbers_option("limits", "[low, high] of the colour scale; empty: from the numbers"),
      numbers_option("centre", "[c]: colours diverge from white at c, cold below and warm above"),
      text_option("mark", "", "a variable that marks cells by a stroke where its mean is at least 1/2, as censored")};
}

/// Without a centre: of the lowest, the middle and the highest value.
constexpr std::array<const char*, 3> rising = {"#ffffff", "#8fcfdf", "#125d73"};

/// The colour of a cell, which the palette has for its value.
std::string colour_of(const Scale& scale, const std::vector<double>& centre, double value) {
  const double share = share_of(scale, value);
  if (centre.empty())
    return share < 0.5 ? mixed(rising[0], rising[1], 2 * share) : mixed(rising[1], rising[2], 2 * share - 1);
  // Equal distances from the centre are equally strong, and white is the centre alone, also one beyond the scale.
  const double most = std::max(std::abs(scale.low - centre[0]), std::abs(scale.high - centre[0]));
  const double away = (std::clamp(value, scale.low, scale.high) - centre[0]) / most;
  return mixed("#ffffff", away < 0 ? "#1f86a0" : "#c62324", std::abs(away));
}

std::string palette_of(const Scale& scale, const std::vector<double>& centre) {
  const double middle = centre.empty() ? 0.5 : (centre[0] - scale.low) / (scale.high - scale.low);
  const std::string between =
      middle > 0 && middle < 1 ? fmt::format("{:.6g} '{}', ", middle, centre.empty() ? rising[1] : "#ffffff") : "";
  return fmt::format("set palette defined (0 '{}', {}1 '{}')\n", colour_of(scale, centre, scale.low), between,
                     colour_of(scale, centre, scale.high));
}

/// Relative luminance of "#rrggbb" (WCAG 2).
double luminance_of(const std::string& colour) {
  constexpr std::array<double, 3> weights = {0.2126, 0.7152, 0.0722};
  double luminance = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const double c = std::stoi(colour.substr(1 + 2 * k, 2), nullptr, 16) / 255.0;
    luminance += weights[k] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return luminance;
}

/// White or nearly black, whichever is in higher contrast to the cell.
const char* text_colour_on(const std::string& cell) {
  constexpr const char *dark = "#222222", *white = "#ffffff";
  const double light = luminance_of(cell) + 0.05;
  return (luminance_of(white) + 0.05) / light > light / (luminance_of(dark) + 0.05) ? white : dark;
}

Drawing draw_map(const plugin::json& options, const Map& map, bool downwards) {
  const bool own = options.at("scale").get<std::string>() == "own";
  const auto limits = numbers_in(options, "limits"), centre = numbers_in(options, "centre");
  const bool turned = !map.x[0].is_number() && longest_label(map.x) * map.x.size() > 24;
  PanelLayout layout;
  take_options(layout, options, 3);
  layout.right = 66;
  layout.left = map.y[0].is_number() ? 52 : std::min(52 + static_cast<int>(longest_label(map.y)) * 6, 190);
  if (turned) layout.bottom = 46 + static_cast<int>(std::min<std::size_t>(longest_label(map.x), 20)) * 4;
  for (const Cells& panel : map.panels) layout.titles.push_back(panel.title);
  layout = arrange(layout);

  Drawing drawing;
  drawing.csv = fmt::format("panel,column,row,mean,sd,n,marked,{},{},value,unit,title\n",
                            csv_field(plain_text(map.x_axis)), csv_field(plain_text(map.y_axis)));
  drawing.script = begin_figure(layout);
  std::string in_words;
  bool any_mark = false, any_missing = false;
  std::size_t most = 0;
  const std::size_t cells = map.x.size() * map.y.size();
  for (std::size_t index = 0; index < map.panels.size(); ++index) {
    const Cells& panel = map.panels[index];
    const int number = static_cast<int>(index);
    add_rows(drawing.csv, index, map);
    const Scale scale = scale_of(map, panel, own, limits);
    drawing.script += begin_panel(layout, number);
    drawing.script += fmt::format("set xrange [-0.5:{}]\nset yrange [{}]\n", static_cast<double>(map.x.size()) - 0.5,
                                  downwards ? fmt::format("{}:-0.5", static_cast<double>(map.y.size()) - 0.5)
                                            : fmt::format("-0.5:{}", static_cast<double>(map.y.size()) - 0.5));
    drawing.script += tics('x', map.x, turned) + tics('y', map.y, false);
    drawing.script += axis_labels(spaced(map.x_axis), first_of_row(layout, number) ? spaced(map.y_axis) : "");
    drawing.script += fmt::format("set cbrange [{:.10g}:{:.10g}]\nset cbtics {:.6g} scale 0.3 offset -0.8,0\n",
                                  scale.low, scale.high, tic_step(scale.high - scale.low));
    drawing.script += palette_of(scale, centre);
    drawing.script += colour_scale(layout, number, with_unit(name_of(options, panel.name), printed_unit(panel.unit)));
    drawing.script +=
        "set object rectangle from graph 0,0 to graph 1,1 behind fillcolor rgb '#dddddd' fillstyle solid noborder\n";
    std::string low_place, high_place;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t j = 0; j < map.y.size(); ++j) {
      for (std::size_t i = 0; i < map.x.size(); ++i) {
        const Moments& cell = panel.values[j][i];
        most = std::max(most, cell.n);
        any_mark = any_mark || panel.marks[j][i] >= 0.5;
        any_missing = any_missing || !std::isfinite(cell.mean);
        const std::string place = fmt::format("{} = {}, {} = {}", spaced(map.x_axis), axis_text(map.x[i]),
                                              spaced(map.y_axis), axis_text(map.y[j]));
        if (cell.mean < low) low = cell.mean, low_place = place;
        if (cell.mean > high) high = cell.mean, high_place = place;
      }
    }
    const std::string rows =
        fmt::format("'figure.csv' skip 1 every ::{}::{} using ", index * cells, (index + 1) * cells - 1);
    // "with image" draws nothing where there is one row or column.
    drawing.script += "plot " + rows +
                      "2:3:($2-0.5):($2+0.5):($3-0.5):($3+0.5):4 with boxxyerror fillcolor palette "
                      "fillstyle solid noborder";
    if (any_mark)
      for (const char* pen : {"'#ffffff' linewidth 2.2", "'#444444' linewidth 0.9"})
        drawing.script += ", \\\n  " + rows +
                          "($7 == 1 ? $2 - 0.5 : NaN):($3 - 0.5):(1):(1) with vectors nohead linecolor rgb " + pen;
    const bool fit =
        layout.side / static_cast<int>(map.x.size()) >= 24 && layout.side / static_cast<int>(map.y.size()) >= 12;
    if (options.at("numbers").get<bool>() && fit) {
      const int font = layout.side / static_cast<int>(map.x.size()) >= 32 ? 8 : 6;
      std::string shown;
      for (std::size_t j = 0; j < map.y.size(); ++j)
        for (std::size_t i = 0; i < map.x.size(); ++i) {
          const double mean = panel.values[j][i].mean;
          if (std::isfinite(mean))
            shown += fmt::format("set label '{}' at {},{} center front font ',{}' textcolor rgb '{}'\n",
                                 short_number(mean), i, j, font, text_colour_on(colour_of(scale, centre, mean)));
        }
      const auto plot = drawing.script.rfind("plot ");
      drawing.script.insert(plot, shown);
    }
    drawing.script += "\n";
    in_words += (index == 0 ? "" : "; ") + panel.title + ": " +
                (low_place.empty()
                     ? "no number"
                     : fmt::format("lowest {:.3g} at {}, highest {:.3g} at {}", low, low_place, high, high_place));
  }
  drawing.script += end_figure();
  std::vector<std::string> names;
  for (const Cells& panel : map.panels)
    if (std::find(names.begin(), names.end(), spaced(panel.name)) == names.end()) names.push_back(spaced(panel.name));
  drawing.caption = fmt::format("{} over {} and {}.", fmt::join(names, ", "), spaced(map.x_axis), spaced(map.y_axis));
  if (most > 1) drawing.caption += fmt::format(" Means of up to {} results.", most);
  if (map.panels.size() > 1 && !own) drawing.caption += " Panels of one value share their colour scale.";
  if (any_mark) drawing.caption += fmt::format(" Stroke: {}.", spaced(map.mark));
  if (any_missing) drawing.caption += " Grey: no result.";
  drawing.caption = plain_text(drawing.caption);
  drawing.alternative_text = plain_text(
      fmt::format("{} of {} by {} cells. {}.",
                  counted(static_cast<std::int64_t>(map.panels.size()), downwards ? "matrix panel" : "heat map"),
                  map.x.size(), map.y.size(), in_words));
  return drawing;
}

}  // namespace

Problems check_map(const plugin::json& options, const std::vector<FigureSource>&) {
  Problems problems;
  const auto limits = numbers_in(options, "limits");
  if (names_in(options, "value").empty())
    problems.push_back({"value", "'value' names nothing; for example value = \"distance\""});
  if (!limits.empty() && (limits.size() != 2 || limits[0] >= limits[1]))
    problems.push_back({"limits", "'limits' of a colour scale must be [low, high]"});
  if (numbers_in(options, "centre").size() > 1)
    problems.push_back({"centre", "'centre' of a colour scale must be one number, as in [0.0]"});
  return problems;
}

plugin::ParameterSchema heatmap_options() {
  return shared_options("x", "axis from left to right", "y", "axis upwards");
}

plugin::ParameterSchema matrix_options() {
  return shared_options("columns", "axis from left to right", "rows", "axis from top to bottom");
}

Drawing draw_heatmap(const plugin::json& options, const std::vector<FigureSource>& sources) {
  return draw_map(options, read_map(options, sources, "x", "y"), false);
}

Drawing draw_matrix(const plugin::json& options, const std::vector<FigureSource>& sources) {
  return draw_map(options, read_map(options, sources, "columns", "rows"), true);
}

}  // namespace reverie::analysis
