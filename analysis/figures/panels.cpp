// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/utf8.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace reverie::analysis {
namespace {

constexpr int column_width = 321, page_width = 680;  // 85 and 180 mm
constexpr int smallest_side = 96;                    // an inch
constexpr int line_height = 15;
constexpr int legend_row = 18;  // a little more than gnuplot takes for a row of the legend in any of its formats

int columns_of(const PanelLayout& layout) { return std::min(count_of(layout), layout.columns); }
int rows_of(const PanelLayout& layout) { return (count_of(layout) + layout.columns - 1) / layout.columns; }
int panel_width(const PanelLayout& layout) { return layout.left + layout.side + layout.right; }
int panel_height(const PanelLayout& layout) { return layout.top + layout.side + layout.bottom; }

struct Corner {
  int left, top;  // of a panel, from the figure's upper left corner
};
Corner corner_of(const PanelLayout& layout, int index) {
  const int column = index % layout.columns, row = index / layout.columns;
  return {layout.first_left + column * panel_width(layout) + layout.left, row * panel_height(layout) + layout.top};
}

/// gnuplot's screen coordinates, from the lower left corner.
double across(const PanelLayout& layout, int x) { return static_cast<double>(x) / layout.width; }
double up(const PanelLayout& layout, int y) { return 1 - static_cast<double>(y) / layout.height; }

/// Of one of its columns. Letters of 8 pt are about 6.6 pixels wide.
int width_of_legend(const PanelLayout& layout) {
  if (layout.legend.empty()) return 0;
  std::size_t longest = 0;
  for (const std::string& line : layout.legend) longest = std::max(longest, letters_in(line));
  return 48 + static_cast<int>(longest) * 66 / 10;
}

}  // namespace

void take_options(PanelLayout& layout, const plugin::json& options, int columns) {
  const std::string size = options.value("size", std::string("fitted"));
  layout.size = size == "column" ? FigureSize::column : size == "page" ? FigureSize::page : FigureSize::fitted;
  const int across = options.value("across", 0);
  layout.columns = across > 0 ? across : columns;
}

int count_of(const PanelLayout& layout) { return static_cast<int>(layout.titles.size()); }

std::vector<std::string> in_lines(const std::string& text, std::size_t letters) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    std::string word = text.substr(begin, end - begin);
    while (letters_in(word) > letters) {
      lines.push_back(first_letters(word, letters));
      word.erase(0, lines.back().size());
    }
    if (!lines.empty() && letters_in(lines.back()) + 1 + letters_in(word) <= letters) {
      lines.back() += " " + word;
    } else if (!word.empty()) {
      lines.push_back(word);
    }
    begin = end + 1;
  }
  return lines;
}

PanelLayout arrange(PanelLayout layout) {
  const int widest = layout.size == FigureSize::column ? column_width : page_width;
  const auto side_of = [&](int columns, int legend) {
    return (widest - legend) / columns - layout.left - layout.right;
  };
  layout.columns = std::max(1, std::min(layout.columns, count_of(layout)));
  while (layout.columns > 1 && side_of(layout.columns, 0) < smallest_side) --layout.columns;
  const int wanted = layout.side, largest = layout.size == FigureSize::page && layout.columns < 3 ? 240 : wanted;
  const int lines = static_cast<int>(layout.legend.size());
  int beside = 0, legend_columns = 0;
  do {  // gnuplot begins another column where one would be higher than the panel
    layout.legend_width = ++legend_columns * width_of_legend(layout);
    layout.legend_below = layout.legend_width > 0 &&
                          side_of(layout.columns, layout.legend_width) < std::min(wanted, 3 * smallest_side / 2);
    beside = layout.legend_below ? 0 : layout.legend_width;
    layout.side = std::max(smallest_side, std::min(largest, side_of(layout.columns, beside)));
    layout.legend_rows = (lines + legend_columns - 1) / legend_columns;
  } while (layout.legend_rows > layout.side / legend_row);
  const int needed = layout.columns * panel_width(layout) + beside;
  layout.width = layout.size == FigureSize::fitted ? std::max(needed, layout.legend_below ? layout.legend_width : 0)
                                                   : std::max(needed, widest);
  layout.first_left = (layout.width - needed) / 2;

  // Letters of 10 pt are about 7.4 pixels wide; a title may reach over its own axis, not into the next panel.
  const auto letters = static_cast<std::size_t>(std::max(8, (layout.side + layout.right + layout.left / 2) * 10 / 74));
  std::size_t most = 0;
  for (const std::string& title : layout.titles) {
    layout.title_lines.push_back(in_lines(plain_text(title), letters));
    most = std::max(most, layout.title_lines.back().size());
  }
  layout.top = 12 + 16 * static_cast<int>(std::max<std::size_t>(most, 1));
  layout.height = rows_of(layout) * panel_height(layout);
  const int legend_height = layout.legend_rows * line_height + 10;
  layout.height =
      layout.legend_below ? layout.height + legend_height : std::max(layout.height, layout.top + legend_height);
  return layout;
}

std::string begin_figure(const PanelLayout& layout) {
  // 8 pt are 10.67 px: the svg terminal writes sizes as pixels, hence the scale. png: 288 dots per inch. The svg
  // terminal takes letters for narrower than they are, so that labels would stand on wide numbers.
  return fmt::format(
      R"(reset
set encoding utf8
set datafile separator comma
do for [type in 'svg pdf png'] {{
if (type eq 'svg') {{ set terminal svg size {0},{1} fixed enhanced font 'sans-serif,8' fontscale 1.3333 background 'white' name 'figure' }}
if (type eq 'pdf') {{ set terminal pdfcairo size {0}/96. in,{1}/96. in enhanced font 'sans-serif,8' fontscale 0.75 linewidth 0.75 pointscale 0.6 background 'white' }}
if (type eq 'png') {{ set terminal pngcairo size 3*{0},3*{1} enhanced font 'sans-serif,8' fontscale 3 linewidth 3 pointscale 1.6 background 'white' }}
set output 'figure.'.type
label_shift = type eq 'svg' ? 0.6 : 1.0
set minussign
set border 3 linewidth 0.8
set tics nomirror out scale 0.5 font ',8'
set xtics offset 0,0.2
set ytics offset 0.6,0
set key noautotitle
set multiplot
)",
      layout.width, layout.height);
}

std::string end_figure() { return "unset multiplot\nset output\n}\n"; }

std::string begin_panel(const PanelLayout& layout, int index) {
  const Corner corner = corner_of(layout, index);
  std::string title = "''";
  const auto& lines = layout.title_lines[static_cast<std::size_t>(index)];
  for (std::size_t i = 0; i < lines.size(); ++i)
    title = i == 0 ? gnuplot_string(lines[i]) : title + ".\"\\n\"." + gnuplot_string(lines[i]);
  std::string script = fmt::format(
      "\nset lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\nset tmargin at screen {:.5f}\nset bmargin at "
      "screen {:.5f}\n"
      "set title {} noenhanced font ',10' offset 0,-0.5\nunset label\nunset object\nunset arrow\n",
      across(layout, corner.left), across(layout, corner.left + layout.side), up(layout, corner.top),
      up(layout, corner.top + layout.side), title);
  if (count_of(layout) > 1 && count_of(layout) <= 26) {
    script += fmt::format("set label '{}' at screen {:.5f}, screen {:.5f} left front font 'sans-serif:Bold,10'\n",
                          static_cast<char>('a' + index), across(layout, corner.left - layout.left + 4),
                          up(layout, corner.top - layout.top + 14));
  }
  return script;
}

bool first_of_row(const PanelLayout& layout, int index) { return index % layout.columns == 0; }

bool carries_legend(const PanelLayout& layout, int index) {
  return !layout.legend.empty() && index == columns_of(layout) - 1;
}

std::string place_legend(const PanelLayout& layout) {
  const Corner last = corner_of(layout, columns_of(layout) - 1);
  const int x = layout.legend_below ? layout.first_left + layout.left / 2 : last.left + layout.side + layout.right - 4;
  const int y = layout.legend_below ? rows_of(layout) * panel_height(layout) : last.top;
  return fmt::format(
      "set key at screen {:.5f}, screen {:.5f} left top Left reverse samplen 1.5 spacing 1.1 maxrows {}\n",
      across(layout, x), up(layout, y), layout.legend_rows);
}

std::string axis_labels(const std::string& x, const std::string& y) {
  return fmt::format("set xlabel {} noenhanced offset 0,0.5\n", gnuplot_string(x)) +
         (y.empty() ? "unset ylabel\n"
                    : fmt::format("set ylabel {} noenhanced offset label_shift,0\n", gnuplot_string(y)));
}

std::string plane_axes(const PlaneLimits& range, const std::vector<PlaneLimits>& box, const std::string& x_label,
                       const std::string& y_label, int side) {
  std::string script = fmt::format("set xrange [{:.10g}:{:.10g}]\nset yrange [{:.10g}:{:.10g}]\n", range.x_min,
                                   range.x_max, range.y_min, range.y_max);
  script += fmt::format("set xtics {:.6g}\nset ytics {:.6g}\n", tic_step(range.x_max - range.x_min, side),
                        tic_step(range.y_max - range.y_min, side));
  script += axis_labels(x_label, y_label);
  for (const PlaneLimits& outline : box) {
    script += fmt::format(
        "set object rectangle from {:.6g},{:.6g} to {:.6g},{:.6g} fillstyle empty border linecolor rgb '#999999' "
        "linewidth 0.8\n",
        outline.x_min, outline.y_min, outline.x_max, outline.y_max);
  }
  return script;
}

bool apart(double low, double high) { return high - low > 1e-8 * std::max(std::abs(low), std::abs(high)); }

double tic_step(double length, int side) {
  const double raw = length / (side < 150 ? 2.5 : 4), power = std::pow(10, std::floor(std::log10(raw)));
  const double lead = raw / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

std::string colour_scale(const PanelLayout& layout, int index, const std::string& label) {
  const Corner corner = corner_of(layout, index);
  const int height = layout.side * 7 / 10;
  return fmt::format(
      "set colorbox user origin screen {:.5f}, screen {:.5f} size screen {:.5f}, screen {:.5f} noborder\n"
      "set cblabel {} noenhanced offset -0.6,0\n",
      across(layout, corner.left + layout.side + 8), up(layout, corner.top + layout.side), across(layout, 8),
      static_cast<double>(height) / layout.height, gnuplot_string(label));
}

}  // namespace reverie::analysis
