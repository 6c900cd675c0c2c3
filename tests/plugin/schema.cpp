// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <plugin/schema.hpp>

using namespace reverie::plugin;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

ParameterSpec spec(const std::string& name, std::int32_t type, std::optional<json> default_value = std::nullopt) {
  ParameterSpec s;
  s.name = name;
  s.type = type;
  s.default_value = std::move(default_value);
  return s;
}

ParameterSchema schema() {
  auto friction = spec("friction", REVERIE_NUMBER, 0.5);
  friction.minimum = 0;
  friction.minimum_open = true;
  friction.maximum = 1;
  auto units = spec("units", REVERIE_INTEGER);
  units.minimum = 1;
  units.maximum_open = true;
  auto noise = spec("noise", REVERIE_CHOICE, "plain");
  noise.choices = {"plain", "fdt"};
  auto points = spec("points", REVERIE_NUMBERS, json::array({1.0}));
  points.minimum = 0;
  points.maximum = 10;
  return {friction, units, noise, points, spec("bias", REVERIE_BOOLEAN, false), spec("label", REVERIE_TEXT, "")};
}

/// The one problem with a table that is right but for `key`.
std::string problem(const std::string& key, const json& value) {
  json table = {{"units", 4}};
  table[key] = value;
  const auto checked = check_parameters(schema(), table);
  REQUIRE(checked.problems.size() == 1);
  CHECK(checked.problems[0].key == key);
  CHECK_FALSE(checked.problems[0].missing);
  return checked.problems[0].message;
}

json accepted(const std::string& key, const json& value) {
  json table = {{"units", 4}};
  table[key] = value;
  const auto checked = check_parameters(schema(), table);
  REQUIRE(checked.problems.empty());
  return checked.values.at(key);
}

}  // namespace

TEST_CASE("defaults are filled in, and integers become numbers where numbers are expected") {
  const auto checked = check_parameters(schema(), {{"units", 4}, {"friction", 1}});
  CHECK(checked.problems.empty());
  CHECK(checked.values ==
        json{{"friction", 1.0}, {"units", 4}, {"noise", "plain"}, {"points", {1.0}}, {"bias", false}, {"label", ""}});
  CHECK(checked.values["friction"].is_number_float());
}

TEST_CASE("a value of the wrong type is named in TOML's words") {
  CHECK(problem("friction", "0.5") == "must be a number in (0, 1], not a string");
  CHECK(problem("friction", true) == "must be a number in (0, 1], not a boolean");
  CHECK(problem("friction", json::array()) == "must be a number in (0, 1], not an array");
  CHECK(problem("friction", json::object()) == "must be a number in (0, 1], not a table");
  CHECK(problem("units", 3.0) == "must be an integer in [1, inf), not a float");
  CHECK(problem("bias", 1) == "must be a boolean, not an integer");
  CHECK(problem("label", 1) == "must be a string, not an integer");
  CHECK(problem("noise", 1) == "must be one of \"plain\", \"fdt\", not an integer");
  CHECK(problem("points", 1.5) == "must be a list of numbers in [0, 10], not a float");
  CHECK(problem("points", {1, "a"}) == "must be a list of numbers in [0, 10], not an array with a string in it");
}

TEST_CASE("a value out of range is named with the range") {
  CHECK(problem("friction", 1.5) == "must be a number in (0, 1], not 1.5");
  CHECK(problem("friction", 0) == "must be a number in (0, 1], not 0");
  CHECK(accepted("friction", 1.0) == 1.0);
  CHECK(problem("units", 0) == "must be an integer in [1, inf), not 0");
  CHECK(problem("units", std::uint64_t{1} << 63) == "must be an integer in [1, inf), not 9223372036854775808");
  CHECK(problem("points", {1, 11}) == "must be a list of numbers in [0, 10], not an array with 11 in it");
}

TEST_CASE("NaN is never accepted, and infinity only by a range that ends there and includes it") {
  CHECK(problem("friction", std::nan("")) == "must be a number in (0, 1], not nan");
  auto free = spec("x", REVERIE_NUMBER, 0.0);
  CHECK(check_parameters({free}, {{"x", infinity}}).problems.size() == 1);
  free.minimum = 0;
  CHECK(check_parameters({free}, {{"x", infinity}}).problems.empty());
  CHECK(check_parameters({free}, {{"x", std::nan("")}}).problems.size() == 1);
  free.maximum_open = true;
  CHECK(check_parameters({free}, {{"x", infinity}}).problems.size() == 1);
}

TEST_CASE("a choice or a key that does not exist is answered with the nearest one") {
  CHECK(problem("noise", "fdd") == "must be one of \"plain\", \"fdt\", not \"fdd\". Did you mean 'fdt'?");
  CHECK(problem("frction", 0.5) == "is an unknown key. Did you mean 'friction'?");
  CHECK(problem("zzzzzzzzz", 0.5) == "is an unknown key: there are friction, units, noise, points, bias, label");
  CHECK(check_parameters({}, {{"a", 1}}).problems.at(0).message == "is an unknown key: there are no parameters here");
  CHECK(check_parameters({}, {{"a", 1}, {"plugin", "x"}}, {"plugin"}).problems.size() == 1);
}

TEST_CASE("lists of numbers are flat or rectangular") {
  CHECK(accepted("points", {1, 2.5}) == json{1.0, 2.5});
  CHECK(accepted("points", {{1, 2}, {3, 4}}) == json{{1.0, 2.0}, {3.0, 4.0}});
  CHECK(accepted("points", {{1, 2}, {3, 4}})[0][0].is_number_float());
  CHECK(accepted("points", json::array()) == json::array());
  CHECK(problem("points", json::array({{1, 2}, {3}})) == "must have rows of equal length, not 2 and 1");
  CHECK(problem("points", json::array({json::array({1, 2}), 3})) ==
        "must be a list of numbers in [0, 10], not an array that mixes arrays and an integer");
}

TEST_CASE("a parameter without default has to be given, and all problems are reported together") {
  const auto checked = check_parameters(schema(), {{"friction", 7}, {"nois", "fdt"}});
  REQUIRE(checked.problems.size() == 3);
  CHECK(checked.problems[0].key == "friction");
  CHECK(checked.problems[1].key == "units");
  CHECK(checked.problems[1].missing);
  CHECK(checked.problems[1].message == "is required: an integer in [1, inf)");
  CHECK(checked.problems[2].key == "nois");
}
