// SPDX-License-Identifier: BSD-3-Clause
/// What is no mistake of mistakes.cpp, though it looks like one: data, enumerators and types with the name of an
/// optional member, private data, classes that nothing can be derived from, units taken by auto&&.
#include "one_unit.hpp"

#include <doctest/doctest.h>

#include <reverie/cell.hpp>
#include <reverie/metric.hpp>
#include <reverie/task.hpp>

namespace {

struct Data {
  enum Site { emit, variants };
  struct uses {};
  reverie::parameter current{0.5}, memory{2}, source{1}, version{1}, doc{1}, results_revision{1};
  static constexpr double prepare = 3;
  const double& advance_vjp = prepare;

  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift = current * memory * prepare * source * version * doc * results_revision * u.drift;
  }
};

class Private final {
  reverie::parameter emit{0.5}, memory{2}, uses{3};
  double prepare() const { return uses.value; }

 public:
  void advance(auto&& u) const { u.drift = emit * memory * prepare() * u.drift; }
  void prepare() {}
};

class HalfPrivate {
  reverie::parameter projections{0.5}, step_size{2};

 public:
  static constexpr std::array slots{reverie::drive("in"), reverie::drive("out", 0, 1), reverie::output("gated")};
  void gates(auto&& u) const { u.slot[2] = projections * u.slot[0]; }
  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    u.increment = step_size * u.slot[1];
  }
};

struct ByRow {
  template <class T>
  void increment(reverie::CellRow<T> row) const {
    row.increment[0] = row.state[0];
  }
};

class Track {
  std::vector<double> landmarks, make_constants;

 public:
  reverie::TaskLayout layout() const { return {}; }
  int generate(const reverie::Constants&, const reverie::Random&, std::uint32_t, reverie::View<double>,
               reverie::View<double>) const {
    return static_cast<int>(landmarks.size() + make_constants.size());
  }
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double>, reverie::View<T>) const {}
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T>, reverie::View<double>) const {}
};

class Counted {
  int passes = 1;

 public:
  static std::vector<reverie_metric_input> inputs() { return {}; }
  static std::vector<reverie_metric_output> outputs() { return {}; }
  struct Run {
    Run(const Counted&, reverie::MetricJob&) {}
    void add(std::uint32_t, std::uint32_t, std::int64_t, const reverie::View<const double>&) {}
    void finish(std::uint32_t) {}
  };
};

/// Drift 1 after a step of a dynamics.
double advanced(const reverie_component& c) {
  void* made = nullptr;
  REQUIRE(c.create(nullptr, nullptr, nullptr, 0, sizeof(reverie_value), &made, nullptr) == REVERIE_OK);
  OneUnit unit(0, 1, 0);
  const auto* table = static_cast<const reverie_dynamics*>(c.table);
  CHECK(table->layout(made)->uses == (REVERIE_USES_ADVANCE | REVERIE_USES_NOISE_IN_VJP));
  CHECK(table->layout(made)->memory_count == 0);
  REQUIRE(table->advance(made, &unit.block, nullptr) == REVERIE_OK);
  c.destroy(made);
  return unit.drift;
}

}  // namespace

TEST_CASE("names of optional members are free for other things than functions") {
  CHECK(advanced(reverie::dynamics<Data>("data")()) == 3);
  CHECK(advanced(reverie::dynamics<Private>("private")()) == 3);
  CHECK(reverie::cell<HalfPrivate>("half_private")().kind == REVERIE_KIND_CELL);
  CHECK(reverie::cell<ByRow>("by_row")().kind == REVERIE_KIND_CELL);
  CHECK(reverie::task<Track>("track")().kind == REVERIE_KIND_TASK);
  CHECK(reverie::metric<Counted>("counted")().kind == REVERIE_KIND_METRIC);
}
