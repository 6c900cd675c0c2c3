// SPDX-License-Identifier: BSD-3-Clause
/// Shorter text for the paths of SVG files.
#pragma once

#include <string>
#include <string_view>

namespace reverie::analysis {

/// The `d` attribute of a path of straight lines (absolute M and L, and z, as gnuplot writes its curves) with relative
/// lines in tenths of a pixel: about half as long. Errors do not add up, since places are rounded before differences
/// are taken. Anything else is returned as it is.
std::string compact_path(std::string_view d);

}  // namespace reverie::analysis
