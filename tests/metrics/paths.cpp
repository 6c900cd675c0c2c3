// SPDX-License-Identifier: BSD-3-Clause
/// total_variance and stepwise_distance against NumPy.
#include "../support/npy.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>

using namespace reverie;
using test::fails_naming;
using test::make_metric;
using test::Paths;
using test::run;

namespace {

plugin::Array reference(const std::string& name) {
  return reverie::npy::read_npy(std::filesystem::path(REVERIE_TEST_DATA) / "reference" / "path_statistics" /
                                (name + ".npy"));
}
Paths<double> reference_paths() {
  const auto paths = reference("paths");
  return {paths.shape, paths.values};
}
double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("total variance agrees with the reference") {
  auto paths = reference_paths();
  const auto metric = make_metric("total_variance", {{"skip", static_cast<int>(reference("variance_skip").values[0])}});
  const auto results = run(metric, {paths.source()});
  CHECK(results.at("total_variance")[0] == doctest::Approx(reference("total_variance").values[0]).epsilon(1e-12));
  REQUIRE(results.at("per_trial").size() == 8);
  CHECK(mean(results.at("per_trial")) == doctest::Approx(results.at("total_variance")[0]).epsilon(1e-12));
}

TEST_CASE("stepwise distance agrees with the reference") {
  auto paths = reference_paths();
  const auto results = run(make_metric("stepwise_distance"), {paths.source()});
  const auto expected = reference("stepwise_distance").values;
  REQUIRE(results.at("per_trial").size() == expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k)
    CHECK(results.at("per_trial")[k] == doctest::Approx(expected[k]).epsilon(1e-12));
  CHECK(results.at("stepwise_distance")[0] == doctest::Approx(mean(expected)).epsilon(1e-12));
}

TEST_CASE("a trial's statistics are those of its own path") {
  // Uniform motion along a line of unit direction (0.6, 0.8), step d: distance d, variance of the position d^2 n (n +
  // 1) / 12.
  Paths<float> paths{{2, 5, 2}, {}};
  for (int n = 0; n < 5; ++n) paths.values.insert(paths.values.end(), {7.0F, -3.0F});
  for (int n = 0; n < 5; ++n)
    paths.values.insert(paths.values.end(), {0.3F * static_cast<float>(n), 0.4F * static_cast<float>(n)});
  const auto distance = run(make_metric("stepwise_distance"), {paths.source()}).at("per_trial");
  const auto variance = run(make_metric("total_variance"), {paths.source()}).at("per_trial");
  CHECK(distance[0] == 0.0);
  CHECK(variance[0] == 0.0);
  CHECK(distance[1] == doctest::Approx(0.5).epsilon(1e-6));
  CHECK(variance[1] == doctest::Approx(0.25 * 5 * 6 / 12).epsilon(1e-6));
}

TEST_CASE("how trials are cut into chunks does not change path statistics") {
  auto paths = reference_paths();
  for (const char* id : {"total_variance", "stepwise_distance"})
    CHECK(run(make_metric(id), {paths.source(1)}) == run(make_metric(id), {paths.source(3)}));
}

TEST_CASE("missing samples are refused with trial and step") {
  auto paths = reference_paths();
  paths.values[(5 * 50 + 17) * 2 + 1] = std::numeric_limits<double>::quiet_NaN();
  for (const char* id : {"total_variance", "stepwise_distance"})
    CHECK(fails_naming([&] { run(make_metric(id), {paths.source(2)}); }, {"recording", "trial 5", "step 17"}));
}

TEST_CASE("recordings too short for the statistic are refused") {
  Paths<double> one_step{{3, 1, 2}, std::vector<double>(6)};
  auto paths = reference_paths();
  CHECK(fails_naming([&] { run(make_metric("stepwise_distance"), {one_step.source()}); }, {"two steps"}));
  CHECK(fails_naming(
      [&] {
        run(make_metric("total_variance", {{"skip", 49}}), {paths.source()});
      },
      {"50 steps", "skipping 49"}));
}
