// SPDX-License-Identifier: BSD-3-Clause
/// An SVG file as an element of an HTML page.
#pragma once

#include <string>
#include <string_view>

namespace reverie::analysis {

/// The <svg> element of `svg`, fit to stand with others in one page: every id starts with `prefix` and occurs once
/// (gnuplot gives the same ids in every file, and some twice in one), references follow, namespaces are dropped (HTML
/// knows them) and so are <title> and <desc>, which would show gnuplot's internal names as tooltips. `label` becomes
/// the text for those who do not see it. DataError when there is no <svg> element.
std::string inline_svg(std::string_view svg, const std::string& prefix, const std::string& label);

}  // namespace reverie::analysis
