// SPDX-License-Identifier: BSD-3-Clause
/// Each library of broken/ breaks one rule. Its first comment says when that is noticed and the exact error:
///
///   load: MESSAGE          refused when it is loaded, with exit code 4 (after "plugin library FILE: ")
///   create CODE: MESSAGE   it loads; making an instance fails
///   call CODE: MESSAGE     an instance is made; its advance fails
///   accept                 nothing fails
///   check ..., with ...    looked at by check/test_broken.py, registry.cpp
#include <xmmintrin.h>

#include <fstream>
#include <map>
#include <regex>

#include "blocks.hpp"

using namespace reverie::plugin;
using nlohmann::json;

namespace {

struct Expected {
  std::string library, when, message;
};

std::vector<Expected> expectations() {
  std::vector<Expected> list;
  for (const auto& entry : std::filesystem::directory_iterator(BROKEN_SOURCES)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::smatch found;
    CAPTURE(entry.path());
    REQUIRE(std::regex_search(text, found, std::regex(R"(/\* (\w[\w ]*)(?:: ([^*]*(?:\n \* [^*]*)*))? \*/)")));
    list.push_back({entry.path().stem(), found[1], std::regex_replace(found[2].str(), std::regex(R"(\n \* )"), " ")});
  }
  REQUIRE(list.size() > 50);
  return list;
}

std::string file_of(const std::string& library) { return BROKEN_FOLDER "/" + library + ".so"; }

/// "CODE: MESSAGE" of what `body` throws, or "".
template <class Body>
std::string failure_of(Body&& body) {
  try {
    body();
  } catch (const PluginError& error) {
    return std::to_string(static_cast<int>(error.exit_code())) + ": " + error.what();
  }
  return "";
}

/// Loads the only library of this name, makes an instance and, for "call", advances it.
void use(const std::string& library, bool advance) {
  auto& registry = Registry::instance();
  const auto& component = *registry.load(file_of(library)).at(0);
  const auto parameters = check_parameters(component.schema, json::object()).values;
  if (component.kind == Kind::cell) {
    const Cell cell(component, parameters, blocks::setting());
    return;
  }
  const Dynamics dynamics(component, parameters, blocks::setting());
  if (!advance) return;
  float drift[16] = {};
  reverie_dynamics_block block{};
  block.rows = block.units = 1;
  block.drift = {drift, 16};
  dynamics.advance(block);
}

}  // namespace

TEST_CASE("each library that breaks a rule gets the error that its source announces") {
  std::map<std::string, int> seen;
  for (const auto& [library, when, message] : expectations()) {
    CAPTURE(library);
    ++seen[when.substr(0, when.find(' '))];
    const auto load = [file = file_of(library)] { Registry::instance().load(file); };
    if (when == "load") {
      const auto expected = "4: plugin library " + file_of(library) + ": " + message;
      CHECK(failure_of(load) == expected);
      CHECK(failure_of(load) == expected);  // asking again gives the same answer
    } else if (when == "accept") {
      const auto control = _mm_getcsr();
      CHECK(failure_of(load) == "");
      CHECK(_mm_getcsr() == control);
      CHECK(failure_of([&, name = library] { use(name, true); }) == "");
    } else if (when.starts_with("create ") || when.starts_with("call ")) {
      CHECK(failure_of(load) == "");
      const auto expected = when.substr(when.find(' ') + 1) + ": " + message;
      CHECK(failure_of([&, name = library] { use(name, when.starts_with("call")); }) == expected);
    } else {
      CHECK((when.starts_with("check ") || when.starts_with("with ")));
    }
  }
  CHECK(seen["load"] > 30);
  CHECK(seen["create"] > 10);
  CHECK(seen["call"] > 1);
  CHECK(seen["check"] > 5);
}
