// SPDX-License-Identifier: BSD-3-Clause
/// Which library may run in which host (abi.h, invariant 1), as a table.
#include <doctest/doctest.h>

#include <plugin/registry.hpp>

using reverie::plugin::refusal;

namespace {

struct Case {
  std::uint32_t major, built_minor, required_minor;  // of the plugin
  std::uint32_t host_major, host_minor;
  const char* reason;  // a part of it; empty: accepted
};

const Case cases[] = {
    // The same version.
    {1, 0, 0, 1, 0, ""},
    {1, 3, 3, 1, 3, ""},
    // The minor a plugin was built with does not matter, in either direction.
    {1, 0, 0, 1, 7, ""},
    {1, 7, 0, 1, 0, ""},
    {1, 7, 2, 1, 2, ""},
    // What it requires does.
    {1, 7, 3, 1, 2, "needs version 1.3"},
    {1, 3, 3, 1, 2, "this host has 1.2"},
    // Another major never, even where a packed number would order otherwise.
    {2, 0, 0, 1, 9, "older"},
    {1, 9, 0, 2, 0, "newer"},
    {99, 0, 0, 1, 0, "built for major 99"},
    {0, 1, 0, 1, 0, "built for major 0 of the plugin interface; this host has 1, which is newer"},
    {0, 4000000000U, 0, 1, 0, "newer"},
    {1, 0, 4294967295U, 1, 4294967294U, "needs version 1.4294967295"},
};

}  // namespace

TEST_CASE("a plugin runs in hosts of its major that have the minor it requires") {
  for (const auto& c : cases) {
    INFO("plugin ", c.major, ".", c.built_minor, " requiring ", c.required_minor, ", host ", c.host_major, ".",
         c.host_minor);
    const auto reason = refusal({c.major, c.built_minor, c.required_minor, 0, 1, 0}, c.host_major, c.host_minor);
    CHECK(reason.empty() == (*c.reason == '\0'));
    CHECK(reason.find(c.reason) != std::string::npos);
  }
}
