// SPDX-License-Identifier: BSD-3-Clause
/// The look of every figure: square panels in rows, left and bottom axes only, 8/10 pt sans.
#pragma once

#include <analysis/figures/positions.hpp>

#include <string>
#include <vector>

namespace reverie::analysis {

/// Width of a figure: as wide as its panels need, at most a page; or exactly one column (85 mm) or two (180 mm).
enum class FigureSize { fitted, column, page };

/// Points drawn in a panel; more make files of megabytes and look the same.
inline constexpr std::size_t most_points = 2000;

/// How panels stand; sizes in CSS pixels (1/96 inch). A kind fills in what it needs and calls arrange().
struct PanelLayout {
  std::vector<std::string> titles;  ///< one per panel; may be empty texts
  FigureSize size = FigureSize::fitted;
  int columns = 1;                  ///< at most
  int side = 190;                   ///< of a square panel, at most
  int left = 50;                    ///< to the left of each panel: numbers and label of its axis
  int right = 20;                   ///< to the right of each panel: its colour scale, if any
  int bottom = 46;                  ///< numbers and label of the x axis
  std::vector<std::string> legend;  ///< its lines, for the room they need; empty: no legend

  // Set by arrange():
  int top = 28, width = 0, height = 0, first_left = 0, legend_width = 0, legend_rows = 0;
  bool legend_below = false;
  std::vector<std::vector<std::string>> title_lines;
};

/// Takes the options "size" and "across"; `columns` where that leaves the columns open.
void take_options(PanelLayout& layout, const plugin::json& options, int columns = 4);

/// Chooses columns, side and the place of the legend so that the figure keeps its width.
PanelLayout arrange(PanelLayout layout);
int count_of(const PanelLayout& layout);

/// A text in lines of at most `letters`, broken between words, and within a word that is longer.
std::vector<std::string> in_lines(const std::string& text, std::size_t letters);

/// The loop over svg, pdf and png up to "set multiplot": terminals, fonts, axes.
std::string begin_figure(const PanelLayout& layout);
std::string end_figure();

/// Where panel `index` stands, its title and, among several, its letter.
std::string begin_panel(const PanelLayout& layout, int index);
/// Whether the panel is the first of its row (and carries the label of the row's y axis).
bool first_of_row(const PanelLayout& layout, int index);
/// The panel whose plot carries the legend, and where the legend stands.
bool carries_legend(const PanelLayout& layout, int index);
std::string place_legend(const PanelLayout& layout);

std::string axis_labels(const std::string& x, const std::string& y);
/// Ranges of both axes, axis labels with unit, and an outline where `box` is given.
std::string plane_axes(const PlaneLimits& range, const std::vector<PlaneLimits>& box, const std::string& x_label,
                       const std::string& y_label, int side);

/// Whether two ends of an axis differ by more than gnuplot needs to draw between them.
bool apart(double low, double high);

/// A step of 1, 2 or 5 times a power of ten that divides `length` into about four, fewer where an axis is short.
double tic_step(double length, int side = 190);

/// A colour scale to the right of panel `index`, in the room layout.right.
std::string colour_scale(const PanelLayout& layout, int index, const std::string& label);

}  // namespace reverie::analysis
