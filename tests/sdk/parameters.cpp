// SPDX-License-Identifier: BSD-3-Clause
/// Defaults that do not fit are refused, and the functions of a parameter are those of a number.
#include <doctest/doctest.h>

#include <cmath>
#include <reverie/dynamics.hpp>
#include <reverie/metric.hpp>
#include <string>

#include "one_unit.hpp"

namespace {

template <class P>
std::string failure() {
  reverie_error error{};
  const auto* plugin = reverie::detail::entry(&error, reverie::dynamics<P>("plugin"));
  CHECK((plugin == nullptr) == (error.code == REVERIE_INVALID));
  return error.message;
}

struct Dynamics {
  template <class Real>
  void advance(reverie::Unit<Real>&) const {}
};

struct FromOne : Dynamics {
  enum Mode { slow = 1, fast };
  Mode mode = fast;
  static auto parameters() { return reverie::parameters(reverie::choice("mode", &FromOne::mode, {"slow", "fast"})); }
};
struct FromZero : Dynamics {
  enum Mode { slow, fast };
  Mode mode = fast;
  static auto parameters() { return reverie::parameters(reverie::choice("mode", &FromZero::mode, {"slow", "fast"})); }
};

template <int rows, int columns>
struct Weights : Dynamics {
  reverie::Table weights{{1, 2, 3}, rows, columns};
  static auto parameters() { return reverie::parameters(reverie::numbers("weights", &Weights::weights)); }
};
/// What follows a number of a range would be lost.
template <char c>
struct Ranged : Dynamics {
  double x = 0.2;
  static auto parameters() {
    return reverie::parameters(reverie::number("x", &Ranged::x)
                                   .range(c == '/'   ? "(0, 1/2]"
                                          : c == '*' ? "[0, 2*pi]"
                                          : c == ',' ? "[0, 1,5]"
                                                     : "[ -1e0 , inf )"));
  }
};
/// Of what it is given it makes the drift.
struct Given : Dynamics {
  reverie::Table gains;
  reverie::parameter tau{4};
  static auto parameters() {
    return reverie::parameters(reverie::numbers("gains", &Given::gains),
                               reverie::integer("tau", &Given::tau).range("[1, inf)"));
  }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift = static_cast<double>(gains.rows) + 1 / tau;
  }
};
struct RangedText : Dynamics {
  std::string mode = "slow";
  static auto parameters() { return reverie::parameters(reverie::text("mode", &RangedText::mode).range("[0, 1]")); }
};
struct TextOfChoices : Dynamics {
  std::string mode = "slow";
  static auto parameters() {
    return reverie::parameters(reverie::text("mode", &TextOfChoices::mode).choices({"slow", "fast"}));
  }
};
struct Required : Dynamics {
  reverie::Table weights{{1, 2, 3}};
  static auto parameters() { return reverie::parameters(reverie::numbers("weights", &Required::weights).required()); }
};

}  // namespace

TEST_CASE("the default of a choice is one of them") {
  CHECK(failure<FromZero>().empty());
  CHECK(failure<FromOne>() == "the default of parameter 'mode' is 2: its enum has to count the 2 choices from 0");
}

TEST_CASE("a range is two numbers") {
  CHECK(failure<Ranged<' '>>().empty());
  CHECK(failure<Ranged<'/'>>() == "range \"(0, 1/2]\" of parameter 'x' is not an interval");
  CHECK(failure<Ranged<'*'>>() == "range \"[0, 2*pi]\" of parameter 'x' is not an interval");
  CHECK(failure<Ranged<','>>() == "range \"[0, 1,5]\" of parameter 'x' is not an interval");
}

TEST_CASE("limits go with what they limit") {
  CHECK(failure<RangedText>() == "parameter 'mode' has a range, and is no number");
  CHECK(failure<TextOfChoices>() == "parameter 'mode' has choices: reverie::choice, with an enum, has them");
}

TEST_CASE("the default of a table fills its rows and columns") {
  CHECK(failure<Weights<1, 3>>().empty());
  CHECK(failure<Weights<3, 1>>().empty());
  CHECK(failure<Required>().empty());
  CHECK(failure<Weights<2, 3>>() ==
        "the default of parameter 'weights' has 3 numbers, which do not fill rows x columns = 2 x 3");
  CHECK(failure<Weights<0, 0>>() ==
        "the default of parameter 'weights' has 3 numbers, which do not fill rows x columns = 0 x 0");
  CHECK(failure<Weights<-1, -3>>() ==
        "the default of parameter 'weights' has 3 numbers, which do not fill rows x columns = -1 x -3");
}

TEST_CASE("an empty table has no rows, and an integer parameter divides as real numbers do") {
  const auto component = reverie::dynamics<Given>("given")();
  REQUIRE(component.parameter_count == 2);
  reverie_value values[2] = {*component.parameters[0].default_value, *component.parameters[1].default_value};
  CHECK(values[1].integer == 4);
  values[0].rows = 1;  // as the host gives []
  values[1].integer = 5;
  void* made = nullptr;
  REQUIRE(component.create(nullptr, nullptr, values, 2, sizeof(reverie_value), &made, nullptr) == REVERIE_OK);
  OneUnit unit(0, 0, 0);
  const auto* table = static_cast<const reverie_dynamics*>(component.table);
  table->layout(made);
  REQUIRE(table->advance(made, &unit.block, nullptr) == REVERIE_OK);
  component.destroy(made);
  CHECK(unit.drift == 0.2);
}

TEST_CASE("a view takes one index per dimension") {
  const double numbers[] = {1, 2, 3, 4, 5, 6};
  const std::int64_t shape[] = {2, 3}, stride[] = {3, 1};
  const reverie::View<const double> x{numbers, shape, stride};
  CHECK(x(1, 2) == 6);
  CHECK_THROWS_WITH_AS(x(1), "1 indices for an array of 2 dimensions", reverie::PluginFailure);
  CHECK_THROWS_WITH_AS(x(1, 2, 0), "3 indices for an array of 2 dimensions", reverie::PluginFailure);
}

TEST_CASE("a result has no more dimensions than the interface") {
  const reverie_stream stream{};
  reverie::MetricJob job(nullptr, nullptr, &stream, nullptr, 0, 0);
  CHECK_THROWS_WITH_AS(job.emit("cube", std::vector<std::int64_t>(7, 1), std::vector<double>(1)),
                       "result 'cube' has more than 6 dimensions", reverie::PluginFailure);
}

TEST_CASE("an input that is not declared is refused") {
  const reverie_stream stream{};
  const reverie_metric_source none{sizeof none, 0, "", {}}, sources[] = {none, none};
  const reverie::MetricJob job(nullptr, nullptr, &stream, sources, sizeof *sources, 2);
  CHECK(job.shape(1).empty());
  const auto* const words = "there is no input 2: inputs() declares 2, counted from 0";
  CHECK_THROWS_WITH_AS(job.shape(2), words, reverie::PluginFailure);
  CHECK_THROWS_WITH_AS(job.unit(2), words, reverie::PluginFailure);
  CHECK_THROWS_WITH_AS(job.has(2), words, reverie::PluginFailure);
}

TEST_CASE("functions of a parameter are those of a double") {
  using reverie::parameter;
  using Real = reverie::Scalar<double>;
  for (const double a : {-800.0, -1.5, -0.0, 0.0, 0.3, 2.0, 800.0, std::nan("")}) {
    const auto same = [&](parameter got, Real expected) {
      CAPTURE(a);
      CAPTURE(got.value);
      CHECK((std::isnan(expected.value) ? std::isnan(got.value) : got.value == expected.value));
    };
    const parameter p = a;
    const Real x = a;
    same(sin(p), sin(x));
    same(cos(p), cos(x));
    same(tanh(p), tanh(x));
    same(sigmoid(p), sigmoid(x));
    same(abs(p), abs(x));
    same(relu(p), relu(x));
    same(exp(p), exp(x));
    for (const double b : {-2.0, 0.3, 1.0, std::nan("")}) {
      same(max(p, b), max(x, b));
      same(min(p, b), min(x, b));
      same(clamp(p, -1, b), clamp(x, -1, b));
      same(select(p > 0, p, b), select(x > Real(0), x, b));
    }
  }
}

TEST_CASE("functions of parameters go with numbers of either precision") {
  reverie_step s{};
  s.time = 0.25;
  const reverie::Step step(s);
  const reverie::parameter omega = 2;
  const reverie::Scalar<float> state = 3;
  const reverie::Scalar<float> got = max(state, omega) * sin(omega * step.time);
  CHECK(got.value == 3.0F * static_cast<float>(std::sin(0.5)));
}
