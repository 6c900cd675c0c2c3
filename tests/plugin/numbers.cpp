// SPDX-License-Identifier: BSD-3-Clause
/// The SDK's own exp, tanh and sigmoid in float against <cmath> in double, and the derivatives at kinks.
#include <doctest/doctest.h>
#include <reverie/number.hpp>
#include <reverie/vectorise.hpp>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <vector>

namespace {

/// Floats are counted in the order of the real line; the distance is in units in the last place.
std::int64_t ulps(float a, double exact) {
  const auto rank = [](float x) {
    const auto bits = std::bit_cast<std::int32_t>(x);
    return bits < 0 ? std::int64_t{std::numeric_limits<std::int32_t>::min()} - bits : std::int64_t{bits};
  };
  return std::llabs(rank(a) - rank(static_cast<float>(exact)));
}

template <class Ours, class Exact>
std::int64_t worst(double from, double to, Ours&& ours, Exact&& exact) {
  std::int64_t result = 0;
  for (double x = from; x <= to; x += 1e-4) {
    const auto argument = static_cast<float>(x);
    result = std::max(result, ulps(ours(argument), exact(static_cast<double>(argument))));
  }
  // Small arguments, on a grid of ratios.
  for (float x = 1e-20F; x < 1; x *= 1.001F)
    for (const float argument : {x, -x})
      result = std::max(result, ulps(ours(argument), exact(static_cast<double>(argument))));
  return result;
}

const auto exp_f = [](float x) { return exp(reverie::Scalar<float>(x)).value; };
const auto tanh_f = [](float x) { return tanh(reverie::Scalar<float>(x)).value; };
const auto sigmoid_f = [](float x) { return sigmoid(reverie::Scalar<float>(x)).value; };

}  // namespace

TEST_CASE("exp, tanh and sigmoid in float are within 3 ulp wherever the result is a normal number") {
  CHECK(worst(-87.29, 88.72, exp_f, [](double x) { return std::exp(x); }) <= 3);
  CHECK(worst(-100, 100, tanh_f, [](double x) { return std::tanh(x); }) <= 3);
  CHECK(worst(-87.29, 100, sigmoid_f, [](double x) { return 1 / (1 + std::exp(-x)); }) <= 3);
}

TEST_CASE("exp, tanh and sigmoid in float have the limits of the real functions, and keep NaN") {
  constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(exp_f(infinity) == infinity);
  CHECK(exp_f(89) == infinity);
  CHECK(exp_f(-infinity) == 0);
  CHECK(exp_f(0) == 1);
  CHECK(tanh_f(infinity) == 1);
  CHECK(tanh_f(-infinity) == -1);
  CHECK(tanh_f(0) == 0);
  CHECK(sigmoid_f(infinity) == 1);
  CHECK(sigmoid_f(-infinity) == 0);
  CHECK(sigmoid_f(0) == 0.5F);
  CHECK(std::isnan(exp_f(nan)));
  CHECK(std::isnan(tanh_f(nan)));
  CHECK(std::isnan(sigmoid_f(nan)));
}

TEST_CASE("functions of doubles are those of the standard library") {
  for (const double x : {-3.0, -0.1, 0.0, 1e-9, 0.7, 12.0}) {
    CHECK(exp(reverie::Scalar<double>(x)).value == std::exp(x));
    CHECK(tanh(reverie::Scalar<double>(x)).value == std::tanh(x));
  }
}

TEST_CASE("derivatives at kinks are those of PyTorch: relu'(0) = 0, abs'(0) = 0") {
  using Dual = reverie::Dual<double>;
  CHECK(relu(Dual(0.0, 1.0)).tangent == 0);
  CHECK(relu(Dual(-1.0, 1.0)).tangent == 0);
  CHECK(relu(Dual(1.0, 1.0)).tangent == 1);
  CHECK(abs(Dual(0.0, 1.0)).tangent == 0);
  CHECK(abs(Dual(-2.0, 1.0)).tangent == -1);
  CHECK(clamp(Dual(0.5, 1.0), 0.0, 1.0).tangent == 1);
  CHECK(clamp(Dual(1.5, 1.0), 0.0, 1.0).tangent == 0);
}

TEST_CASE("what is not a number stays none, as in PyTorch") {
  using Dual = reverie::Dual<double>;
  const double none = std::nan("");
  for (const auto y : {relu(Dual(none)), abs(Dual(none)), max(Dual(none), 1.0), max(Dual(1.0), none),
                       min(Dual(none), 1.0), min(Dual(1.0), none), clamp(Dual(none), 0.0, 1.0)})
    CHECK(std::isnan(y.value));
  CHECK(max(Dual(1.0), 2.0).value == 2);
  CHECK(min(Dual(1.0), 2.0).value == 1);
  CHECK(pow(Dual(0.0, 1.0), 0.0).tangent == 0);
}

TEST_CASE("log, pow, sin and cos are those of the standard library, with their derivatives") {
  using Dual = reverie::Dual<double>;
  const auto check = [](Dual got, double value, double derivative) {
    CHECK(got.value == value);
    CHECK(got.tangent == doctest::Approx(2 * derivative).epsilon(1e-14));
  };
  for (const double x : {0.3, 1.0, 7.5}) {
    const Dual u(x, 2.0);
    check(log(u), std::log(x), 1 / x);
    check(pow(u, 2.5), std::pow(x, 2.5), 2.5 * x * std::sqrt(x));
    check(sin(u), std::sin(x), std::cos(x));
    check(cos(u), std::cos(x), -std::sin(x));
    const reverie::Scalar<float> f(x);
    CHECK(log(f).value == std::log(static_cast<float>(x)));
    CHECK(pow(f, 2.5).value == std::pow(static_cast<float>(x), 2.5F));
    CHECK(sin(f).value == std::sin(static_cast<float>(x)));
    CHECK(cos(f).value == std::cos(static_cast<float>(x)));
  }
  // A threshold-power nonlinearity at its threshold.
  CHECK(pow(relu(Dual(-1.0, 1.0)), 2.0).value == 0);
  CHECK(pow(relu(Dual(-1.0, 1.0)), 2.0).tangent == 0);
}

TEST_CASE("literals and parameters take the precision of the number they meet") {
  const reverie::Scalar<float> x(0.1F);
  CHECK((reverie::parameter(0.3) * x).value == 0.3F * 0.1F);
  CHECK((1 - x).value == 1.0F - 0.1F);
  CHECK(((1 - reverie::parameter(0.3)) * x).value == static_cast<float>(1 - 0.3) * 0.1F);
}

namespace {

/// One pass over `x` of everything a pointwise function may call, with a gradient in every element.
struct EveryFunction {
  const std::vector<float>& x;
  std::vector<float>& out;
  void operator()() const {
    const float* from = x.data();
    float* to = out.data();
    const auto n = static_cast<std::int64_t>(x.size());
    REVERIE_NO_LOOP_DEPENDENCE
    for (std::int64_t i = 0; i < n; ++i) {
      const reverie::Dual<float> u(from[i], 1.0F);
      const auto y = exp(0.3 * u) * sigmoid(u) / (1 + u * u) - relu(tanh(u)) + clamp(abs(u), 0.1, 2) * sqrt(u * u + 1);
      to[i] = y.value + y.tangent;
    }
  }
};

}  // namespace

TEST_CASE("where a root has no slope, what does not depend on the argument still has a gradient") {
  using Dual = reverie::Dual<double>;
  for (const auto& root : {sqrt(Dual(0.0, 0.0)), pow(Dual(0.0, 0.0), 0.5)}) {
    CHECK(root.value == 0);
    CHECK(root.tangent == 0);
  }
  CHECK(std::isinf(sqrt(Dual(0.0, 1.0)).tangent));
  CHECK(std::isinf(pow(Dual(0.0, 1.0), 0.5).tangent));
}

TEST_CASE("max and min take a number first, too; numbers can be compared") {
  using Dual = reverie::Dual<double>;
  const Dual x(2.0, 1.0);
  CHECK(max(0, x) == x);
  CHECK(max(0, x).tangent == 1);
  CHECK(min(0, x).tangent == 0);
  CHECK(max(reverie::parameter(3), x).value == 3);
  CHECK_FALSE(reverie::Scalar<float>(1) == reverie::Scalar<float>(2));
}

TEST_CASE("every instruction set gives the same bits") {
#if defined(__x86_64__)
  std::vector<float> x;
  for (float v = -20; v < 20; v += 0.00071F) x.push_back(v);
  std::vector<float> baseline(x.size()), other(x.size());
  reverie::detail::run_baseline(EveryFunction{x, baseline});
  const auto best = reverie::best_instruction_set();
  if (best != reverie::InstructionSet::baseline) {
    reverie::detail::run_avx2(EveryFunction{x, other});
    CHECK(std::memcmp(baseline.data(), other.data(), x.size() * sizeof(float)) == 0);
  }
  if (best == reverie::InstructionSet::avx512) {
    std::fill(other.begin(), other.end(), 0.0F);
    reverie::detail::run_avx512(EveryFunction{x, other});
    CHECK(std::memcmp(baseline.data(), other.data(), x.size() * sizeof(float)) == 0);
  }
  CHECK(baseline.front() != baseline.back());
#endif
}
