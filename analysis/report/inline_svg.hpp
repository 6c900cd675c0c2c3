// SPDX-License-Identifier: BSD-3-Clause
/// An SVG file as an element of an HTML page.
#pragma once

#include <string>
#include <string_view>

namespace reverie::analysis {

struct InlineSvg {
  std::string element;        ///< <svg>, with all it shows in one <g id="<prefix>drawing">, for <use> elsewhere
  std::string width, height;  ///< of its view box
};

/// The <svg> element of `svg`, fit to stand with others in one page: every id starts with `prefix` and occurs once
/// (gnuplot gives the same ids in every file, and some twice in one), references follow, namespaces are dropped (HTML
/// knows them) and so are <title> and <desc>, which would show gnuplot's internal names as tooltips. Paths are written
/// shorter, to tenths of a pixel. `label` becomes the text for those who do not see it. DataError when there is no
/// <svg> element.
InlineSvg inline_svg(std::string_view svg, const std::string& prefix, const std::string& label);

}  // namespace reverie::analysis
