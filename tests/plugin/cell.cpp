// SPDX-License-Identifier: BSD-3-Clause
/// Cells through the ABI: the leaky RNN, and a test plugin with two phases and a memory.
#include "blocks.hpp"

using namespace blocks;
using reverie::plugin::Cell;

namespace {

template <class T>
struct Values {
  Matrix<T> state, emitted, increment;
  std::vector<Matrix<T>> slots, memory;
  std::vector<reverie_rows> slot_rows, memory_rows;

  Values(const Cell& cell) : slots(cell.slots().size()), memory(cell.memory().size()) {}
  std::vector<Matrix<T>*> all() {
    std::vector<Matrix<T>*> list = {&state, &emitted, &increment};
    for (auto& s : slots) list.push_back(&s);
    for (auto& m : memory) list.push_back(&m);
    return list;
  }
  reverie_cell_block block(std::uint32_t phase, const reverie_step& s, bool with_emitted) {
    slot_rows.clear();
    memory_rows.clear();
    for (auto& m : slots) slot_rows.push_back(m.view());
    for (auto& m : memory) memory_rows.push_back(m.view());
    reverie_cell_block b{};
    b.struct_size = sizeof b;
    b.dtype = dtype<T>;
    b.phase = phase;
    b.rows = rows;
    b.units = units;
    b.step = &s;
    b.state = state.view();
    if (with_emitted) b.emitted = emitted.view();
    b.increment = increment.view();
    b.slots = slot_rows.data();
    b.memory = memory_rows.data();
    return b;
  }
};

Values<double> random_values(const Cell& cell, std::uint32_t seed = 1) {
  Values<double> v(cell);
  for (auto* m : v.all()) *m = random_matrix(seed++);
  return v;
}

template <class T>
void run(const Cell& cell, Values<T>& v, std::uint32_t phase, bool with_emitted = true) {
  const auto s = step();
  cell.pointwise(v.block(phase, s, with_emitted));
  for (auto* m : v.all()) CHECK(m->padding_untouched());
}

void check_gradient(const Cell& cell, std::uint32_t phase, bool with_emitted) {
  auto v = random_values(cell);
  auto d = random_values(cell, 101);
  const auto cotangents = d;
  const bool last = phase + 1 == cell.phases();

  const auto loss = [&] {
    auto out = v;
    run(cell, out, phase, with_emitted);
    double sum = 0;
    if (last) {
      sum = dot(cotangents.increment, out.increment);
      for (std::size_t m = 0; m < v.memory.size(); ++m) sum += dot(cotangents.memory[m], out.memory[m]);
    }
    for (std::size_t s = 0; s < v.slots.size(); ++s)
      if (!cell.slots()[s].is_drive && cell.slots()[s].phase == phase) sum += dot(cotangents.slots[s], out.slots[s]);
    return sum;
  };

  auto before = v;
  const auto s = step();
  auto block = before.block(phase, s, with_emitted);
  std::vector<reverie_rows> d_slots, d_memory;
  for (auto& m : d.slots) d_slots.push_back(m.view());
  for (auto& m : d.memory) d_memory.push_back(m.view());
  block.d_state = d.state.view();
  if (with_emitted) block.d_emitted = d.emitted.view();
  block.d_increment = d.increment.view();
  block.d_slots = d_slots.data();
  block.d_memory = d_memory.data();
  cell.vjp(block);

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
  if (with_emitted) expect(v.emitted, d.emitted, cotangents.emitted, true);
  for (std::size_t k = 0; k < v.slots.size(); ++k)
    if (cell.slots()[k].is_drive) expect(v.slots[k], d.slots[k], cotangents.slots[k], true);
  for (std::size_t m = 0; m < v.memory.size(); ++m) expect(v.memory[m], d.memory[m], cotangents.memory[m], !last);
}

double activation(const std::string& name, double a) {
  if (name == "relu") return a > 0 ? a : 0;
  if (name == "tanh") return std::tanh(a);
  if (name == "sigmoid") return 1 / (1 + std::exp(-a));
  return a;
}

}  // namespace

TEST_CASE("the leaky RNN is alpha (phi(drive) - r), with the leak it is given") {
  for (const std::string name : {"relu", "tanh", "sigmoid", "identity"})
    for (const std::string leak : {"standard", "none", "integrator"}) {
      INFO(name, " ", leak);
      const auto c = cell("leaky_rnn", {{"alpha", 0.3}, {"activation", name}, {"leak", leak}});
      const double alpha = leak == "none" ? 1 : 0.3, decay = leak == "integrator" ? 0 : 1;
      CHECK(c.step_size() == alpha);
      auto v = random_values(c);
      Values<float> narrow(c);
      narrow.state = v.state.as<float>();
      narrow.slots[0] = v.slots[0].as<float>();
      run(c, v, 0, false);
      run(c, narrow, 0, false);
      for (std::int64_t i = 0; i < units; ++i) {
        const double expected = alpha * (activation(name, v.slots[0].at(2, i)) - decay * v.state.at(2, i));
        CHECK(v.increment.at(2, i) == doctest::Approx(expected).epsilon(1e-14));
      }
      CHECK(relative_error(narrow.increment.as<double>(), v.increment) <= 2e-7);
    }
}

TEST_CASE("gradients of the leaky RNN agree with central differences") {
  for (const char* name : {"relu", "tanh", "sigmoid", "identity"})
    for (const char* leak : {"standard", "none", "integrator"}) {
      INFO(name, " ", leak);
      const auto c = cell("leaky_rnn", {{"alpha", 0.3}, {"activation", name}, {"leak", leak}});
      check_gradient(c, 0, false);
      check_gradient(c, 0, true);
    }
}

TEST_CASE("the leaky RNN announces its projections, and a bias only when asked for one") {
  const auto plain = cell("leaky_rnn");
  REQUIRE(plain.projections().size() == 2);
  CHECK(plain.projections()[0].name == "w_rec");
  CHECK(plain.projections()[0].source == REVERIE_SOURCE_STATE);
  CHECK(plain.projections()[1].name == "w_in");
  CHECK(plain.projections()[1].source == REVERIE_SOURCE_INPUT);
  REQUIRE(plain.slots().size() == 1);
  CHECK(plain.slots()[0].receives_current);
  CHECK(plain.phases() == 1);
  CHECK(plain.trainable());
  CHECK_FALSE(plain.state_is_output());
  const auto biased = cell("leaky_rnn", {{"bias", true}});
  REQUIRE(biased.projections().size() == 3);
  CHECK(biased.projections()[2].source == REVERIE_SOURCE_ONE);
}

TEST_CASE("a cell with two phases and a memory computes what its author wrote") {
  const auto c = cell("gated", {{"alpha", 0.5}}, TEST_PLUGIN_FOLDER);
  CHECK(c.phases() == 2);
  CHECK(c.memory() == std::vector<std::string>{"cell_state"});
  CHECK(c.slots()[3].phase == 1);
  CHECK_FALSE(c.slots()[2].is_drive);
  CHECK(c.projections()[3].source_slot == 2);
  const auto start = random_values(c);
  auto v = start;
  run(c, v, 0);
  run(c, v, 1);
  Values<float> narrow(c);
  const auto from = Values<double>(start).all();
  for (std::size_t k = 0; k < from.size(); ++k) *narrow.all()[k] = Values<double>(start).all()[k]->as<float>();
  run(c, narrow, 0);
  run(c, narrow, 1);
  const auto sigmoid = [](double a) { return 1 / (1 + std::exp(-a)); };
  for (std::int64_t i = 0; i < units; ++i) {
    const double r = start.state.at(0, i), s = start.emitted.at(0, i), m = start.memory[0].at(0, i);
    const double z = sigmoid(start.slots[0].at(0, i)), g = sigmoid(start.slots[1].at(0, i));
    const double h = std::tanh(start.slots[3].at(0, i) + m);
    CHECK(v.slots[2].at(0, i) == doctest::Approx(g * (s + m)).epsilon(1e-13));
    CHECK(v.increment.at(0, i) == doctest::Approx(0.5 * (z - 1) * (r - h)).epsilon(1e-13));
    CHECK(v.memory[0].at(0, i) == doctest::Approx(m + 0.5 * (std::exp(-m * m) * h - m * s)).epsilon(1e-13));
  }
  for (std::size_t k = 0; k < v.all().size(); ++k)
    CHECK(relative_error(narrow.all()[k]->as<double>(), *v.all()[k]) <= 4e-7);
}

TEST_CASE("gradients of both phases of a cell agree with central differences") {
  const auto c = cell("gated", {{"alpha", 0.5}}, TEST_PLUGIN_FOLDER);
  for (const std::uint32_t phase : {0U, 1U})
    for (const bool with_emitted : {false, true}) check_gradient(c, phase, with_emitted);
}

TEST_CASE("a cell whose table is shorter than this host's has no gradient") {
  reverie::plugin::Registry::instance().load(BROKEN_FOLDER "/cell_correct.so");
  const auto c = cell("cell_correct", nlohmann::json::object(), BROKEN_FOLDER);
  CHECK_FALSE(c.trainable());
  CHECK(c.step_size() == setting().dt);
}
