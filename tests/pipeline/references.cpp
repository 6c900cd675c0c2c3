// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "planning.hpp"

using namespace reverie::pipeline;

TEST_CASE("a stage that is not there names the nearest, at the mention") {
  CHECK(contains(
      errors_of(task_and_network + training + "[stage.a]\nrun = \"simulate\"\nof = \"trian\"\nphase = \"awake\"\n"),
      "test.toml:14:6: error: there is no stage 'trian'. Did you mean 'train'?"));
}

TEST_CASE("a mention of the wrong kind of stage says which kind is needed") {
  CHECK(contains(errors_of(task_and_network + training + awake +
                           "[stage.b]\nrun = \"simulate\"\nof = \"awake\"\nphase = \"awake\"\n"),
                 "a simulate stage reads train or import stages, and 'awake' is a simulate stage"));
}

TEST_CASE("stages that need each other in a circle are named in order, once") {
  const auto simulate = [](const std::string& name, const std::string& of) {
    return "[stage." + name + "]\nrun = \"simulate\"\nof = \"" + of + "\"\nphase = \"awake\"\n";
  };
  const auto errors = errors_of(simulate("a", "b") + simulate("b", "c") + simulate("c", "a") + simulate("d", "a"));
  CHECK(contains(errors, "test.toml:3:6: error: stages need each other in a circle: a -> b -> c -> a\n"));
  CHECK(errors.find("circle") == errors.rfind("circle"));
  CHECK(contains(errors_of(simulate("a", "a")), "circle: a -> a"));
}

TEST_CASE("a reference that is no name is refused") {
  CHECK(contains(errors_of(task_and_network + training + "[stage.a]\nrun = \"simulate\"\nof = 3\nphase = \"awake\"\n"),
                 "'of' must be the name of a stage"));
}
