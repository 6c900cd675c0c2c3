// SPDX-License-Identifier: BSD-3-Clause
/// Text that is safe in HTML: as content, in quoted attributes, in relative links.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace reverie::analysis {

/// & < > " ' as entities; control characters (except line ends and tabs) and bytes that are not UTF-8 as U+FFFD.
std::string escape_html(std::string_view text);

/// A path as a relative link: separators kept, everything but letters, digits and -._~ percent-encoded.
std::string relative_link(const std::filesystem::path& path);

}  // namespace reverie::analysis
