// SPDX-License-Identifier: BSD-3-Clause
/// UTF-8 as SVG and HTML demand it: a byte that is not part of a character makes the whole file invalid.
#pragma once

#include <string>
#include <string_view>

namespace reverie::analysis {

/// Length in bytes of the character that starts at `at`; 0 when the bytes there are not one (overlong forms, surrogates
/// and code points above U+10FFFF included).
std::size_t utf8_length(std::string_view text, std::size_t at);

/// How many characters a text has, and its first `letters` of them.
std::size_t letters_in(std::string_view text);
std::string first_letters(std::string_view text, std::size_t letters);

}  // namespace reverie::analysis
