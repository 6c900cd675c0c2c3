// SPDX-License-Identifier: BSD-3-Clause
/// Dynamics through the ABI: the bundled ones and test plugins for each form and hook.
#include "blocks.hpp"

#include <fstream>
#include <limits>

using namespace blocks;
using nlohmann::json;
using reverie::plugin::Dynamics;

namespace {

/// The values of one step.
template <class T>
struct Values {
  Matrix<T> state, emitted, drive, drift, noise;
  std::vector<Matrix<T>> memory;
  std::vector<reverie_rows> memory_rows;

  reverie_dynamics_block block(const reverie_step& s) {
    memory_rows.clear();
    for (auto& m : memory) memory_rows.push_back(m.view());
    reverie_dynamics_block b{};
    b.struct_size = sizeof b;
    b.dtype = dtype<T>;
    b.rows = rows;
    b.units = units;
    b.step = &s;
    b.state = state.view();
    b.emitted = emitted.view();
    b.drive = drive.view();
    b.drift = drift.view();
    b.noise = noise.view();
    b.memory = memory_rows.data();
    return b;
  }
  std::vector<Matrix<T>*> all() {
    std::vector<Matrix<T>*> list = {&state, &emitted, &drive, &drift, &noise};
    for (auto& m : memory) list.push_back(&m);
    return list;
  }
};

Values<double> random_values(const Dynamics& dynamics, std::uint32_t seed = 1) {
  Values<double> v;
  v.memory.resize(dynamics.memory().size());
  for (auto* m : v.all()) *m = random_matrix(seed++);
  return v;
}

template <class T>
Values<T> converted(Values<double> from) {
  Values<T> to;
  to.memory.resize(from.memory.size());
  auto target = to.all();
  const auto source = from.all();
  for (std::size_t k = 0; k < source.size(); ++k) *target[k] = source[k]->as<T>();
  return to;
}

enum class Hook { emit, current, advance };

template <class T>
void run(const Dynamics& dynamics, Hook hook, Values<T>& v) {
  const auto s = step(4);
  const auto block = v.block(s);
  if (hook == Hook::emit)
    dynamics.emit(block);
  else if (hook == Hook::current)
    dynamics.current(block);
  else
    dynamics.advance(block);
  for (auto* m : v.all()) CHECK(m->padding_untouched());
}

/// The vector-Jacobian product of a hook against central differences of <cotangent, outputs>.
void check_gradient(const Dynamics& dynamics, Hook hook) {
  auto v = random_values(dynamics);
  auto d = random_values(dynamics, 101);  // cotangents of the outputs; what is not an output starts from these numbers
  const auto cotangents = d;

  const auto loss = [&] {
    auto out = v;
    run(dynamics, hook, out);
    if (hook == Hook::emit) return dot(cotangents.emitted, out.emitted);
    if (hook == Hook::current) return dot(cotangents.drive, out.drive);
    double sum = dot(cotangents.drift, out.drift) + dot(cotangents.noise, out.noise);
    for (std::size_t m = 0; m < v.memory.size(); ++m) sum += dot(cotangents.memory[m], out.memory[m]);
    return sum;
  };

  auto before = v;
  const auto s = step(4);
  auto block = before.block(s);
  std::vector<reverie_rows> d_memory;
  for (auto& m : d.memory) d_memory.push_back(m.view());
  block.d_state = d.state.view();
  block.d_emitted = d.emitted.view();
  block.d_drive = d.drive.view();
  block.d_drift = d.drift.view();
  block.d_noise = d.noise.view();
  block.d_memory = d_memory.data();
  if (hook == Hook::emit)
    dynamics.emit_vjp(block);
  else if (hook == Hook::current)
    dynamics.current_vjp(block);
  else
    dynamics.advance_vjp(block);

  const auto expect = [&](Matrix<double>& argument, const Matrix<double>& result, const Matrix<double>& start,
                          bool adds) {
    auto expected = central_differences(argument, loss);
    if (adds)
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t i = 0; i < units; ++i) expected.at(r, i) += start.at(r, i);
    CHECK(relative_error(result, expected) <= 1e-6);
    CHECK(result.padding_untouched());
  };
  expect(v.state, d.state, cotangents.state, true);
  if (hook == Hook::emit) expect(v.emitted, d.emitted, cotangents.emitted, false);
  if (hook == Hook::advance) {
    expect(v.drift, d.drift, cotangents.drift, false);
    expect(v.noise, d.noise, cotangents.noise, false);
  }
  for (std::size_t m = 0; m < v.memory.size(); ++m)
    expect(v.memory[m], d.memory[m], cotangents.memory[m], hook != Hook::advance);
  for (auto* m : before.all()) CHECK(m->padding_untouched());
}

/// Many steps of r' = r + drift + noise with drift = drive - r/10, in the order of architecture's step, with given
/// noise.
template <class T>
std::vector<Matrix<T>> simulate(const std::vector<Dynamics>& list) {
  std::vector<Values<T>> values;
  for (const auto& d : list) {
    values.emplace_back();
    values.back().memory.resize(d.memory().size());
  }
  Matrix<T> state = random_matrix(7).as<T>();
  std::vector<Matrix<T>> path;
  for (std::int64_t n = 0; n < 60; ++n) {
    const auto s = step(n);
    auto drive = random_matrix(static_cast<std::uint32_t>(1000 + n)).as<T>();
    auto noise = random_matrix(static_cast<std::uint32_t>(2000 + n)).as<T>();
    for (std::size_t k = 0; k < list.size(); ++k) {
      if (!list[k].uses(REVERIE_USES_CURRENT)) continue;
      values[k].state = state;
      values[k].drive = drive;
      list[k].current(values[k].block(s));
      drive = values[k].drive;
    }
    Matrix<T> drift;
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < units; ++i) drift.at(r, i) = drive.at(r, i) - T(0.1) * state.at(r, i);
    for (std::size_t k = 0; k < list.size(); ++k) {
      if (!list[k].uses(REVERIE_USES_ADVANCE)) continue;
      values[k].state = state;
      values[k].drift = drift;
      values[k].noise = noise;
      list[k].advance(values[k].block(s));
      drift = values[k].drift;
      noise = values[k].noise;
    }
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < units; ++i) state.at(r, i) += drift.at(r, i) + noise.at(r, i);
    path.push_back(state);
  }
  return path;
}

template <class... More>
std::vector<Dynamics> listed(More... more) {
  std::vector<Dynamics> list;
  (list.push_back(std::move(more)), ...);
  return list;
}

}  // namespace

TEST_CASE_TEMPLATE("neutral parameters change nothing, bit for bit", T, float, double) {
  const auto reference = simulate<T>(listed(dynamics("overdamped")));
  CHECK(simulate<T>(listed(dynamics("underdamped", {{"friction", 1}}))) == reference);
  CHECK(simulate<T>(listed(dynamics("underdamped", {{"friction", 1}, {"noise", "fdt"}}))) == reference);
  CHECK(simulate<T>(listed(dynamics("adaptation", {{"strength", 0}}))) == reference);
  CHECK(simulate<T>(listed(dynamics("adaptation", {{"strength", 0}, {"site", "increment"}}))) == reference);
  CHECK(simulate<T>(listed(dynamics("adaptation", {{"strength", 0}}), dynamics("underdamped", {{"friction", 1}}))) ==
        reference);
  // The comparison can fail: other parameters give another path.
  CHECK(simulate<T>(listed(dynamics("underdamped", {{"friction", 0.9}}))) != reference);
  CHECK(simulate<T>(listed(dynamics("adaptation", {{"strength", 0.01}}))) != reference);
}

TEST_CASE_TEMPLATE("a velocity decays as (1 - friction)^n", T, float, double) {
  const auto d = dynamics("underdamped", {{"friction", 0.3}});
  Values<T> v;
  v.memory.resize(1);
  for (int n = 0; n < 20; ++n) {
    v.drift = Matrix<T>(n == 0 ? 1 : 0);
    v.noise = Matrix<T>(0);
    run(d, Hook::advance, v);
    CHECK(v.drift.at(2, 18) == doctest::Approx(std::pow(0.7, n)).epsilon(60 * std::numeric_limits<T>::epsilon()));
    CHECK(v.memory[0] == v.drift);
  }
}

TEST_CASE("fdt scales the noise that enters the velocity by the root of the friction") {
  const auto d = dynamics("underdamped", {{"friction", 0.25}, {"noise", "fdt"}});
  Values<double> v;
  v.memory.resize(1);
  v.drift = Matrix<double>(2);
  v.noise = Matrix<double>(3);
  run(d, Hook::advance, v);
  CHECK(v.drift.at(0, 0) == 2 + 0.5 * 3);
  CHECK(v.noise == Matrix<double>(0));
}

TEST_CASE("the trace of adaptation follows a constant state as strength (1 - (1 - 1/tau)^n)") {
  for (const char* site : {"preactivation", "increment"}) {
    const auto d = dynamics("adaptation", {{"strength", 0.5}, {"tau", 4}, {"site", site}});
    CHECK(d.uses(REVERIE_USES_CURRENT) == (std::string(site) == "preactivation"));
    Values<double> v;
    v.memory.resize(1);
    v.state = Matrix<double>(2);
    for (int n = 0; n < 12; ++n) {
      const double before = 0.5 * 2 * (1 - std::pow(0.75, n)), step_size = 0.2;
      v.drift = v.drive = Matrix<double>(1);
      if (d.uses(REVERIE_USES_CURRENT)) run(d, Hook::current, v);
      run(d, Hook::advance, v);
      CHECK(v.drive.at(1, 1) == doctest::Approx(d.uses(REVERIE_USES_CURRENT) ? 1 - before : 1).epsilon(1e-14));
      CHECK(v.drift.at(1, 1) ==
            doctest::Approx(d.uses(REVERIE_USES_CURRENT) ? 1 : 1 - step_size * before).epsilon(1e-14));
    }
  }
}

TEST_CASE("gradients of dynamics agree with central differences") {
  check_gradient(dynamics("underdamped", {{"friction", 0.3}}), Hook::advance);
  check_gradient(dynamics("underdamped", {{"friction", 0.3}, {"noise", "fdt"}}), Hook::advance);
  check_gradient(dynamics("adaptation", {{"strength", 0.5}}), Hook::current);
  check_gradient(dynamics("adaptation", {{"strength", 0.5}}), Hook::advance);
  check_gradient(dynamics("adaptation", {{"strength", 0.5}, {"site", "increment"}}), Hook::advance);
  for (const auto hook : {Hook::emit, Hook::current, Hook::advance})
    check_gradient(dynamics("depression", json::object(), TEST_PLUGIN_FOLDER), hook);
  check_gradient(dynamics("row_mean", json::object(), TEST_PLUGIN_FOLDER), Hook::advance);
}

TEST_CASE("emit, current and advance compute what their author wrote, in both precisions") {
  const auto d = dynamics("depression", {{"rate", 0.7}, {"gain", 0.4}}, TEST_PLUGIN_FOLDER);
  const auto start = random_values(d);
  for (const auto hook : {Hook::emit, Hook::current, Hook::advance}) {
    auto wide = start;
    auto narrow = converted<float>(start);
    run(d, hook, wide);
    run(d, hook, narrow);
    for (std::size_t k = 0; k < wide.all().size(); ++k)
      CHECK(relative_error(narrow.all()[k]->as<double>(), *wide.all()[k]) <= 2e-7);
    for (std::int64_t i = 0; i < units; ++i) {
      const double r = start.state.at(1, i), m = start.memory[0].at(1, i), s = start.emitted.at(1, i);
      const double m_after = m + 0.7 * 0.02 * (std::tanh(r) - m) + start.drift.at(1, i) * start.noise.at(1, i);
      if (hook == Hook::emit) CHECK(wide.emitted.at(1, i) == doctest::Approx(s * (1 - m) + m * m * r).epsilon(1e-14));
      if (hook == Hook::current)
        CHECK(wide.drive.at(1, i) == doctest::Approx(start.drive.at(1, i) - 0.4 * m * r).epsilon(1e-14));
      if (hook == Hook::advance) {
        CHECK(wide.memory[0].at(1, i) == doctest::Approx(m_after).epsilon(1e-14));
        CHECK(wide.drift.at(1, i) ==
              doctest::Approx(start.drift.at(1, i) + std::max(m_after, 0.1) * std::abs(r)).epsilon(1e-14));
      }
    }
  }
}

TEST_CASE("the row form sees a whole trial, and is trainable only with its own gradient") {
  const auto plain = dynamics("row_mean_plain", json::object(), TEST_PLUGIN_FOLDER);
  CHECK_FALSE(plain.trainable());
  CHECK(dynamics("row_mean", json::object(), TEST_PLUGIN_FOLDER).trainable());
  CHECK(dynamics("underdamped").trainable());
  auto v = random_values(plain);
  run(plain, Hook::advance, v);
  for (std::int64_t r = 0; r < rows; ++r) {
    double sum = 0;
    for (std::int64_t i = 0; i < units; ++i) sum += v.drift.at(r, i);
    CHECK(std::abs(sum) < 1e-12);
  }
}

TEST_CASE("the example of the header is the whole of a plugin: at most 20 lines, and it is the bundled dynamics") {
  std::ifstream source(MOMENTUM_SOURCE);
  int lines = 0;
  for (std::string line; std::getline(source, line);) lines += line.find_first_not_of(" \t") != line.npos;
  CHECK(lines > 5);
  CHECK(lines <= 20);
  CHECK(simulate<float>(listed(dynamics("momentum_example", {{"friction", 0.4}}, TEST_PLUGIN_FOLDER))) ==
        simulate<float>(listed(dynamics("underdamped", {{"friction", 0.4}}))));
}
