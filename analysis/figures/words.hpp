// SPDX-License-Identifier: BSD-3-Clause
/// How captions, axes and the report write names, numbers and units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reverie::analysis {

/// A name as axis labels show it: underscores become spaces.
std::string spaced(std::string name);

/// -5 as "⁻⁵".
std::string superscript(int number);

/// A unit as it is printed: "m^2" as "m²", "1" as nothing.
std::string printed_unit(std::string_view unit);

/// "1 panel", "2 panels".
std::string counted(std::int64_t count, const std::string& thing);

}  // namespace reverie::analysis
