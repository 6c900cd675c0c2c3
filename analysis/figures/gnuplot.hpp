// SPDX-License-Identifier: BSD-3-Clause
/// Running gnuplot, and writing text that it takes literally.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace reverie::analysis {

/// Text as it may stand in CSV, SVG and scripts: valid UTF-8 in one line. Control characters become spaces, bytes that
/// are not UTF-8 become U+FFFD.
std::string plain_text(std::string_view text);

/// A gnuplot string that means exactly `text`: single quotes, in which gnuplot expands neither backslashes, backquotes
/// nor macros. Labels also need `noenhanced`, or _ and ^ set subscripts.
std::string gnuplot_string(std::string_view text);

/// The same as the label of a tic, in which gnuplot takes % for a format.
std::string gnuplot_tic(std::string_view text);

/// The comment at the top of every script.
std::string script_header(const std::string& title, const std::string& caption);

/// Runs `gnuplot figure.gp` in `folder`, which must leave figure.svg, figure.pdf and figure.png there. DataError with
/// gnuplot's own words when it cannot be run or fails; then none of them is left. The PDF's date of creation is made a
/// fixed one: equal work gives equal bytes.
void run_gnuplot(const std::filesystem::path& folder);

}  // namespace reverie::analysis
