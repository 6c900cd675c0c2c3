// SPDX-License-Identifier: BSD-3-Clause
/// Memory and slots that a class uses without having declared them are not numbers.
#include "one_unit.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <reverie/cell.hpp>

namespace {

struct Forgetful {
  static auto memory() { return reverie::memory("declared"); }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift = u.drift + u.memory[0];
    u.noise = u.noise + u.memory[1];
  }
};

struct ForgetfulCell {
  static constexpr std::array slots{reverie::drive("declared")};
  static auto projections() { return reverie::projections(reverie::from_state("w", 0)); }
  static auto memory() { return reverie::memory("declared"); }
  bool slot = false;
  static auto parameters() { return reverie::parameters(reverie::boolean("slot", &ForgetfulCell::slot)); }
  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    u.increment = slot ? u.slot[0] + u.slot[1] : u.slot[0] + u.memory[0];
  }
};

struct Made {
  reverie_component component;
  void* instance = nullptr;
  Made(const reverie_component& c, std::int64_t flag) : component(c) {
    reverie_value value{};
    value.struct_size = sizeof value;
    value.integer = flag;
    reverie_error error{};
    REQUIRE(c.create(nullptr, nullptr, &value, c.parameter_count, sizeof value, &instance, &error) == REVERIE_OK);
  }
  ~Made() { component.destroy(instance); }
};

const reverie_step step = [] {
  reverie_step s{};
  s.struct_size = sizeof s;
  return s;
}();

}  // namespace

TEST_CASE("memory that a dynamics did not declare is not a number") {
  const Made made(reverie::dynamics<Forgetful>("forgetful")(), 0);
  OneUnit unit(1, 2, 3);
  double declared = 4;
  const reverie_rows memory{&declared, 1};
  unit.block.memory = &memory;
  const auto* table = static_cast<const reverie_dynamics*>(made.component.table);
  REQUIRE(table->advance(made.instance, &unit.block, nullptr) == REVERIE_OK);
  CHECK(unit.drift == 6);
  CHECK(std::isnan(unit.noise));
}

TEST_CASE("slots that a cell did not declare are not numbers") {
  for (const bool undeclared : {false, true}) {
    const Made made(reverie::cell<ForgetfulCell>("forgetful")(), undeclared);
    double state = 1, declared = 2, increment = 0, kept = 3;
    const reverie_rows slot{&declared, 1}, memory{&kept, 1};
    reverie_cell_block block{};
    block.struct_size = sizeof block;
    block.dtype = REVERIE_F64;
    block.rows = block.units = 1;
    block.step = &step;
    block.state = {&state, 1};
    block.increment = {&increment, 1};
    block.slots = &slot;
    block.memory = &memory;
    const auto* table = static_cast<const reverie_cell*>(made.component.table);
    REQUIRE(table->pointwise(made.instance, &block, nullptr) == REVERIE_OK);
    CHECK((undeclared ? std::isnan(increment) : increment == 5));
  }
}
