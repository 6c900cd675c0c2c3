// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <pipeline/gather.hpp>

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
  // Means of resamples of 1, 3, 8 lie between 1 and 8, those of equal numbers nowhere else.
  CHECK(reduced.at("curve_low").values[0] >= 1);
  CHECK(reduced.at("curve_low").values[0] < 4);
  CHECK(reduced.at("curve_high").values[0] > 4);
  CHECK(reduced.at("curve_high").values[0] <= 8);
  CHECK(reduced.at("curve_low").values[2] == 5);
  CHECK(reduced.at("curve_high").values[2] == 5);
  CHECK(gather(results, {"seed"}, "median").at("curve").values == std::vector<double>{3, 4, 5, 5});
}

TEST_CASE("the interval covers the mean of normal samples about as often as it says") {
  // 40 samples: the percentile bootstrap is near its nominal 95 % (it undercovers by 1 to 2 %).
  std::uint64_t state = 1;
  const auto uniform = [&] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (static_cast<double>(state >> 11) + 0.5) / 9007199254740992.0;
  };
  int covered = 0;
  constexpr int trials = 400;
  for (int t = 0; t < trials; ++t) {
    std::vector<PlacedNumbers> samples;
    for (int seed = 0; seed < 40; ++seed) {
      const double normal = std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
      store::Dataset numbers;
      numbers.variables.push_back({"x", {}, {}, "1", "", {normal}, {}});
      samples.push_back({{{"seed", seed}}, numbers});
    }
    const auto reduced = gather(samples, {"seed"}, "mean");
    if (reduced.at("x_low").values[0] <= 0 && reduced.at("x_high").values[0] >= 0) ++covered;
  }
  // Binomial(400, 0.93): sd 5.
  CHECK(covered >= 372 - 20);
  CHECK(covered <= 380 + 18);
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
