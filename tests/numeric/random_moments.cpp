// SPDX-License-Identifier: BSD-3-Clause
/// Statistics of the normals against those of N(0, 1), each within five standard errors.
#include <numeric/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric/threads.hpp>
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

TEST_CASE("normals follow the distribution function of the standard normal everywhere") {
  std::vector<double> z;
  const auto stream = make_stream(7, Role::simulate, Purpose::quiescent_noise);
  for (std::uint32_t step = 0; step < 1000; ++step) {
    const auto row = draw(stream, 3, step);
    z.insert(z.end(), row.begin(), row.end());
  }
  std::sort(z.begin(), z.end());
  const auto n = static_cast<double>(z.size());
  double furthest = 0;  // Kolmogorov-Smirnov
  for (std::size_t k = 0; k < z.size(); ++k) {
    const double expected = std::erfc(-z[k] / std::sqrt(2.0)) / 2, below = static_cast<double>(k) / n;
    furthest = std::max({furthest, expected - below, below + 1 / n - expected});
  }
  CHECK(furthest * std::sqrt(n) < 2.23);  // exceeded with probability 1e-4
}

TEST_CASE("squares of different streams, trials and steps are uncorrelated") {
  const auto stream = make_stream(1, Role::train, Purpose::awake_noise);
  const auto purpose = make_stream(1, Role::train, Purpose::input);
  const auto square = [](double z) { return (z * z - 1) / std::sqrt(2.0); };
  Correlation with[3];
  std::vector<double> before = draw(stream, 0, 0);
  for (std::uint32_t step = 1; step <= 1000; ++step) {
    const auto z = draw(stream, 0, step), trial = draw(stream, 1, step), other = draw(purpose, 0, step);
    for (std::size_t k = 0; k < z.size(); ++k) {
      with[0].add(square(z[k]), square(before[k]));
      with[1].add(square(z[k]), square(trial[k]));
      with[2].add(square(z[k]), square(other[k]));
    }
    before = z;
  }
  for (const auto& c : with) CHECK(std::abs(c.in_standard_errors()) < 5);
}

TEST_CASE("uniforms have the mean and variance of U(0, 1) and fill its tenths evenly") {
  const auto stream = make_stream(3, Role::train, Purpose::task);
  std::vector<double> u(units);
  double sum = 0, squares = 0, tenths[10] = {};
  for (std::uint32_t step = 0; step < 1000; ++step) {
    fill_uniform(stream, 0, step, units, 1.0, u.data());
    for (const double value : u) {
      sum += value;
      squares += value * value;
      ++tenths[static_cast<int>(10 * value)];
    }
  }
  constexpr double n = 1e6;
  const double mean = sum / n, variance = squares / n - mean * mean;
  CHECK(std::abs(mean - 0.5) < 5 * std::sqrt(1 / (12 * n)));
  CHECK(std::abs(variance - 1.0 / 12) < 5 * std::sqrt(1 / (180 * n)));
  for (const double count : tenths) CHECK(std::abs(count - n / 10) < 5 * std::sqrt(n * 0.1 * 0.9));
}

TEST_CASE("values do not depend on the threads that draw them or on the order of calls") {
  const auto stream = make_stream(11, Role::train, Purpose::awake_noise);
  constexpr std::int64_t trials = 64;
  const auto drawn_with = [&](int threads) {
    set_thread_count(threads);
    std::vector<float> all(static_cast<std::size_t>(trials * units));
    parallel_items(trials, [&](int, std::int64_t item) {
      const auto trial = threads == 1 ? trials - 1 - item : item;  // alone: from the last to the first
      fill_normal(stream, static_cast<std::uint32_t>(trial), 5, units, 1.0F, all.data() + trial * units);
    });
    return all;
  };
  const auto alone = drawn_with(1);
  CHECK(drawn_with(2) == alone);
  CHECK(drawn_with(3) == alone);
}
