// SPDX-License-Identifier: BSD-3-Clause
/// Head direction: tuning and decoding against NumPy and closed forms, turns and starts against their distributions.
#include <doctest/doctest.h>

#include <limits>
#include <numbers>

#include "../support/npy.hpp"
#include "trials.hpp"

using namespace reverie;
using std::numbers::pi;
using test::decode;
using test::encode;
using test::kolmogorov;
using test::largest_difference;
using test::make_task;
using test::Trials;

namespace {

std::vector<double> reference(const std::string& name) {
  return npy::read_npy(std::filesystem::path(REVERIE_TEST_DATA) / "reference" / "head_direction_cells" /
                       (name + ".npy"))
      .values;
}

/// Angles all around the circle, neither end twice.
std::vector<double> around(std::int64_t count) {
  std::vector<double> angles;
  for (std::int64_t k = 0; k < count; ++k)
    angles.push_back(-pi + 2 * pi * static_cast<double>(k) / static_cast<double>(count));
  return angles;
}

constexpr double sd = 11.52 * 0.02;  // of a turn, rad

}  // namespace

TEST_CASE("bell tuning and decoding agree with the reference") {
  const auto preferred = reference("preferred"), angles = reference("angles"), expected = reference("activations"),
             decoded = reference("decoded_top3");
  const auto task = make_task("head_direction", {{"cells", preferred.size()}, {"spread", reference("spread")[0]}});
  const auto wide = encode<double>(task, {}, angles);
  const auto narrow = encode<float>(task, {}, angles);
  CHECK(largest_difference(wide, expected) < 1e-12);
  CHECK(largest_difference(narrow, expected) < 1e-5);
  CHECK(largest_difference(decode(task, {}, expected), decoded) < 1e-12);
  CHECK(largest_difference(decode(task, {}, narrow), decoded) < 1e-12);
  CHECK(encode<double>(task, {}, angles, REVERIE_ENCODE_START) == wide);
}

TEST_CASE("normalised von Mises tuning is a density on the circle") {
  // Peaks 1/(2π e^{-κ} I₀(κ)) from SciPy's ive.
  const std::pair<double, double> peaks[] = {
      {pi / 6, 0.7308762976977286}, {0.05, 7.976349484419735}, {10.0, 0.16075045807567095}};
  for (const auto& [spread, peak] : peaks) {
    const auto task = make_task("head_direction", {{"cells", 9}, {"spread", spread}, {"tuning", "von_mises"}});
    const auto bell = make_task("head_direction", {{"cells", 9}, {"spread", spread}});
    const std::int64_t points = 1024;  // equal weights on a circle: the error is below rounding
    const auto density = encode<double>(task, {}, around(points));
    const auto shape = encode<double>(bell, {}, around(points));
    for (std::size_t cell = 0; cell < 9; ++cell) {
      double integral = 0;
      for (std::size_t k = 0; k < static_cast<std::size_t>(points); ++k) {
        integral += density[9 * k + cell] * 2 * pi / static_cast<double>(points);
        REQUIRE(density[9 * k + cell] == doctest::Approx(peak * shape[9 * k + cell]).epsilon(1e-9));
      }
      CHECK(integral == doctest::Approx(1.0).epsilon(1e-10));
    }
    const auto narrow = encode<float>(task, {}, around(points));
    CHECK(largest_difference(narrow, density) < 1e-4 * peak);
  }
}

TEST_CASE("a decoded angle is within two thirds of a cell of the encoded one, also across the seam") {
  for (const char* tuning : {"bell", "von_mises"})
    for (const double spread : {pi / 6, 0.2}) {
      const auto task = make_task("head_direction", {{"tuning", tuning}, {"spread", spread}});
      const auto angles = around(3001);
      const auto decoded = decode(task, {}, encode<double>(task, {}, angles));
      double largest = 0;
      for (std::size_t k = 0; k < angles.size(); ++k)
        largest = std::max(largest, std::abs(std::remainder(decoded[k] - angles[k], 2 * pi)));
      CHECK(largest < 0.667 * 2 * pi / 511);
    }
}

TEST_CASE("turns are normal with 11.52 rad/s times the step, and latents their wrapped sum") {
  const Trials t("head_direction", plugin::json::object(), 1000, 100);
  std::vector<double> turns;
  double sum = 0, squares = 0;
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t n = 0; n < t.steps; ++n) {
      const double turn = t.input(trial, n);
      turns.push_back(turn);
      sum += turn;
      squares += turn * turn;
      REQUIRE(std::abs(t.latent(trial, n + 1)) <= pi);
      REQUIRE(std::abs(std::remainder(t.latent(trial, n + 1) - t.latent(trial, n) - turn, 2 * pi)) < 1e-12);
    }
  const double count = static_cast<double>(turns.size());
  CHECK(std::abs(sum / count) < 5 * sd / std::sqrt(count));
  CHECK(std::abs(squares / count / (sd * sd) - 1) < 5 * std::sqrt(2 / count));
  CHECK(kolmogorov(turns, [](double a) { return 0.5 * std::erfc(-a / (sd * std::sqrt(2.0))); }) < 2.2);
}

TEST_CASE("turns of a trial are independent of each other and of its start") {
  const Trials t("head_direction", plugin::json::object(), 2000, 50);
  double turns = 0, start[3][2] = {};
  for (std::int64_t trial = 0; trial < t.trials; ++trial) {
    for (std::int64_t n = 1; n < t.steps; ++n) turns += t.input(trial, n - 1) * t.input(trial, n) / (sd * sd);
    // Functions of start and first turn, each with mean 0 and variance 1.
    const double angle = t.latent(trial, 0), z = t.input(trial, 0) / sd;
    const double of_start[] = {angle * std::sqrt(3.0) / pi, std::sqrt(2.0) * std::cos(angle),
                               std::sqrt(2.0) * std::sin(angle)};
    const double of_turn[] = {z, (z * z - 1) / std::sqrt(2.0)};
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 2; ++b) start[a][b] += of_start[a] * of_turn[b];
  }
  CHECK(std::abs(turns) < 5 * std::sqrt(static_cast<double>(t.trials * (t.steps - 1))));
  for (const auto& row : start)
    for (const double sum : row) CHECK(std::abs(sum) < 5 * std::sqrt(static_cast<double>(t.trials)));
}

TEST_CASE("biased heads turn only counter-clockwise, as fast as unbiased ones") {
  const Trials t("head_direction", {{"biased", true}}, 1000, 100);
  std::vector<double> turns;
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t n = 0; n < t.steps; ++n) {
      REQUIRE(t.input(trial, n) >= 0);
      turns.push_back(t.input(trial, n));
    }
  CHECK(kolmogorov(turns, [](double a) { return std::erf(a / (sd * std::sqrt(2.0))); }) < 2.2);
}

TEST_CASE("heads start anywhere on the circle") {
  const Trials t("head_direction", plugin::json::object(), 10000, 1);
  std::vector<double> starts;
  for (std::int64_t trial = 0; trial < t.trials; ++trial) starts.push_back(t.latent(trial, 0));
  CHECK(*std::min_element(starts.begin(), starts.end()) >= -pi);
  CHECK(kolmogorov(starts, [](double a) { return a / (2 * pi) + 0.5; }) < 2.2);
}

TEST_CASE("turns of more than a circle are wrapped, and a head that does not turn stands still") {
  const Trials fast("head_direction", {{"turn", 5000.0}}, 20, 50);
  const Trials still("head_direction", {{"turn", 0.0}}, 5, 50);
  for (std::int64_t trial = 0; trial < 5; ++trial)
    for (std::int64_t n = 0; n <= 50; ++n) {
      REQUIRE(std::abs(fast.latent(trial, n)) <= pi);
      REQUIRE(still.latent(trial, n) == still.latent(trial, 0));
    }
}

TEST_CASE("a head-direction trial depends on its number and the stream, not on how many are asked for") {
  const auto task = make_task("head_direction");
  const auto all = task.generate({}, test::task_stream(), 10, 6, 50);
  const auto one = task.generate({}, test::task_stream(), 13, 1, 50);
  const auto step = task.generate({}, test::task_stream(), 13, 1, 1);
  CHECK(std::equal(one.latents.values.begin(), one.latents.values.end(), all.latents.values.begin() + 3 * 51));
  CHECK(std::equal(step.latents.values.begin(), step.latents.values.end(), one.latents.values.begin()));
  CHECK(task.generate({}, test::task_stream(2), 13, 1, 50).latents.values != one.latents.values);
}

TEST_CASE("of equally active directions the first count, and activity that is not a number decodes to none") {
  const auto task = make_task("head_direction", {{"cells", 9}});  // 45 degrees apart
  CHECK(decode<float>(task, {}, {1, 1, 1, 1, 1, 1, 1, 1, 1})[0] == doctest::Approx(-3 * pi / 4));
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(decode<float>(task, {}, {nan, 0, 0, 2, 3, 2, 0, nan, 0})[0] == doctest::Approx(0.0));
  CHECK(std::isnan(decode<float>(task, {}, {nan, nan, nan, nan, nan, nan, nan, 1, 2})[0]));
}

TEST_CASE("one cell works where one is decoded, and a population smaller than its decoding is refused by name") {
  CHECK(test::refuses("head_direction", {{"cells", 1}}, "decode_cells"));
  CHECK(test::refuses("head_direction", {{"cells", 8}, {"decode_cells", 9}}, "decode_cells"));
  const auto task = make_task("head_direction", {{"cells", 1}, {"decode_cells", 1}});
  const double kappa = 36 / (pi * pi);  // the cell prefers −π
  CHECK(encode<double>(task, {}, {0.0})[0] == doctest::Approx(std::exp(-2 * kappa)).epsilon(1e-12));
  CHECK(encode<double>(task, {}, {pi})[0] == doctest::Approx(1.0));
  CHECK(std::abs(decode<double>(task, {}, {0.3})[0]) == doctest::Approx(pi));
}
