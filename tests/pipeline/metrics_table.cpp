// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <pipeline/metrics_table.hpp>
#include <sstream>

using namespace reverie;
using namespace reverie::pipeline;

namespace {

store::Variable variable(const std::string& name, const std::vector<std::string>& dims,
                         const std::vector<double>& values, const std::string& unit = "1") {
  store::Variable result;
  result.name = name;
  result.dims = dims;
  if (!dims.empty()) result.shape = {static_cast<std::int64_t>(values.size())};
  result.values = values;
  result.unit = unit;
  return result;
}

MeasuredResult reach(int seed, double friction, double steps) {
  return {"reach",
          {{"seed", seed}, {"friction", friction}, {"chain", "a,b"}},
          {{variable("replay", {}, {steps}, "steps"), variable("per_trial", {"trial"}, {1, 2, 3})}, {}}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("the table of a run has a row for each single number, its place and what is behind it") {
  const auto lines = lines_of(metrics_table("quick", {reach(0, 0.5, 70), reach(1, 0.5, 74.5)}));
  CHECK(lines == std::vector<std::string>{"run,seed,condition,metric,value,units,n",
                                          "quick,0,\"friction=0.5,chain=a,b\",reach.replay,70,steps,3",
                                          "quick,1,\"friction=0.5,chain=a,b\",reach.replay,74.5,steps,3"});
  CHECK(lines_of(metrics_table("quick", {{"kl", {}, {{variable("divergence", {}, {std::nan("")}, "nats")}, {}}}}))[1] ==
        "quick,,,kl.divergence,,nats,");
}

TEST_CASE("the summary has mean, sd and interval over the seeds of each condition") {
  const auto numbers = over_seeds({reach(0, 0.5, 1), reach(0, 1.0, 5), reach(1, 0.5, 2), reach(2, 0.5, 6)});
  const auto lines = lines_of(metrics_summary("quick", numbers));
  REQUIRE(lines.size() == 3);
  // mean 3, squares 4 + 1 + 9, ddof 1: sd = sqrt(7).
  CHECK(lines[1].starts_with("quick,\"friction=0.5,chain=a,b\",reach.replay,3,2.645751311"));
  CHECK(lines[1].ends_with(",steps,3"));
  // Student's t with two degrees of freedom: 4.302653.
  const auto& reduced = numbers.at(0).reduced;
  CHECK(reduced.low == doctest::Approx(3 - 4.302653 * std::sqrt(7.0 / 3)).epsilon(1e-6));
  CHECK(reduced.high == doctest::Approx(3 + 4.302653 * std::sqrt(7.0 / 3)).epsilon(1e-6));
  CHECK(lines[1].find(fmt::format(",{},{},steps", reduced.low, reduced.high)) != std::string::npos);
  CHECK(lines[2] == "quick,\"friction=1.0,chain=a,b\",reach.replay,5,,,,steps,1");
}

TEST_CASE("the number behind a value is the result's own, of the same phase") {
  const store::Dataset result = {
      {variable("awake", {}, {1}), variable("replay", {}, {2}), variable("distance", {}, {3}),
       variable("awake_samples", {}, {100}), variable("replay_paths", {}, {7}), variable("mean", {}, {4}),
       variable("mean_n", {}, {5})},
      {}};
  CHECK(count_behind("awake", result) == 100);
  CHECK(count_behind("replay", result) == 7);
  CHECK(count_behind("mean", result) == 5);
  CHECK(!count_behind("distance", result));
}
