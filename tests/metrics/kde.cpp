// SPDX-License-Identifier: BSD-3-Clause
/// The kernel density estimate against SciPy's gaussian_kde.
#include "../support/errors.hpp"
#include "../support/npy.hpp"

#include <analysis/metrics/kde.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

using namespace reverie;

namespace {

plugin::Array reference(const std::string& name) {
  return reverie::npy::read_npy(std::filesystem::path(REVERIE_TEST_DATA) / "reference" / "kde" / (name + ".npy"));
}

std::vector<double> densities_of(const std::string& samples, const std::vector<double>& points) {
  std::vector<double> result(points.size() / 2);
  kde::Density(reference(samples).values, 2, samples).evaluate(points, result);
  return result;
}

}  // namespace

TEST_CASE("densities, bandwidth and divergence at given points agree with the reference") {
  const auto points = reference("points").values;
  const auto p = densities_of("active", points), q = densities_of("quiescent", points);
  const auto expected_p = reference("active_density").values, expected_q = reference("quiescent_density").values;
  double divergence = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    CHECK(p[k] == doctest::Approx(expected_p[k]).epsilon(1e-10));
    CHECK(q[k] == doctest::Approx(expected_q[k]).epsilon(1e-10));
    divergence += std::log(std::clamp(q[k] / p[k], 1e-7, 1e7)) / static_cast<double>(p.size());
  }
  CHECK(divergence == doctest::Approx(reference("kl_at_points").values[0]).epsilon(1e-10));

  const kde::Density active(reference("active").values, 2, "active");
  const auto bandwidth = reference("active_bandwidth").values;
  for (std::size_t k = 0; k < 4; ++k)
    CHECK(active.bandwidth().values[k] == doctest::Approx(bandwidth[k]).epsilon(1e-10));
}

TEST_CASE("a density in one dimension is the sum of its kernels") {
  const std::vector<double> samples = {0.0, 1.0, 3.0};
  const kde::Density density(samples, 1, "three");
  const double variance =
      7.0 / 3 * std::pow(3.0, -2.0 / 5);  // covariance (ddof 1) of the samples times Scott's factor squared
  for (const double x : {-2.0, 0.5, 4.0}) {
    double expected = 0, value = 0;
    for (const double s : samples)
      expected += std::exp(-(x - s) * (x - s) / (2 * variance)) / (3 * std::sqrt(2 * std::numbers::pi * variance));
    density.evaluate(std::span(&x, 1), std::span(&value, 1));
    CHECK(value == doctest::Approx(expected).epsilon(1e-13));
  }
}

TEST_CASE("the vectorisable exponential is that of the library") {
  double largest = 0;
  for (double x = 0; x > -708; x -= 0.00371) {
    const double expected = std::exp(x);
    largest = reverie::worse(largest, std::abs(kde::exp_of_negative(x) - expected) / expected);
  }
  CHECK(largest < 4e-16);
  CHECK(kde::exp_of_negative(0.0) == 1.0);
  CHECK(kde::exp_of_negative(-800.0) == 0.0);
  CHECK(kde::exp_of_negative(-1e200) == 0.0);
}

TEST_CASE("draws have the samples' mean and the widened covariance") {
  const auto samples = reference("active").values;
  const kde::Density density(samples, 2, "active");
  // Over all samples with z = +-sqrt(2) e_k, four draws per sample have mean 0 and covariance I.
  double sum[2] = {}, squares[2][2] = {};
  const double r = std::sqrt(2.0);
  const double offsets[4][2] = {{r, 0}, {-r, 0}, {0, r}, {0, -r}};
  for (std::size_t j = 0; j < density.count(); ++j)
    for (const auto& z : offsets) {
      double x[2];
      density.draw(j, z, x);
      for (int a = 0; a < 2; ++a) {
        sum[a] += x[a];
        for (int b = 0; b < 2; ++b) squares[a][b] += x[a] * x[b];
      }
    }
  const auto n = static_cast<double>(density.count());
  const auto covariance = kde::covariance(samples, 2);
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t b = 0; b < 2; ++b) {
      const double found = squares[a][b] / (4 * n) - sum[a] * sum[b] / (16 * n * n);
      CHECK(found == doctest::Approx(covariance(a, b) * (n - 1) / n + density.bandwidth()(a, b)).epsilon(1e-9));
    }
}

TEST_CASE("samples without a density are refused") {
  const std::vector<double> line = {0, 0, 1, 2, 2, 4, 3, 6, 4, 8};
  CHECK_THROWS_WITH_AS(kde::Density(line, 2, "replay"), doctest::Contains("replay"), PluginFailure);
  CHECK_THROWS_AS(kde::Density(std::vector<double>(20, 0.7), 2, "point"), PluginFailure);
  CHECK_THROWS_AS(kde::Density(std::vector<double>{1, 2, 3, 5}, 2, "two"), PluginFailure);
}
