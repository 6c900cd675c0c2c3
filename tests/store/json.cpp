// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <store/dataset.hpp>
#include <store/publication.hpp>

#include "temporary_folder.hpp"

using namespace reverie;

TEST_CASE("json: values are nested by dimension, with units, and what is not finite is null") {
  const test::TemporaryFolder folder;
  store::Dataset dataset;
  dataset.attributes = {{"title", "a \"title\""}};
  dataset.variables = {{"matrix", {"row", "column"}, {2, 2}, "m^2", "four numbers", {1, 2.5, std::nan(""), 4}, {}},
                       {"row", {"row"}, {2}, "", "", {}, {"first", "second"}},
                       {"single", {}, {}, "steps", "", {0.1}, {}}};
  store::write_json(folder / "result.json", dataset);
  const auto read = nlohmann::json::parse(store::read_file(folder / "result.json"));
  CHECK(read["attributes"]["title"] == "a \"title\"");
  const auto& matrix = read["variables"]["matrix"];
  CHECK(matrix["values"] == nlohmann::json::parse("[[1.0, 2.5], [null, 4.0]]"));
  CHECK(matrix["dims"] == nlohmann::json::parse("[\"row\", \"column\"]"));
  CHECK(matrix["units"] == "m^2");
  CHECK(matrix["long_name"] == "four numbers");
  CHECK(read["variables"]["row"]["values"] == nlohmann::json::parse("[\"first\", \"second\"]"));
  CHECK(read["variables"]["single"]["values"] == 0.1);
}
