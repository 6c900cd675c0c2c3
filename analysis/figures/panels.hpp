// SPDX-License-Identifier: BSD-3-Clause
/// The look of every figure: square panels in rows, left and bottom axes only, 8/10 pt sans.
#pragma once

#include <analysis/figures/positions.hpp>

#include <string>
#include <vector>

namespace reverie::analysis {

/// Sizes in CSS pixels (1/96 inch).
struct PanelLayout {
  int count = 1;
  int columns = 4;  ///< at most
  int side = 190;   ///< of a square panel
  int left = 56;    ///< to the left of each panel: numbers and label of its axis
  int right = 14;   ///< to the right of each panel: its colour scale, if any
  int legend = 0;   ///< to the right of all panels
};

/// "reset" to "set multiplot": the terminal, the fonts, the axes.
std::string begin_figure(const PanelLayout& layout);
std::string end_figure();

/// Where panel `index` stands, and its title.
std::string begin_panel(const PanelLayout& layout, int index, const std::string& title);
/// Whether the panel is the first of its row (and carries the label of the row's y axis).
bool first_of_row(const PanelLayout& layout, int index);

/// Ranges of both axes, axis labels with unit, and an outline where `box` is given.
std::string plane_axes(const PlaneLimits& range, const std::vector<PlaneLimits>& box, const std::string& unit,
                       bool y_label);

/// A step of 1, 2 or 5 times a power of ten that divides `length` into about four.
double tic_step(double length);

/// A colour scale to the right of panel `index`, in the room layout.right.
std::string colour_scale(const PanelLayout& layout, int index, const std::string& label);

}  // namespace reverie::analysis
