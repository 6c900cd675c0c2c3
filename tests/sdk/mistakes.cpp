// SPDX-License-Identifier: BSD-3-Clause
/// Classes that are right, and for each macro one that is wrong in a way that would leave a member without effect; it
/// has to be an error of the compiler (CMakeLists.txt).
#include <reverie/cell.hpp>
#include <reverie/dynamics.hpp>
#include <reverie/metric.hpp>
#include <reverie/task.hpp>

struct Dynamics {
  static constexpr const char* doc = "Shorter steps.";
  template <class Real>
  void advance(reverie::Unit<Real>& u) const {
    u.drift = 0.5 * u.drift;
  }
};

struct Pointwise {
  template <class Real>
  void increment(reverie::CellUnit<Real>& u) const {
    u.increment = u.slot[1];
  }
};
struct Cell : Pointwise {
  static constexpr const char* doc = "A gate.";
  static constexpr std::array slots{reverie::drive("in"), reverie::drive("out", 0, 1), reverie::output("gated")};
  static auto projections() { return reverie::projections(reverie::from_input("a", 0), reverie::from_slot("b", 2, 1)); }
  template <class Real>
  void gates(reverie::CellUnit<Real>& u) const {
    u.slot[2] = sigmoid(u.slot[0]);
  }
};

struct Task {
  static constexpr const char* doc = "Nothing moves.";
  reverie::TaskLayout layout() const { return {}; }
  int generate(const reverie::Constants&, const reverie::Random&, std::uint32_t, reverie::View<double>,
               reverie::View<double>) const {
    return 0;
  }
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double>, reverie::View<T>) const {}
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T>, reverie::View<double>) const {}
};

struct Metric {
  static constexpr const char* doc = "Measures nothing.";
  static std::vector<reverie_metric_input> inputs() { return {}; }
  static std::vector<reverie_metric_output> outputs() { return {}; }
  struct Run {
    Run(const Metric&, reverie::MetricJob&) {}
    void add(std::uint32_t, std::uint32_t, std::int64_t, const reverie::View<const double>&) {}
    void finish(std::uint32_t) {}
  };
};

#if defined MISSPELT
struct Wrong {
  template <class Real>
  void advence(reverie::Unit<Real>&) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined ADVANCE_NOT_CONST
struct Wrong {
  template <class Real>
  void advance(reverie::Unit<Real>&) {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined ADVANCE_NOT_CONST_BESIDE_PRIVATE_DATA
class Wrong {
  int steps = 1;

 public:
  template <class Real>
  void advance(reverie::Unit<Real>& u) {
    u.drift *= steps;
  }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined ADVANCE_BY_VALUE
struct Wrong {
  template <class Real>
  void advance(reverie::Unit<Real>) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined ADVANCE_PRIVATE
class Wrong {
  template <class Real>
  void advance(reverie::Unit<Real>&) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined ADVANCE_NO_TEMPLATE
struct Wrong {
  void advance(reverie::Unit<double>&) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined CURRENT_NO_TEMPLATE
struct Wrong : Dynamics {
  void current(reverie::Unit<double>&) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined EMIT_OF_TWO_UNITS
struct Wrong : Dynamics {
  template <class Real>
  void emit(reverie::Unit<Real>&, reverie::Unit<Real>&) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined VJP_WITHOUT_ROW
struct Wrong {
  template <class T>
  void advance(reverie::Row<T>&) const {}
  template <class T>
  void advance_vjp(reverie::RowGradient<T>&) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined USES_NOT_CONST
struct Wrong : Dynamics {
  std::uint32_t uses() { return reverie::uses_advance; }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined MEMORY_NOT_STATIC
struct Wrong : Dynamics {
  auto memory() const { return reverie::memory("trace"); }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined PREPARE_NOT_CONST
struct Wrong : Dynamics {
  void prepare(reverie_setting&) {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined PARAMETERS_NOT_STATIC
struct Wrong : Dynamics {
  double rate = 1;
  auto parameters() { return reverie::parameters(reverie::number("rate", &Wrong::rate)); }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined DOC_NOT_STATIC
struct Wrong : Dynamics {
  const char* doc() const { return "A function."; }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined NUMBER_OF_AN_INTEGER
struct Wrong : Dynamics {
  int delay = 3;
  static auto parameters() { return reverie::parameters(reverie::number("delay", &Wrong::delay)); }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined INCREMENT_NOT_CONST
struct Wrong : Cell {
  template <class Real>
  void increment(reverie::CellUnit<Real>&) {}
};
REVERIE_CELL("wrong", Wrong)
#elif defined INCREMENT_BY_VALUE
struct Wrong : Cell {
  template <class Real>
  void increment(reverie::CellUnit<Real>) const {}
};
REVERIE_CELL("wrong", Wrong)
#elif defined INCREMENT_OF_A_VARIANT_BY_VALUE
struct Variant : Cell {
  template <class Real>
  void increment(reverie::CellUnit<Real>) const {}
};
struct Wrong : Cell {
  template <class Body>
  void variants(Body&& body) const {
    body(Variant());
  }
};
REVERIE_CELL("wrong", Wrong)
#elif defined GATES_BY_VALUE
struct Wrong : Cell {
  template <class Real>
  void gates(reverie::CellUnit<Real>) const {}
};
REVERIE_CELL("wrong", Wrong)
#elif defined GATES_NOT_CONST
struct Wrong : Cell {
  template <class Real>
  void gates(reverie::CellUnit<Real>&) {}
};
REVERIE_CELL("wrong", Wrong)
#elif defined VARIANTS_NOT_CONST
struct Wrong : Cell {
  template <class Body>
  void variants(Body&& body) {
    body(Cell());
  }
};
REVERIE_CELL("wrong", Wrong)
#elif defined PROJECTIONS_NOT_CONST
struct Wrong : Cell {
  auto projections() { return Cell::projections(); }
};
REVERIE_CELL("wrong", Wrong)
#elif defined STEP_SIZE_NOT_CONST
struct Wrong : Cell {
  double step_size() { return 0.5; }
};
REVERIE_CELL("wrong", Wrong)
#elif defined SLOTS_NOT_STATIC
struct Wrong : Pointwise {
  auto slots() const { return Cell::slots; }
};
REVERIE_CELL("wrong", Wrong)
#elif defined NINE_SLOTS
struct Wrong : Cell {
  static constexpr std::array<decltype(Cell::slots)::value_type, 9> slots{};
};
REVERIE_CELL("wrong", Wrong)
#elif defined VJP_OF_A_UNIT
struct Wrong : Dynamics {
  template <class T>
  void advance_vjp(reverie::Row<T>&, reverie::RowGradient<T>&) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined GATES_WITHOUT_PHASE
struct Wrong : Pointwise {
  static constexpr std::array slots{reverie::drive("in"), reverie::drive("out", 1)};
  template <class Real>
  void gates(reverie::CellUnit<Real>&) const {}
};
REVERIE_CELL("wrong", Wrong)
#elif defined SLOTS_A_FUNCTION
struct Wrong : Pointwise {
  static auto slots() { return Cell::slots; }
};
REVERIE_CELL("wrong", Wrong)
#elif defined GENERATE_NOT_CONST
struct Wrong : Task {
  int generate(const reverie::Constants&, const reverie::Random&, std::uint32_t, reverie::View<double>,
               reverie::View<double>) {
    return 0;
  }
};
REVERIE_TASK("wrong", Wrong)
#elif defined ENCODE_OF_FLOAT
struct Wrong : Task {
  void encode(const reverie::Constants&, reverie::View<const double>, reverie::View<float>) const {}
};
REVERIE_TASK("wrong", Wrong)
#elif defined DECODE_NOT_CONST
struct Wrong : Task {
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T>, reverie::View<double>) {}
};
REVERIE_TASK("wrong", Wrong)
#elif defined TASK_PREPARED_FOR_A_NETWORK
struct Wrong : Task {
  void prepare(const reverie_setting&) {}
};
REVERIE_TASK("wrong", Wrong)
#elif defined OUTPUTS_NOT_CONST
struct Wrong : Metric {
  std::vector<reverie_metric_output> outputs() { return {}; }
};
REVERIE_METRIC("wrong", Wrong)
#elif defined RUN_WITHOUT_FINISH
struct Wrong : Metric {
  struct Run {
    Run(const Wrong&, reverie::MetricJob&) {}
    void add(std::uint32_t, std::uint32_t, std::int64_t, const reverie::View<const double>&) {}
  };
};
REVERIE_METRIC("wrong", Wrong)
#elif defined METRIC_PREPARED_FOR_A_NETWORK
struct Wrong : Metric {
  void prepare(const reverie_setting&) {}
};
REVERIE_METRIC("wrong", Wrong)
#elif defined STATE_IS_OUTPUT_NOT_STATIC
struct Wrong : Cell {
  bool state_is_output() const { return true; }
};
REVERIE_CELL("wrong", Wrong)
#elif defined LAYOUT_NOT_CONST
struct Wrong : Task {
  reverie::TaskLayout layout() { return {}; }
};
REVERIE_TASK("wrong", Wrong)
#elif defined MAKE_CONSTANTS_OF_CONSTANTS
struct Wrong : Task {
  void make_constants(const reverie::Random&, const reverie::Constants&) const {}
};
REVERIE_TASK("wrong", Wrong)
#elif defined ENCODE_START_NOT_CONST
struct Wrong : Task {
  template <class T>
  void encode_start(const reverie::Constants&, reverie::View<const double>, reverie::View<T>) {}
};
REVERIE_TASK("wrong", Wrong)
#elif defined ENCODE_START_OF_DOUBLE
struct Wrong : Task {
  void encode_start(const reverie::Constants&, reverie::View<const double>, reverie::View<double>) const {}
};
REVERIE_TASK("wrong", Wrong)
#elif defined LANDMARKS_WITHOUT_PATHS
struct Wrong : Task {
  void landmarks(const reverie::Constants&, reverie::View<double>) const {}
};
REVERIE_TASK("wrong", Wrong)
#elif defined PASSES_NOT_CONST
struct Wrong : Metric {
  std::uint32_t passes() { return 2; }
};
REVERIE_METRIC("wrong", Wrong)
#elif defined PASSES_A_NUMBER
struct Wrong : Metric {
  static constexpr std::uint32_t passes = 2;
};
REVERIE_METRIC("wrong", Wrong)
#elif defined USES_A_NUMBER
struct Wrong : Dynamics {
  static constexpr std::uint32_t uses = reverie::uses_advance;
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined MEMORY_WITHOUT_ADVANCE
struct Wrong {
  static auto memory() { return reverie::memory("trace"); }
  template <class Real>
  void current(reverie::Unit<Real>& u) const {
    u.memory[0] += u.state;
    u.current = u.memory[0];
  }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined STEP_SIZE_A_PARAMETER
struct Wrong : Cell {
  reverie::parameter step_size{0.2};
};
REVERIE_CELL("wrong", Wrong)
#elif defined ROWS_IN_TWO_PHASES
struct Wrong {
  static constexpr std::array slots{reverie::drive("in"), reverie::drive("out", 0, 1)};
  template <class T>
  void increment(reverie::CellRow<T>&) const {}
};
REVERIE_CELL("wrong", Wrong)
#elif defined GATES_OF_A_VARIANT_WITHOUT_PHASE
struct Variant : Pointwise {
  template <class Real>
  void gates(reverie::CellUnit<Real>&) const {}
};
struct Wrong : Pointwise {
  static constexpr std::array slots{reverie::drive("in"), reverie::drive("out", 1)};
  template <class Body>
  void variants(Body&& body) const {
    body(Variant());
  }
};
REVERIE_CELL("wrong", Wrong)
#elif defined ADVANCE_RETURNS
struct Wrong {
  template <class Real>
  Real advance(reverie::Unit<Real>& u) const {
    return u.drift * 2;
  }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined EMIT_RETURNS_BESIDE_PRIVATE_DATA
class Wrong : public Dynamics {
  double gain = 2;

 public:
  template <class Real>
  Real emit(reverie::Unit<Real>& u) const {
    return gain * u.emitted;
  }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined CURRENT_OF_A_ROW_RETURNS
struct Wrong : Dynamics {
  template <class T>
  T current(reverie::Row<T>& row) const {
    return row.state[0];
  }
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined ADVANCE_IN_TWO_FORMS
struct Wrong : Dynamics {
  using Dynamics::advance;
  template <class T>
  void advance(reverie::Row<T>&) const {}
};
REVERIE_DYNAMICS("wrong", Wrong)
#elif defined INCREMENT_RETURNS
struct Wrong : Cell {
  template <class Real>
  Real increment(reverie::CellUnit<Real>& u) const {
    return u.slot[1];
  }
};
REVERIE_CELL("wrong", Wrong)
#elif defined GATES_RETURNS
struct Wrong : Cell {
  template <class Real>
  Real gates(reverie::CellUnit<Real>& u) const {
    return u.slot[0];
  }
};
REVERIE_CELL("wrong", Wrong)
#elif defined INCREMENT_OF_A_ROW_RETURNS
struct Wrong {
  template <class T>
  T increment(reverie::CellRow<T>& row) const {
    return row.state[0];
  }
};
REVERIE_CELL("wrong", Wrong)
#elif defined INCREMENT_IN_TWO_FORMS
struct Wrong : Pointwise {
  using Pointwise::increment;
  template <class T>
  void increment(reverie::CellRow<T>&) const {}
};
REVERIE_CELL("wrong", Wrong)
#else
REVERIE_EXPORT(reverie::dynamics<Dynamics>("right"), reverie::cell<Cell>("right"), reverie::task<Task>("right"),
               reverie::metric<Metric>("right"))
#endif
