// SPDX-License-Identifier: BSD-3-Clause
/// explained_variance against scikit-learn, and what must not change it.
#include "../support/npy.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <numeric/threads.hpp>

#include <cmath>
#include <filesystem>

using namespace reverie;
using test::fails_naming;
using test::make_metric;
using test::normals;
using test::Paths;
using test::Recordings;
using test::run;

namespace {

plugin::Array reference(const std::string& name) {
  return npy::read_npy(std::filesystem::path(REVERIE_TEST_DATA) / "reference" / "pca" / (name + ".npy"));
}
/// 500 samples of 20 units as 10 trials of 50 steps; 50 others as 5 trials of 10 steps.
Recordings clouds() {
  Recordings r;
  r["fit.state"] = {{10, 50, 20}, reference("samples").values, "1"};
  r["project.state"] = {{5, 10, 20}, reference("held_out").values, "1"};
  return r;
}

}  // namespace

TEST_CASE("ratios, axes and projections agree with the reference") {
  auto r = clouds();
  const auto results = run(make_metric("explained_variance", {{"components", 20}}), r);
  const auto ratio = reference("explained_variance_ratio").values, variance = reference("explained_variance").values;
  const auto mean = reference("mean").values, axes = reference("components").values;
  REQUIRE(results.at("ratio").size() == 20);
  double sum = 0;
  for (std::size_t k = 0; k < 20; ++k) {
    CHECK(results.at("ratio")[k] == doctest::Approx(ratio[k]).epsilon(1e-9));
    CHECK(results.at("variance")[k] == doctest::Approx(variance[k]).epsilon(1e-9));
    CHECK(results.at("mean")[k] == doctest::Approx(mean[k]).epsilon(1e-9));
    CHECK(results.at("cumulative")[k] == doctest::Approx(sum += ratio[k]).epsilon(1e-9));
    double along = 0;  // axes are defined up to their sign
    for (std::size_t j = 0; j < 20; ++j) along += axes[k * 20 + j] * results.at("components")[k * 20 + j];
    CHECK(std::abs(along) == doctest::Approx(1).epsilon(1e-9));
  }
  const auto projected = reference("held_out_projected_abs").values;
  REQUIRE(results.at("projected").size() == projected.size());
  for (std::size_t k = 0; k < projected.size(); ++k)
    CHECK(std::abs(results.at("projected")[k]) == doctest::Approx(projected[k]).epsilon(1e-7));
  CHECK(results.at("samples")[0] == 500);
}

TEST_CASE("a recording projected on its own axes has their ratios, and only the trials asked for are kept") {
  auto r = clouds();
  r["project.state"] = r["fit.state"];
  const auto results = run(make_metric("explained_variance", {{"trials", 3}}), r);
  REQUIRE(results.at("ratio").size() == 10);
  for (std::size_t k = 0; k < 10; ++k)
    CHECK(results.at("projected_ratio")[k] == doctest::Approx(results.at("ratio")[k]).epsilon(1e-9));
  CHECK(results.at("fitted").size() == 3 * 50 * 10);
  CHECK(results.at("projected") == results.at("fitted"));

  r.erase("project.state");
  const auto single_pass = run(make_metric("explained_variance", {{"trials", 0}}), r);
  CHECK(single_pass.at("ratio") == results.at("ratio"));
  CHECK(single_pass.count("fitted") == 0);
}

TEST_CASE("mean and variance of many samples are those of all of them") {
  // One unit counts 0 ... N - 1: mean (N - 1)/2, variance (ddof 1) N (N + 1)/12; the other stays.
  Recordings r;
  auto& p = r["fit.state"];
  p = {{30, 100, 2}, {}, "1"};
  for (int n = 0; n < 3000; ++n) p.values.insert(p.values.end(), {static_cast<double>(n), 2.5});
  const auto results = run(make_metric("explained_variance"), r);
  CHECK(results.at("variance")[0] == doctest::Approx(3000.0 * 3001 / 12).epsilon(1e-12));
  CHECK(results.at("mean")[0] == doctest::Approx(2999.0 / 2).epsilon(1e-12));
  CHECK(results.at("mean")[1] == doctest::Approx(2.5).epsilon(1e-12));
  CHECK(results.at("ratio")[0] == doctest::Approx(1));
}

TEST_CASE("the variance of projected states is about their own mean, however far from that of the others") {
  for (const auto& [shift, precision] : {std::pair{3.0, 1e-9}, std::pair{1048576.0, 1e-6}}) {
    auto r = clouds();
    r["project.state"] = r["fit.state"];
    for (double& value : r["project.state"].values) value += shift;
    const auto results = run(make_metric("explained_variance"), r);
    for (std::size_t k = 0; k < 10; ++k)
      CHECK(results.at("projected_ratio")[k] == doctest::Approx(results.at("ratio")[k]).epsilon(precision));
  }
}

TEST_CASE("threads and chunks do not change principal components") {
  Recordings r;
  r["fit.state"] = normals(1, {30, 90, 150});
  const auto metric = make_metric("explained_variance");
  numeric::set_thread_count(1);
  const auto expected = run(metric, r, 30);
  for (const int threads : {2, 3}) {
    numeric::set_thread_count(threads);
    CHECK(run(metric, r, threads) == expected);
  }
}

TEST_CASE("a mean far from zero costs no digits") {
  Recordings near, far;
  near["fit.state"] = normals(1, {20, 100, 6});
  far = near;
  for (double& value : far["fit.state"].values) value += 4096;
  const auto metric = make_metric("explained_variance");
  const auto a = run(metric, near).at("variance"), b = run(metric, far).at("variance");
  for (std::size_t k = 0; k < a.size(); ++k) CHECK(b[k] == doctest::Approx(a[k]).epsilon(1e-10));
}

TEST_CASE("states without variance, or of other sizes, are refused") {
  const auto metric = make_metric("explained_variance");
  auto r = clouds();
  auto still = r;
  std::fill(still["fit.state"].values.begin(), still["fit.state"].values.end(), 0.1);
  CHECK(fails_naming([&] { run(metric, still); }, {"all samples of fit are equal"}));
  auto collapsed = r;
  collapsed["project.state"] = r["fit.state"];
  auto& states = collapsed["project.state"].values;
  const auto units = static_cast<std::size_t>(r["fit.state"].shape[2]);
  for (std::size_t k = 0; k < states.size(); ++k) states[k] = 0.1 * static_cast<double>(k % units) + 0.07;
  CHECK(fails_naming([&] { run(metric, collapsed); }, {"all samples of project are equal"}));
  auto angles = r;
  angles["fit.state"].unit = "rad";
  CHECK(fails_naming([&] { run(metric, angles); }, {"angles"}));
  auto other = r;
  other["project.state"].shape = {5, 20, 10};
  CHECK(fails_naming([&] { run(metric, other); }, {"20 and 10"}));
  CHECK(fails_naming([&] { run(make_metric("explained_variance", {{"trials", 0}}), r); }, {"project"}));
}
