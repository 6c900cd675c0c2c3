// SPDX-License-Identifier: BSD-3-Clause
/// Pieces of HTML that every section of the report is made of, and text that is safe in it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace reverie::analysis {

/// & < > " ' as entities; control characters (except line ends and tabs) and bytes that are not UTF-8 as U+FFFD.
std::string escape_html(std::string_view text);

/// A path as a relative link: separators kept, everything but letters, digits and -._~ percent-encoded.
std::string relative_link(const std::filesystem::path& path);

/// "12.3 s", "4.5 min", "2.1 h".
std::string duration(double seconds);

/// <section> with a heading; nothing when `body` is empty. `title` is text, `body` is HTML.
std::string html_section(const std::string& id, const std::string& title, const std::string& body);

/// What may be wider than the page: scrolls by itself, with the keyboard, too.
std::string html_scrolling(const std::string& label, const std::string& body, const std::string& more_classes = "");

/// A piece of JSON that a script of the page reads; no text in it can end the element.
std::string html_data(const std::string& json);

}  // namespace reverie::analysis
