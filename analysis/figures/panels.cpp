// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/panels.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace reverie::analysis {
namespace {

constexpr int top = 28, bottom = 46;  // around each panel: its title; numbers and label of its axis

int columns_of(const PanelLayout& layout) { return std::min(layout.count, layout.columns); }
int rows_of(const PanelLayout& layout) { return (layout.count + layout.columns - 1) / layout.columns; }
int width_of(const PanelLayout& layout) {
  return columns_of(layout) * (layout.left + layout.side + layout.right) + layout.legend;
}
int height_of(const PanelLayout& layout) { return rows_of(layout) * (top + layout.side + bottom); }

struct Corner {
  int left, top;  // of a panel, from the figure's upper left corner
};
Corner corner_of(const PanelLayout& layout, int index) {
  const int column = index % layout.columns, row = index / layout.columns;
  return {column * (layout.left + layout.side + layout.right) + layout.left, row * (top + layout.side + bottom) + top};
}

/// gnuplot's screen coordinates, from the lower left corner.
double across(const PanelLayout& layout, int x) { return static_cast<double>(x) / width_of(layout); }
double up(const PanelLayout& layout, int y) { return 1 - static_cast<double>(y) / height_of(layout); }

}  // namespace

std::string begin_figure(const PanelLayout& layout) {
  // 8 pt are 10.67 px: the terminal writes sizes as pixels, hence the scale. Points are scaled with the font.
  return fmt::format(
      R"(reset
set encoding utf8
set terminal svg size {},{} fixed enhanced font 'sans-serif,8' fontscale 1.3333 background 'white' name 'figure'
set output 'figure.svg'
set datafile separator comma
set minussign
set border 3 linewidth 0.8
set tics nomirror out scale 0.5 font ',8'
set xtics offset 0,0.2
set ytics offset 0.6,0
set key noautotitle
set multiplot
)",
      width_of(layout), height_of(layout));
}

std::string end_figure() { return "unset multiplot\nset output\n"; }

std::string begin_panel(const PanelLayout& layout, int index, const std::string& title) {
  const Corner corner = corner_of(layout, index);
  return fmt::format(
      "\nset lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\nset tmargin at screen {:.5f}\nset bmargin at "
      "screen {:.5f}\n"
      "set title {} noenhanced font ',10' offset 0,-0.5\n",
      across(layout, corner.left), across(layout, corner.left + layout.side), up(layout, corner.top),
      up(layout, corner.top + layout.side), gnuplot_string(title));
}

bool first_of_row(const PanelLayout& layout, int index) { return index % layout.columns == 0; }

std::string plane_axes(const PlaneLimits& range, const std::vector<PlaneLimits>& box, const std::string& unit,
                       bool y_label) {
  std::string script = fmt::format("set xrange [{:.6g}:{:.6g}]\nset yrange [{:.6g}:{:.6g}]\n", range.x_min, range.x_max,
                                   range.y_min, range.y_max);
  const double step = tic_step(range.x_max - range.x_min);
  script += fmt::format("set xtics {0:.6g}\nset ytics {0:.6g}\n", step);
  script += fmt::format("set xlabel {} noenhanced offset 0,0.5\n", gnuplot_string(with_unit("x", printed_unit(unit))));
  script += y_label ? fmt::format("set ylabel {} noenhanced offset 1.4,0\n",
                                  gnuplot_string(with_unit("y", printed_unit(unit))))
                    : "unset ylabel\n";
  script += "unset object\n";
  for (const PlaneLimits& outline : box) {
    script += fmt::format(
        "set object rectangle from {:.6g},{:.6g} to {:.6g},{:.6g} fillstyle empty border linecolor rgb '#999999' "
        "linewidth 0.8\n",
        outline.x_min, outline.y_min, outline.x_max, outline.y_max);
  }
  return script;
}

double tic_step(double length) {
  const double raw = length / 4, power = std::pow(10, std::floor(std::log10(raw)));
  const double lead = raw / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

std::string colour_scale(const PanelLayout& layout, int index, const std::string& label) {
  const Corner corner = corner_of(layout, index);
  const int height = layout.side * 6 / 10;
  return fmt::format(
      "set colorbox user origin screen {:.5f}, screen {:.5f} size screen {:.5f}, screen {:.5f} noborder\n"
      "set cblabel {} noenhanced offset -0.6,0\n",
      across(layout, corner.left + layout.side + 8), up(layout, corner.top + layout.side), across(layout, 8),
      static_cast<double>(height) / height_of(layout), gnuplot_string(label));
}

}  // namespace reverie::analysis
