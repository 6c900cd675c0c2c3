// SPDX-License-Identifier: BSD-3-Clause
/// Memory and slots that a class uses without having declared them are not numbers; layouts and integers have to fit.
#include "one_unit.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <reverie/cell.hpp>
#include <reverie/task.hpp>
#include <string>

namespace {

struct Forgetful {
  static auto memory() { return reverie::memory("declared"); }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift = u.drift + u.memory[0];
    u.noise = u.noise + u.memory[1];
  }
};

/// Each hook looks at what only another one is given; `current` is a row that assigns.
struct Curious {
  template <class Real>
  void emit(reverie::Unit<Real>& u) const {
    u.emitted = u.drift;
  }
  template <class T>
  void current(reverie::Row<T>& row) const {
    for (std::size_t i = 0; i < row.state.size(); ++i) row.current[i] = 2 * row.state[i];
  }
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift = u.emitted;
    u.noise = u.current;
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

/// A plane whose third latent has no name, or a constant of eight dimensions.
struct FaultyLayout {
  std::int64_t latents = 3, dimensions = 2;
  static auto parameters() {
    return reverie::parameters(reverie::integer("latents", &FaultyLayout::latents),
                               reverie::integer("dimensions", &FaultyLayout::dimensions));
  }
  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.outputs = 1;
    l.latents = latents;
    l.latent_names = {"x", "y"};
    l.constants = {{"weights", std::vector<std::int64_t>(static_cast<std::size_t>(dimensions), 1)}};
    return l;
  }
  void make_constants(const reverie::Random&, std::vector<reverie::View<double>>&) const {}
  int generate(const reverie::Constants&, const reverie::Random&, std::uint32_t, reverie::View<double>,
               reverie::View<double>) const {
    return 0;
  }
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double>, reverie::View<T>) const {}
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T>, reverie::View<double>) const {}
};

/// An integer of one byte that says it takes any number.
struct Narrow {
  std::uint8_t delay = 1;
  static auto parameters() {
    return reverie::parameters(reverie::integer("delay", &Narrow::delay).range("(-inf, inf)"));
  }
  template <class Real>
  void advance(reverie::Unit<Real>&) const {}
};

/// What making an instance with these integers says.
std::string failure(const reverie_component& component, const std::vector<std::int64_t>& integers) {
  std::vector<reverie_value> values(integers.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k].struct_size = sizeof values[k];
    values[k].integer = integers[k];
  }
  void* instance = nullptr;
  reverie_error error{};
  const auto status = component.create(nullptr, nullptr, values.data(), static_cast<std::uint32_t>(values.size()),
                                       sizeof(reverie_value), &instance, &error);
  if (status == REVERIE_OK) component.destroy(instance);
  return status == REVERIE_OK ? "" : error.message;
}

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

TEST_CASE("what a hook is not given is not a number, and a current is added to the drive in either form") {
  const Made made(reverie::dynamics<Curious>("curious")(), 0);
  OneUnit unit(1, 2, 3);
  double emitted = 4, drive = 5;
  unit.block.emitted = {&emitted, 1};
  unit.block.drive = {&drive, 1};
  const auto* table = static_cast<const reverie_dynamics*>(made.component.table);
  REQUIRE(table->emit(made.instance, &unit.block, nullptr) == REVERIE_OK);
  CHECK(std::isnan(emitted));
  REQUIRE(table->current(made.instance, &unit.block, nullptr) == REVERIE_OK);
  CHECK(drive == 5 + 2 * 1);
  REQUIRE(table->advance(made.instance, &unit.block, nullptr) == REVERIE_OK);
  CHECK(std::isnan(unit.drift));
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

TEST_CASE("a task's layout that does not fit together is refused before anyone reads it") {
  const auto task = reverie::task<FaultyLayout>("faulty")();
  CHECK(failure(task, {2, 6}).empty());
  CHECK(failure(task, {3, 6}) == "latents is 3, and latent_names has 2");
  CHECK(failure(task, {1, 6}) == "latents is 1, and latent_names has 2");
  CHECK(failure(task, {2, 8}) == "constant 'weights' has 8 dimensions; 6 are possible");
}

TEST_CASE("an integer that its member does not hold is refused") {
  const auto narrow = reverie::dynamics<Narrow>("narrow")();
  CHECK(failure(narrow, {255}).empty());
  for (const auto value : {"256", "-1", "4294967298"})
    CHECK(failure(narrow, {std::stoll(value)}) ==
          "'delay' is " + std::string(value) + ", which its type does not hold: give it a range");
}
