// SPDX-License-Identifier: BSD-3-Clause
/// What the page needs to play the paths of a figure: taken from its table, so that it shows what is drawn.
#pragma once

#include <string>
#include <string_view>

namespace reverie::analysis {

/// From the figure.csv of a figure of kind "paths" (panel, trial, step, time, x, y, source, phase): compact JSON
///
///   { "unit": "s", "panels": [ { "label", "phase", "shown", "trials", "time": [...], "paths": [[x, y, x, y, ...], ...]
///   } ] }
///
/// with x and y in thousandths of a square around all paths, y downwards; at most 12 paths per panel are kept ("shown"
/// of "trials"). Empty for the table of another kind, and where there is one step only.
std::string animation_of(std::string_view csv);

}  // namespace reverie::analysis
