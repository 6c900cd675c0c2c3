// SPDX-License-Identifier: BSD-3-Clause
/// Places in a sweep.
#pragma once

#include <pipeline/document.hpp>

namespace reverie::pipeline {

/// One value on each of some axes, in the order of [axes]: the axis's name and the label of its value (a number, a text
/// or a boolean). The point of a stage has the axes that reach it; it is empty when none does.
using Point = std::vector<std::pair<std::string, json>>;

/// A label as text: in paths, legends and messages.
std::string text_of(const json& label);
/// Whether a text means that label; numbers are compared as numbers: "1" means 1.0.
bool means(const std::string& text, const json& label);
/// "friction=0.5,seed=0"; "" for the empty point.
std::string text_of(const Point& point);
/// { axis = label, ... }.
json coordinates_of(const Point& point);

}  // namespace reverie::pipeline
