// SPDX-License-Identifier: BSD-3-Clause
/// The mixture form of the score against the density it is the gradient of.
#include "simulation.hpp"

#include <doctest/doctest.h>
#include <plugin/instance.hpp>

#include <cmath>
#include <random>

using namespace reverie;
using namespace reverie::closed_forms;

namespace {

constexpr double theta = 5, sigma_s = 0.15, dt = 0.02;

Model maze(double noise) {
  return engine::test::make_model("t_maze", plugin::json::object(), "ou_score",
                                  {{"form", "mixture"}, {"theta", theta}, {"sigma_s", sigma_s}}, 2, noise);
}

struct Point {
  double x, y;
};

/// Up the stem of length 1 and then along an arm of length 1, at constant speed, at the end after 0.8 of 100 steps.
Point mean_path(int direction, int n) {
  const double way = 2 * std::min(n / 80.0, 1.0), sign = direction == 0 ? -1 : 1;
  return way <= 1 ? Point{0, way} : Point{sign * (way - 1), 1};
}

double variance_at(int n, double noise) {
  return sigma_s * sigma_s / (2 * theta) * (1 - std::exp(-2 * theta * n * dt)) + noise * noise;
}

/// ln of the mean over both directions of N(r; g_d, S), up to a constant of r.
double log_density(Point r, int n, double noise) {
  const double s = variance_at(n, noise);
  double exponent[2];
  for (int d = 0; d < 2; ++d) {
    const auto g = mean_path(d, n);
    exponent[d] = -((r.x - g.x) * (r.x - g.x) + (r.y - g.y) * (r.y - g.y)) / (2 * s);
  }
  const double top = std::max(exponent[0], exponent[1]);
  return top + std::log(std::exp(exponent[0] - top) + std::exp(exponent[1] - top));
}

/// The cell's increment at one point.
template <class Real>
Point increment(const Model& model, Point r, int n) {
  alignas(64) Real state[16] = {static_cast<Real>(r.x), static_cast<Real>(r.y)};
  alignas(64) Real out[16] = {};
  const reverie_step step{sizeof step, 1, n, n * dt, dt, dt, model.noise};
  reverie_cell_block block{};
  block.struct_size = sizeof block;
  block.dtype = std::is_same_v<Real, float> ? REVERIE_F32 : REVERIE_F64;
  block.rows = 1;
  block.units = 2;
  block.step = &step;
  block.state = {state, 16};
  block.increment = {out, 16};
  model.cell->pointwise(block);
  return {static_cast<double>(out[0]), static_cast<double>(out[1])};
}

}  // namespace

TEST_CASE("the mixture's increment is σ²Δt times the gradient of ln p") {
  const double noise = 0.02;
  const auto model = maze(noise);
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (const int n : {0, 1, 7, 40, 45, 60, 79, 80, 99, 100, 300})
    for (int k = 0; k < 20; ++k) {
      CAPTURE(n);
      // Around either path and, in every third case, between them, where both directions count.
      const double sd = std::sqrt(variance_at(n, noise));
      const auto g = mean_path(k % 2, n);
      Point r{g.x + sd * normal(random), g.y + sd * normal(random)};
      if (k % 3 == 0) r.x = 0.3 * sd * normal(random);
      const double h = 1e-4 * sd, scale = noise * noise / (2 * h);
      const double dx = scale * (log_density({r.x + h, r.y}, n, noise) - log_density({r.x - h, r.y}, n, noise));
      const double dy = scale * (log_density({r.x, r.y + h}, n, noise) - log_density({r.x, r.y - h}, n, noise));
      const auto got = increment<double>(model, r, n);
      const double size = noise * noise / sd;  // of an increment one sd away
      CHECK(std::abs(got.x - dx) <= 1e-6 * (size + std::abs(dx)));
      CHECK(std::abs(got.y - dy) <= 1e-6 * (size + std::abs(dy)));
      const auto narrow = increment<float>(model, r, n);
      CHECK(std::abs(narrow.x - got.x) <= 2e-5 * (size + std::abs(dx)));
    }
}

TEST_CASE("in the middle between the arms the directions pull with equal weight") {
  const auto model = maze(0.02);
  const double s = variance_at(90, 0.02);
  const auto pull = increment<double>(model, {0, 0.5}, 90);
  CHECK(pull.x == doctest::Approx(0).epsilon(1e-15));
  CHECK(pull.y == doctest::Approx(0.02 * 0.02 / s * 0.5).epsilon(1e-12));
}

TEST_CASE("far from both paths, and without noise, the mixture's increment stays finite") {
  for (const int n : {0, 50, 100}) {
    const auto model = maze(0.01);
    const double s = variance_at(n, 0.01);
    for (const Point r : {Point{1e6, -1e6}, Point{-1e12, 3}, Point{5, 5}}) {
      const auto wide = increment<double>(model, r, n);
      const auto narrow = increment<float>(model, r, n);
      CHECK(std::isfinite(wide.x));
      CHECK(std::isfinite(wide.y));
      CHECK(std::isfinite(narrow.x));
      CHECK(std::isfinite(narrow.y));
      // So far away only the nearest path counts (before the arms both are the same one).
      const auto g = mean_path(r.x > 0 ? 1 : 0, n);
      CHECK(wide.x == doctest::Approx(-1e-4 / s * (r.x - g.x)).epsilon(1e-9));
    }
    const auto still = increment<double>(maze(0), {0.3, 0.2}, n);
    CHECK(still.x == 0);
    CHECK(still.y == 0);
  }
}

TEST_CASE("a task without mean paths is refused by the mixture, by the parameter's name") {
  CHECK_THROWS_WITH_AS(
      engine::test::make_model("spatial_navigation", plugin::json::object(), "ou_score", {{"form", "mixture"}}, 2, 0.1),
      doctest::Contains("'form'"), Error);
  CHECK_THROWS_WITH_AS(
      engine::test::make_model("arrays_task", plugin::json::object(), "ou_score", {{"form", "mixture"}}, 2, 0.1),
      doctest::Contains("mean paths"), Error);
}
