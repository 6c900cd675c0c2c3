// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/table.hpp>
#include <analysis/figures/words.hpp>

using namespace reverie::analysis;

TEST_CASE("plain text is one line of valid UTF-8") {
  CHECK(plain_text("λ_v → ½ 🐀") == "λ_v → ½ 🐀");
  CHECK(plain_text("a\nb\tc\x01") == "a b c ");
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(plain_text("\xff") == bad);
  CHECK(plain_text("\xc3") == bad);                                // cut off
  CHECK(plain_text("\xc0\xaf") == bad + bad);                      // overlong
  CHECK(plain_text("\xed\xa0\x80") == bad + bad + bad);            // a surrogate
  CHECK(plain_text("\xf4\x90\x80\x80") == bad + bad + bad + bad);  // above U+10FFFF
}

TEST_CASE("cells of a table read back") {
  CHECK(csv_field("plain") == "plain");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
}

TEST_CASE("units are printed as papers print them") {
  CHECK(printed_unit("m^2") == "m²");
  CHECK(printed_unit("m s^-1") == "m s⁻¹");
  CHECK(printed_unit("1") == "");
  CHECK(printed_unit("^x") == "^x");
  CHECK(with_unit("x", "m") == "x (m)");
  CHECK(with_unit("x", "1") == "x");
}
