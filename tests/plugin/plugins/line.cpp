// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/task.hpp>

/// A walk on a line: s_{n+1} = s_n + x_n with x ~ N(0, 1) * scale; the code is [s, s * gain], gain a drawn constant.
/// `fault` breaks the contract in one way.
struct Line {
  enum Fault { none, direction, nan, no_dt, failing, forgetful, own_length, no_constants };
  reverie::parameter scale{0.1};
  Fault fault = none;
  static auto parameters() {
    return reverie::parameters(
        reverie::number("scale", &Line::scale).range("(0, inf)").unit("m").doc("step"),
        reverie::choice("fault", &Line::fault,
                        {"none", "direction", "nan", "no_dt", "failing", "forgetful", "own_length", "no_constants"})
            .doc("what to get wrong"));
  }

  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.latents = 1;
    l.outputs = 2;
    l.steps = 7;
    l.dt = fault == no_dt ? 0 : 0.02;
    l.latent_names = {"x"};
    l.latent_unit = l.input_unit = "m";
    l.constants = {{"gain", {1}}};
    l.directions = {"to the left", "to the right"};
    l.has_endpoints = true;
    return l;
  }
  void make_constants(const reverie::Random& random, std::vector<reverie::View<double>>& constants) const {
    if (fault != no_constants) constants[0](0) = 1 + random.uniform(0, 0, 1, 1)[0];
  }
  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial, reverie::View<double> s,
               reverie::View<double> x) const {
    if (fault == failing) throw reverie::invalid("steps of this length leave the line", 0);
    const auto length = fault == own_length ? std::min<std::int64_t>(x.extent(0), 7) : x.extent(0);
    const auto draws = random.normal(trial, 0, length, 1);
    s(0, 0) = fault == nan ? std::nan("") : 0;
    for (std::int64_t n = 0; n < length; ++n) {
      x(n, 0) = scale.value * draws[static_cast<std::size_t>(n)];
      s(n + 1, 0) = s(n, 0) + x(n, 0);
    }
    return fault == direction ? 2 : static_cast<int>(trial % 2);
  }
  template <class T>
  void encode(const reverie::Constants& c, reverie::View<const double> s, reverie::View<T> a) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) {
      a(row, 0) = static_cast<T>(s(row, 0));
      a(row, 1) = static_cast<T>(s(row, 0) * c[0](0));
    }
  }
  template <class T>
  void encode_start(const reverie::Constants&, reverie::View<const double> s, reverie::View<T> a) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) a(row, 0) = static_cast<T>(s(row, 0));
  }
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T> y, reverie::View<double> s) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) s(row, 0) = static_cast<double>(y(row, 0));
  }
  void landmarks(const reverie::Constants&, reverie::View<double> endpoint, reverie::View<double>) const {
    endpoint(0, 0) = -1;
    if (fault != forgetful) endpoint(1, 0) = 1;
  }
};
REVERIE_TASK("line", Line)
