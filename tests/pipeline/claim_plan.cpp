// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "planning.hpp"

using namespace reverie::pipeline;

namespace {

const std::string swept = "[axes]\nseed = [0, 1, 2]\nfactor = [1.0, 1.5]\n" + task_and_network + training +
                          "[stage.replay]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\n"
                          "noise = { factor = \"$factor\" }\n" +
                          "[stage.step]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\n"
                          "recording = \"replay\"\n";

std::string errors(const std::string& claim) { return errors_of(swept + "[claim.c]\n" + claim); }

const std::string at_one = "{ of = \"step\", name = \"stepwise_distance\", at = { factor = 1.0 } }";
const std::string anywhere = "{ of = \"step\", name = \"stepwise_distance\" }";

}  // namespace

TEST_CASE("a claim compares samples over one axis at each point of another") {
  const auto plan = plan_of(swept + "[claim.c]\nvalue = " + anywhere + "\nabove = " + at_one +
                            "\nfor_all = \"factor\"\nover = \"seed\"\nfactor = 0.5\n");
  REQUIRE(plan.claims.size() == 1);
  const auto& claim = plan.claims[0];
  CHECK(claim.factor == 0.5);
  REQUIRE(claim.cases.size() == 2);
  CHECK(text_of(claim.cases[1].point) == "factor=1.5");
  REQUIRE(claim.cases[1].samples.size() == 3);
  const auto& sample = claim.cases[1].samples[2];
  CHECK(text_of(sample.point) == "seed=2");
  CHECK(plan.stages[*sample.value.stage].label() == "step[seed=2,factor=1.5]");
  CHECK(plan.stages[*sample.above->stage].label() == "step[seed=2,factor=1.0]");
  CHECK_FALSE(sample.below.has_value());
}

TEST_CASE("what is left of `at` chooses along the variable's own dimensions") {
  const auto plan = plan_of(task_and_network + training +
                            "[claim.c]\nvalue = { of = \"train\", name = \"loss\", at = { batch = 2 } }\nbelow = 1\n");
  CHECK(plan.claims[0].cases[0].samples[0].value.at.at("batch") == 2);
  CHECK(plan.claims[0].cases[0].samples[0].below->number == 1);
}

TEST_CASE("an axis that is not accounted for is asked for") {
  CHECK(contains(errors("value = " + at_one + "\nabove = 0\n"),
                 "axis 'seed' reaches what is compared: list it in 'over' (paired, with an interval) or 'for_all'"));
  CHECK(contains(errors("value = " + at_one + "\nabove = 0\nover = [\"seed\", \"factor\"]\n"),
                 "axis 'factor' reaches nothing that [claim.c] compares"));
}

TEST_CASE("mistakes in claims name their place") {
  CHECK(contains(errors("above = 1\n"), "[claim.c]: 'value' is required"));
  CHECK(contains(errors("value = " + at_one + "\n"), "[claim.c]: 'above' or 'below' is required"));
  CHECK(contains(errors("value = 3\nabove = 1\n"), "'value' must name a result"));
  CHECK(contains(errors("value = \"step\"\nabove = 1\n"), "'value' must be { of = \"STAGE\""));
  CHECK(contains(errors("value = { of = \"stpe\", name = \"stepwise_distance\" }\nabove = 1\n"),
                 "there is no stage 'stpe'. Did you mean 'step'?"));
  CHECK(contains(errors("value = { of = \"step\", name = \"stepwise_distnace\" }\nabove = 1\n"),
                 "'step' has no result 'stepwise_distnace'. Did you mean 'stepwise_distance'?"));
  CHECK(contains(errors("value = { of = \"replay\", name = \"stepwise_distance\" }\nabove = 1\n"),
                 "a claim compares results of measure or train stages, and 'replay' is a simulate stage"));
  CHECK(contains(errors("value = { of = \"step\", name = \"stepwise_distance\", at = { fcator = 1.0 } }\nabove = 1\n"),
                 "'fcator' is neither an axis that reaches 'step' nor a dimension of 'stepwise_distance'. Did you mean "
                 "'factor'?"));
  CHECK(contains(errors("value = " + at_one + "\nabove = 0\nbetween = 1\n"), "has no key 'between'"));
}

TEST_CASE("bounds are finite, and numbers or names choose along a dimension") {
  for (const char* bound : {"nan", "inf", "-inf"})
    CHECK(contains(errors("value = " + at_one + "\nbelow = " + bound + "\n"), "'below' must be a finite number"));
  for (const char* choice : {"true", "[1, 2]", "{}", "nan"})
    CHECK(contains(errors_of(swept + "[claim.c]\nvalue = { of = \"train\", name = \"loss\", at = { batch = " + choice +
                             " } }\nbelow = 1\nover = \"seed\"\n"),
                   "'batch' is a dimension of 'loss': a number or a name chooses along it"));
}

TEST_CASE("a claim that no result could decide is a mistake") {
  CHECK(
      contains(errors("value = { of = \"train\", name = \"loss\" }\nabove = 1\nover = \"seed\"\n"),
               "'loss' of 'train' has a number for each batch: choose one with at = { batch = ... }, or reduce them"));
  CHECK(contains(errors("value = { of = \"train\", name = \"loss\", at = { batch = \"$factor\" } }\nabove = 1\n"),
                 "'batch' is a dimension of 'loss', and no axis chooses along it: write a value"));
  CHECK(errors("value = { of = \"train\", name = \"loss\", reduce = \"last\" }\nabove = 1\nover = \"seed\"\n") == "");
}

TEST_CASE("an axis pairs samples or tells comparisons apart, not both") {
  CHECK(contains(errors("value = " + at_one + "\nabove = 0\nover = \"seed\"\nfor_all = \"seed\"\n"),
                 "axis 'seed' stands in 'over' and in 'for_all'"));
}
