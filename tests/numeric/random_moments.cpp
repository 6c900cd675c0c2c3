// SPDX-License-Identifier: BSD-3-Clause
/// Statistics of the normals against those of N(0, 1), each within five standard errors.
#include <numeric/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace reverie::numeric;

namespace {

constexpr std::int64_t units = 1000;
constexpr std::uint32_t steps = 10'000;  // 10^7 values

std::vector<double> draw(const reverie_stream& stream, std::uint32_t trial, std::uint32_t step) {
  std::vector<double> z(units);
  fill_normal(stream, trial, step, units, 1.0, z.data());
  return z;
}

/// Mean of a product of independent standard normals times the root of their number: itself standard normal.
struct Correlation {
  double sum = 0;
  double count = 0;
  void add(double a, double b) {
    sum += a * b;
    ++count;
  }
  double in_standard_errors() const { return sum / std::sqrt(count); }
};

}  // namespace

TEST_CASE("normals have the moments and tails of the standard normal") {
  const auto stream = make_stream(2024, Role::train, Purpose::awake_noise);
  double power[5] = {};
  double beyond[6] = {};
  for (std::uint32_t step = 0; step < steps; ++step)
    for (const double z : draw(stream, 0, step)) {
      double p = 1;
      for (double& sum : power) {
        sum += p;
        p *= z;
      }
      for (int sigma = 3; sigma <= 5; ++sigma)
        if (std::abs(z) > sigma) ++beyond[sigma];
    }
  const double n = power[0];
  REQUIRE(n == 1e7);
  const double mean = power[1] / n, variance = power[2] / n - mean * mean;
  const double third = power[3] / n - 3 * mean * power[2] / n + 2 * mean * mean * mean;
  const double fourth = power[4] / n - 4 * mean * power[3] / n + 6 * mean * mean * power[2] / n - 3 * std::pow(mean, 4);
  CHECK(std::abs(mean) < 5 * std::sqrt(1 / n));
  CHECK(std::abs(variance - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::abs(third / std::pow(variance, 1.5)) < 5 * std::sqrt(6 / n));
  CHECK(std::abs(fourth / (variance * variance) - 3) < 5 * std::sqrt(24 / n));
  for (int sigma = 3; sigma <= 5; ++sigma) {
    const double expected = n * std::erfc(sigma / std::sqrt(2.0));
    CHECK(std::abs(beyond[sigma] - expected) < 5 * std::sqrt(expected));
  }
}

TEST_CASE("neighbouring units, steps, trials, streams and seeds are uncorrelated") {
  const auto stream = make_stream(1, Role::train, Purpose::awake_noise);
  const auto purpose = make_stream(1, Role::train, Purpose::quiescent_noise);
  const auto role = make_stream(1, Role::evaluate, Purpose::awake_noise);
  const auto other_draw = make_stream(1, Role::train, Purpose::awake_noise, 1);
  const auto seed = make_stream(2, Role::train, Purpose::awake_noise);
  Correlation with[8];
  std::vector<double> before = draw(stream, 0, 0);
  for (std::uint32_t step = 1; step <= 1000; ++step) {
    const auto z = draw(stream, 0, step);
    const std::vector<double> others[] = {before,
                                          draw(stream, 1, step),
                                          draw(purpose, 0, step),
                                          draw(role, 0, step),
                                          draw(other_draw, 0, step),
                                          draw(seed, 0, step)};
    for (std::size_t k = 0; k < z.size(); ++k) {
      for (std::size_t o = 0; o < 6; ++o) with[o].add(z[k], others[o][k]);
      if (k > 0) with[6].add(z[k], z[k - 1]);
      // Pairs of one Box-Muller transform share a radius: their squares must be uncorrelated too.
      if (k % 2 == 1) with[7].add((z[k] * z[k] - 1) / std::sqrt(2.0), (z[k - 1] * z[k - 1] - 1) / std::sqrt(2.0));
    }
    before = z;
  }
  for (const auto& c : with) CHECK(std::abs(c.in_standard_errors()) < 5);
}
