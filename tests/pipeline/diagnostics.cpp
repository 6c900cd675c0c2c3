// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <pipeline/diagnostics.hpp>

using namespace reverie::pipeline;

TEST_CASE("a message shows place, line and caret") {
  const auto document = parse_document("dir/a.toml", "# comment\n[stage.train]\n  bathces = 3\n");
  CHECK(format_diagnostic(document.sources, document.entry("stage.train.bathces").key, "no such key") ==
        "dir/a.toml:3:3: error: no such key\n"
        "    3 |   bathces = 3\n"
        "      |   ^");
}

TEST_CASE("the caret stands under the character after tabs and letters of several bytes") {
  const std::vector<Source> sources = {{"a.toml", "\t\"é\" = 1\n"}};
  CHECK(format_diagnostic(sources, {0, 1, 8}, "m") ==
        "a.toml:1:8: error: m\n"
        "    1 | \t\"é\" = 1\n"
        "      | \t      ^");
}

TEST_CASE("a message about the whole file has no line") {
  const std::vector<Source> sources = {{"a.toml", ""}};
  CHECK(format_diagnostic(sources, {}, "there is nothing") == "a.toml: error: there is nothing");
}

TEST_CASE("gathered messages are thrown together in the order of the file") {
  const auto document = parse_document("a.toml", "one = 1\ntwo = 2\n");
  Diagnostics diagnostics(document);
  diagnostics.throw_if_any();
  diagnostics.at_value("two", "second");
  diagnostics.at_key("one", "first");
  CHECK_THROWS_WITH_AS(diagnostics.throw_if_any(),
                       "a.toml:1:1: error: first\n"
                       "    1 | one = 1\n"
                       "      | ^\n"
                       "a.toml:2:7: error: second\n"
                       "    2 | two = 2\n"
                       "      |       ^",
                       PipelineError);
}
