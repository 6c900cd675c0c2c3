// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <pipeline/gather.hpp>
#include <set>

using namespace reverie;
using namespace reverie::pipeline;

namespace {

PlacedNumbers placed(const char* chain, int seed, std::vector<double> curve) {
  store::Dataset numbers;
  numbers.variables.push_back({"step", {"step"}, {2}, "1", "", {10, 20}, {}});
  numbers.variables.push_back({"reach", {}, {}, "s", "", {curve[0] + curve[1]}, {}});
  numbers.variables.push_back({"curve", {"step"}, {2}, "m", "", curve, {}});
  return {{{"chain", chain}, {"seed", seed}}, numbers};
}

const std::vector<PlacedNumbers> results = {placed("over", 0, {1, 2}),  placed("over", 1, {3, 4}),
                                            placed("over", 2, {8, 6}),  placed("under", 0, {5, 5}),
                                            placed("under", 1, {5, 5}), placed("under", 2, {5, 5})};

}  // namespace

TEST_CASE("axes become the leading dimensions") {
  const auto all = gather(results, {}, "mean");
  CHECK(all.at("chain").labels == std::vector<std::string>{"over", "under"});
  CHECK(all.at("seed").values == std::vector<double>{0, 1, 2});
  CHECK(all.at("step").values == std::vector<double>{10, 20});
  const auto& curve = all.at("curve");
  CHECK(curve.dims == std::vector<std::string>{"chain", "seed", "step"});
  CHECK(curve.shape == std::vector<std::int64_t>{2, 3, 2});
  CHECK(curve.values == std::vector<double>{1, 2, 3, 4, 8, 6, 5, 5, 5, 5, 5, 5});
  CHECK(curve.unit == "m");
  CHECK(all.at("reach").values == std::vector<double>{3, 7, 14, 10, 10, 10});
}

TEST_CASE("an axis that is reduced gives mean, sd, interval and count") {
  const auto reduced = gather(results, {"seed"}, "mean");
  CHECK(reduced.find("seed") == nullptr);
  CHECK(reduced.at("curve").dims == std::vector<std::string>{"chain", "step"});
  CHECK(reduced.at("curve").values == std::vector<double>{4, 4, 5, 5});
  // sd of 1, 3, 8: sqrt((9 + 1 + 16) / 2)
  CHECK(reduced.at("curve_sd").values[0] == doctest::Approx(std::sqrt(13.0)));
  CHECK(reduced.at("curve_n").values == std::vector<double>{3, 3, 3, 3});
  // Student's t with two degrees of freedom: 4.302653.
  const double half = 4.302653 * std::sqrt(13.0 / 3);
  CHECK(reduced.at("curve_low").values[0] == doctest::Approx(4 - half).epsilon(1e-6));
  CHECK(reduced.at("curve_high").values[0] == doctest::Approx(4 + half).epsilon(1e-6));
  CHECK(reduced.at("curve_low").values[2] == 5);
  CHECK(reduced.at("curve_high").values[2] == 5);
  const auto medians = gather(results, {"seed"}, "median");
  CHECK(medians.at("curve").values == std::vector<double>{3, 4, 5, 5});
  // Two of three draws or more are the least number of the three in 7 of 27 resamples, which is more than 2.5 %.
  CHECK(medians.at("curve_low").values[0] == 1);
  CHECK(medians.at("curve_high").values[0] == 8);
}

TEST_CASE("a result that is called like one of the reduction is left out beside it, and gathered alone") {
  auto some = results;
  for (auto& result : some) {
    result.numbers.variables.push_back({"reach_n", {}, {}, "1", "", {7}, {}});
    result.numbers.variables.push_back({"curve_low", {"step"}, {2}, "m", "", {1, 1}, {}});
    result.numbers.variables.push_back({"step_n", {}, {}, "1", "", {2}, {}});  // a coordinate is not reduced
  }
  const auto reduced = gather(some, {"seed"}, "mean");
  std::set<std::string> names;
  for (const auto& variable : reduced.variables) CHECK_MESSAGE(names.insert(variable.name).second, variable.name);
  CHECK(reduced.at("reach_n").values == std::vector<double>{3, 3});
  CHECK(reduced.at("curve_low").dims == std::vector<std::string>{"chain", "step"});
  CHECK(reduced.at("curve_low").values[0] < 0);
  CHECK(reduced.at("step_n").values == std::vector<double>{2, 2});
  CHECK(gather(some, {"seed"}, "mean", {"reach_n"}).at("reach_n").values == std::vector<double>{7, 7});
  CHECK(gather(some, {}, "mean").at("reach_n").values == std::vector<double>(6, 7));
}

TEST_CASE("the interval covers the mean of normal samples about as often as it says") {
  std::uint64_t state = 1;
  const auto uniform = [&] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (static_cast<double>(state >> 11) + 0.5) / 9007199254740992.0;
  };
  for (const int n : {2, 3, 5, 40}) {
    CAPTURE(n);
    int covered = 0;
    for (int trial = 0; trial < 2000; ++trial) {
      std::vector<double> samples;
      for (int k = 0; k < n; ++k) {
        const double radius = std::sqrt(-2 * std::log(uniform()));
        samples.push_back(radius * std::cos(6.283185307179586 * uniform()));
      }
      const auto reduced = reduce_samples(samples, "mean");
      if (reduced.low <= 0 && reduced.high >= 0) ++covered;
    }
    // Binomial(2000, 0.95): mean 1900, sd 9.7.
    CHECK(covered >= 1900 - 40);
    CHECK(covered <= 1900 + 40);
  }
}

TEST_CASE("missing samples are left out and one sample has no interval") {
  auto some = results;
  some.resize(3);
  some[1].numbers.variables[2].values[0] = std::nan("");
  some[2].numbers.variables[2].values[0] = std::nan("");
  const auto reduced = gather(some, {"seed"}, "mean");
  CHECK(reduced.at("curve").values[0] == 1);
  CHECK(reduced.at("curve_n").values[0] == 1);
  CHECK(std::isnan(reduced.at("curve_sd").values[0]));
  CHECK(std::isnan(reduced.at("curve_low").values[0]));
}

TEST_CASE("what only some results have is missing in the others, whichever comes first") {
  for (const std::size_t without : {0U, 5U}) {
    auto some = results;
    some[without].numbers.variables.erase(some[without].numbers.variables.begin() + 1);
    const auto reach = gather(some, {}, "mean").at("reach").values;
    REQUIRE(reach.size() == 6);
    for (std::size_t k = 0; k < 6; ++k) CHECK(std::isnan(reach[k]) == (k == without));
    CHECK(reach[1] == 7);
  }
}

TEST_CASE("chosen variables come with their coordinates, and the others need not match") {
  auto some = results;
  auto& curve = some[4].numbers.variables;
  curve[0] = {"step", {"step"}, {3}, "1", "", {10, 20, 30}, {}};
  curve[2] = {"curve", {"step"}, {3}, "m", "", {5, 5, 5}, {}};
  const auto reach = gather(some, {}, "mean", {"reach"});
  CHECK(reach.at("reach").values == std::vector<double>{3, 7, 14, 10, 10, 10});
  CHECK(reach.find("step") == nullptr);
  CHECK(reach.find("curve") == nullptr);
  CHECK(reach.variables.size() == 3);  // and two axes
  const auto curves = gather(results, {}, "mean", {"curve"});
  CHECK(curves.find("reach") == nullptr);
  CHECK(curves.at("step").values == std::vector<double>{10, 20});
}

TEST_CASE("results that do not match are refused by name and place") {
  const auto message = [](std::vector<PlacedNumbers> wrong) -> std::string {
    try {
      gather(wrong, {}, "mean");
    } catch (const store::DataError& error) {
      return error.what();
    }
    return "";
  };
  auto shape = results;
  shape[4].numbers.variables[0] = {"step", {"step"}, {3}, "1", "", {10, 20, 30}, {}};
  CHECK(message(shape) == "'step' at chain=under,seed=1 has the shape (3), elsewhere (2)");
  auto coordinate = results;
  coordinate[4].numbers.variables[0].values[1] = 21;
  CHECK(message(coordinate) == "the coordinate 'step' differs at chain=under,seed=1");
  auto unit = results;
  unit[4].numbers.variables[1].unit = "m";
  CHECK(message(unit) == "'reach' at chain=under,seed=1 is in \"m\", elsewhere in \"s\"");
  auto clash = results;
  for (auto& result : clash) result.coordinates[1].first = "step";
  CHECK(message(clash) == "'curve' has a dimension 'step', and so has the sweep");
}
