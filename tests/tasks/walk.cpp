// SPDX-License-Identifier: BSD-3-Clause
/// Trajectories of spatial_navigation: distributions against closed forms, the box, the drift.
#include "trials.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace reverie;
using test::kolmogorov;
using test::make_task;
using test::task_stream;

namespace {

constexpr double pi = 3.14159265358979323846;
const plugin::json no_walls = {{"box", 1000.0}};

struct Trajectories {
  plugin::TaskBatch batch;
  std::int64_t trials, steps;

  Trajectories(const plugin::json& parameters, std::int64_t trials_, std::int64_t steps_ = 100, std::uint64_t seed = 1)
      : trials(trials_), steps(steps_) {
    const auto task = make_task("spatial_navigation", parameters);
    batch = task.generate(test::draw_constants(task), task_stream(seed), 0, trials, steps);
  }
  double position(std::int64_t trial, std::int64_t n, std::int64_t axis) const {
    return batch.latents.values[static_cast<std::size_t>((trial * (steps + 1) + n) * 2 + axis)];
  }
  double input(std::int64_t trial, std::int64_t n, std::int64_t axis) const {
    return batch.inputs.values[static_cast<std::size_t>((trial * steps + n) * 2 + axis)];
  }
};

}  // namespace

TEST_CASE("speeds are Rayleigh") {
  const Trajectories t(no_walls, 1000);
  std::vector<double> speeds;
  double sum = 0;
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t n = 0; n < t.steps; ++n) {
      speeds.push_back(std::hypot(t.input(trial, n, 0), t.input(trial, n, 1)) / 0.02);
      sum += speeds.back();
    }
  const double b = 0.26 * pi, count = static_cast<double>(speeds.size());
  CHECK(std::abs(sum / count - b * std::sqrt(pi / 2)) < 5 * b * std::sqrt((2 - pi / 2) / count));
  CHECK(kolmogorov(speeds, [b](double v) { return 1 - std::exp(-v * v / (2 * b * b)); }) < 2.2);
}

TEST_CASE("turns are normal with 11.52 rad/s times the step") {
  const Trajectories t(no_walls, 1000);
  std::vector<double> turns;
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t n = 1; n < t.steps; ++n) {
      const double before = std::atan2(t.input(trial, n - 1, 1), t.input(trial, n - 1, 0));
      const double after = std::atan2(t.input(trial, n, 1), t.input(trial, n, 0));
      turns.push_back(std::remainder(after - before, 2 * pi));
    }
  const double sd = 11.52 * 0.02, count = static_cast<double>(turns.size());
  double squares = 0;
  for (const double a : turns) squares += a * a;
  CHECK(std::abs(squares / count / (sd * sd) - 1) < 5 * std::sqrt(2 / count));
  CHECK(kolmogorov(turns, [sd](double a) { return 0.5 * std::erfc(-a / (sd * std::sqrt(2.0))); }) < 2.2);
}

TEST_CASE("speed and turn of a step are independent") {
  const Trajectories t(no_walls, 1000);
  double sum = 0, count = 0;
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t n = 1; n < t.steps; ++n) {
      const double speed = std::hypot(t.input(trial, n - 1, 0), t.input(trial, n - 1, 1)) / (0.02 * 0.26 * pi);
      const double turn = std::remainder(std::atan2(t.input(trial, n, 1), t.input(trial, n, 0)) -
                                             std::atan2(t.input(trial, n - 1, 1), t.input(trial, n - 1, 0)),
                                         2 * pi);
      sum += (speed - std::sqrt(pi / 2)) / std::sqrt(2 - pi / 2) * turn / (11.52 * 0.02);
      ++count;
    }
  CHECK(std::abs(sum / std::sqrt(count)) < 5);
}

TEST_CASE("starts are uniform in the box, or at its centre with any heading") {
  const Trajectories anywhere(no_walls, 5000, 1);
  std::vector<double> x, y, heading;
  for (std::int64_t trial = 0; trial < anywhere.trials; ++trial) {
    x.push_back(anywhere.position(trial, 0, 0));
    y.push_back(anywhere.position(trial, 0, 1));
  }
  const auto uniform = [](double s) { return std::clamp(s / 1000 + 0.5, 0.0, 1.0); };
  CHECK(kolmogorov(x, uniform) < 2.2);
  CHECK(kolmogorov(y, uniform) < 2.2);

  const Trajectories center({{"start", "center"}}, 5000, 1);
  for (std::int64_t trial = 0; trial < center.trials; ++trial) {
    // One warm-up step, of at most 6.7 scales of the Rayleigh distribution per coordinate.
    REQUIRE(std::hypot(center.position(trial, 0, 0), center.position(trial, 0, 1)) < 0.16);
    heading.push_back(std::atan2(center.position(trial, 0, 1), center.position(trial, 0, 0)));
  }
  CHECK(kolmogorov(heading, [](double a) { return a / (2 * pi) + 0.5; }) < 2.2);
}

TEST_CASE("inputs are the displacements between latents") {
  const Trajectories t({{"biased", true}}, 20);
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t n = 0; n < t.steps; ++n)
      for (std::int64_t axis = 0; axis < 2; ++axis)
        REQUIRE(t.input(trial, n, axis) == t.position(trial, n + 1, axis) - t.position(trial, n, axis));
}

TEST_CASE("walls keep the animal in the box") {
  const Trajectories t(plugin::json::object(), 3000);
  std::int64_t outside = 0;
  double farthest = 0;
  for (std::int64_t trial = 0; trial < t.trials; ++trial)
    for (std::int64_t n = 0; n <= t.steps; ++n) {
      const double beyond = std::max(std::abs(t.position(trial, n, 0)), std::abs(t.position(trial, n, 1))) - 1.1;
      if (beyond > 0) ++outside;
      farthest = std::max(farthest, beyond);
    }
  CHECK(static_cast<double>(outside) <= 0.015 * static_cast<double>(t.trials * (t.steps + 1)));
  CHECK(farthest <= 0.2);
}

TEST_CASE("the drift approaches its anchor as its recursion says") {
  // E[p_{n+1} - anchor] = (1 - 0.05) E[p_n - anchor] where headings are uniform and there are no walls.
  const double anchor[] = {0.5, -0.3};
  const Trajectories t({{"box", 1000.0}, {"start", "center"}, {"biased", true}, {"anchor", {anchor[0], anchor[1]}}},
                       4000);
  for (const std::int64_t n : {0, 10, 40, 100})
    for (std::int64_t axis = 0; axis < 2; ++axis) {
      double sum = 0, squares = 0;
      for (std::int64_t trial = 0; trial < t.trials; ++trial) {
        const double p = t.position(trial, n, axis);
        sum += p;
        squares += p * p;
      }
      const double count = static_cast<double>(t.trials), mean = sum / count;
      const double error = std::sqrt((squares / count - mean * mean) / count);
      CHECK(std::abs(mean - anchor[axis] * (1 - std::pow(0.95, static_cast<double>(n + 1)))) < 5 * error);
    }
}

TEST_CASE("biased trials stay nearer to the anchor than unbiased ones") {
  const auto mean_distance = [](bool biased) {
    const Trajectories t({{"biased", biased}}, 500);
    double sum = 0;
    for (std::int64_t trial = 0; trial < t.trials; ++trial)
      for (std::int64_t n = 50; n <= t.steps; ++n) sum += std::hypot(t.position(trial, n, 0), t.position(trial, n, 1));
    return sum / static_cast<double>(t.trials * 51);
  };
  CHECK(mean_distance(true) < 0.5 * mean_distance(false));
}

TEST_CASE("a trial depends on its number and the stream, not on how many are asked for") {
  const auto task = make_task("spatial_navigation");
  const auto constants = test::draw_constants(task);
  const auto all = task.generate(constants, task_stream(), 10, 6, 50);
  const auto one = task.generate(constants, task_stream(), 13, 1, 50);
  const auto other = task.generate(constants, task_stream(2), 13, 1, 50);
  const auto longer = task.generate(constants, task_stream(), 13, 1, 80);
  REQUIRE(one.latents.values.size() == 102);
  CHECK(std::equal(one.latents.values.begin(), one.latents.values.end(), all.latents.values.begin() + 3 * 102));
  CHECK(std::equal(one.inputs.values.begin(), one.inputs.values.end(), all.inputs.values.begin() + 3 * 100));
  CHECK(std::equal(one.latents.values.begin(), one.latents.values.end(), longer.latents.values.begin()));
  CHECK(one.latents.values != other.latents.values);
}
