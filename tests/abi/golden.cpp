// SPDX-License-Identifier: BSD-3-Clause
/// The golden plugin (golden/, C99 against the frozen header of 1.0) in a host: every kind, slot and service, against
/// the formulas that its files open with.
#include <doctest/doctest.h>

#include <cstdlib>

#include <plugin/instance.hpp>

using namespace reverie::plugin;

namespace {

constexpr std::int64_t rows = 2, units = 3, stride = 16;
const reverie_stream stream{7, 3, 0};

reverie_setting setting() {
  reverie_setting s{};
  s.struct_size = sizeof s;
  s.units = units;
  s.inputs = s.outputs = 1;
  s.steps = 20;
  s.dt = 0.02;
  s.sigma = 0.1;
  return s;
}

const char* golden() { return std::getenv("GOLDEN_PLUGIN"); }

template <class Wrapper>
Wrapper make(Kind kind, const std::string& id, const json& given = json::object()) {
  Registry::instance().load(golden());
  const auto& component = Registry::instance().find(kind, id);
  const auto checked = check_parameters(component.schema, given);
  REQUIRE(checked.problems.empty());
  if constexpr (std::is_constructible_v<Wrapper, const Component&, const json&>)
    return Wrapper(component, checked.values);
  else
    return Wrapper(component, checked.values, setting());
}

/// [rows, units], filled with start, start + 1, ...; the first and the last entry are looked at.
template <class T>
struct Matrix {
  alignas(64) T values[rows * stride] = {};
  explicit Matrix(double start) {
    for (std::int64_t b = 0; b < rows; ++b)
      for (std::int64_t i = 0; i < units; ++i) values[b * stride + i] = static_cast<T>(start + double(b * units + i));
  }
  reverie_rows view() { return {values, stride}; }
  double first() const { return static_cast<double>(values[0]); }
  double last() const { return static_cast<double>(values[(rows - 1) * stride + units - 1]); }
};

template <class Block>
Block block_of(std::int32_t dtype, const reverie_step& step) {
  Block block{};
  block.struct_size = sizeof block;
  block.dtype = dtype;
  block.rows = rows;
  block.units = units;
  block.step = &step;
  return block;
}

template <class T>
constexpr std::int32_t dtype_of = sizeof(T) == 4 ? REVERIE_F32 : REVERIE_F64;

}  // namespace

TEST_CASE_TEMPLATE("the golden cell computes and differentiates both phases", T, float, double) {
  const auto cell = make<Cell>(Kind::cell, "golden_cell", {{"alpha", 0.5}});
  CHECK(cell.phases() == 2);
  CHECK(cell.trainable());
  CHECK(cell.step_size() == 0.25);
  CHECK(cell.memory() == std::vector<std::string>{"trace"});
  REQUIRE(cell.slots().size() == 3);
  CHECK(cell.slots()[2].receives_current);
  REQUIRE(cell.projections().size() == 4);
  CHECK(cell.projections()[2].name == "w_gated");

  reverie_step step{};
  step.struct_size = sizeof step;
  Matrix<T> state(1), gate(10), gated(0), candidate(20), increment(0), trace(8);
  const reverie_rows slots[] = {gate.view(), gated.view(), candidate.view()}, memory[] = {trace.view()};
  auto block = block_of<reverie_cell_block>(dtype_of<T>, step);
  block.state = state.view();
  block.slots = slots;
  block.memory = memory;
  cell.pointwise(block);
  CHECK(gated.first() == 10);     // 10 * 1
  CHECK(gated.last() == 15 * 6);  // gate 10 + 5, state 1 + 5

  Matrix<T> d_state(100), d_gate(200), d_gated(2), d_candidate(300), d_increment(4), d_trace(6);
  const reverie_rows d_slots[] = {d_gate.view(), d_gated.view(), d_candidate.view()}, d_memory[] = {d_trace.view()};
  block.d_state = d_state.view();
  block.d_slots = d_slots;
  block.d_memory = d_memory;
  cell.vjp(block);
  CHECK(d_gate.first() == 200 + 2 * 1);
  CHECK(d_state.first() == 100 + 2 * 10);

  block.phase = 1;
  block.increment = increment.view();
  block.d_increment = d_increment.view();
  cell.vjp(block);
  CHECK(d_candidate.first() == 300 + 0.5 * 4);
  CHECK(d_state.first() == 120 + 6 - 0.5 * 4);
  CHECK(d_trace.first() == 6 / 2.0 + 4 * 0.125);
  cell.pointwise(block);
  CHECK(increment.first() == 0.5 * (20 - 1) + 0.125 * 8);
  CHECK(increment.last() == 0.5 * (25 - 6) + 0.125 * 13);
  CHECK(trace.first() == 8 / 2.0 + 1);
}

TEST_CASE("the golden cell's schema is checked, and its refusal names the parameter") {
  Registry::instance().load(golden());
  const auto& schema = Registry::instance().find(Kind::cell, "golden_cell").schema;
  REQUIRE(schema.size() == 7);
  CHECK(schema[6].default_value == json({{1, 2}, {3, 4}}));
  CHECK(check_parameters(schema, {{"alpha", 0}}).problems.at(0).message == "must be a number in (0, 1], not 0");
  CHECK_THROWS_WITH(make<Cell>(Kind::cell, "golden_cell", {{"count", 9}}),
                    "cell 'golden_cell': create failed: parameter 'count': 9 is too many for this network");
}

TEST_CASE_TEMPLATE("the golden dynamics' three hooks and their gradients", T, float, double) {
  const auto dynamics = make<Dynamics>(Kind::dynamics, "golden_dynamics", {{"friction", 0.25}});
  CHECK(dynamics.trainable());
  CHECK(dynamics.uses(REVERIE_USES_EMIT | REVERIE_USES_CURRENT | REVERIE_USES_ADVANCE));
  reverie_step step{};
  step.struct_size = sizeof step;
  Matrix<T> state(8), emitted(3), drive(5), drift(1), noise(2), v(4);
  Matrix<T> d_state(0), d_emitted(6), d_drive(8), d_drift(10), d_noise(3), d_v(20);
  const reverie_rows memory[] = {v.view()}, d_memory[] = {d_v.view()};
  auto block = block_of<reverie_dynamics_block>(dtype_of<T>, step);
  block.state = state.view();
  block.memory = memory;
  block.emitted = emitted.view();
  dynamics.emit(block);
  CHECK(emitted.first() == 3 + 4 / 2.0);
  block.drive = drive.view();
  dynamics.current(block);
  CHECK(drive.first() == 5 - 0.25 * 4);

  block.d_memory = d_memory;
  block.d_emitted = d_emitted.view();
  dynamics.emit_vjp(block);
  CHECK(d_v.first() == 20 + 6 / 2.0);
  block.d_drive = d_drive.view();
  dynamics.current_vjp(block);
  CHECK(d_v.first() == 23 - 0.25 * 8);
  block.d_state = d_state.view();
  block.d_drift = d_drift.view();
  block.d_noise = d_noise.view();
  dynamics.advance_vjp(block);
  CHECK(d_state.first() == (21 + 10) / 8.0);
  CHECK(d_drift.first() == 31);
  CHECK(d_noise.first() == 31);
  CHECK(d_v.first() == 0.75 * 31);

  block.drift = drift.view();
  block.noise = noise.view();
  dynamics.advance(block);
  CHECK(drift.first() == 0.75 * 4 + 1 + 2 + 8 / 8.0);
  CHECK(v.first() == drift.first());
  CHECK(noise.last() == 0);
}

TEST_CASE("the golden task draws constants and trials, encodes, decodes and has landmarks") {
  const auto task = make<Task>(Kind::task, "golden_task");
  CHECK(task.directions() == std::vector<std::string>{"up", "down"});
  const auto constants = task.make_constants(stream);
  const double gain = constants.at(0).value.values.at(0);
  CHECK(gain >= 1);
  CHECK(gain < 2);
  const auto batch = task.generate(constants, stream, 1, 2, 20);
  CHECK(batch.directions.values == std::vector<double>{1, 0});
  CHECK(batch.latents.values[1] == batch.latents.values[0] + batch.inputs.values[0]);
  std::vector<float> activity(2);
  const std::int64_t shape[] = {2, 1};
  Array two({2, 1});
  two.values = {0.5, -2};
  for (const auto what : {REVERIE_ENCODE_START, REVERIE_ENCODE_TARGET}) {
    task.encode(constants, what, two.tensor(), tensor_of(activity.data(), shape));
    CHECK(activity[1] == static_cast<float>(gain * -2));
  }
  Array back({2, 1});
  task.decode(constants, tensor_of(activity.data(), shape), back.tensor());
  CHECK(back.values[0] == doctest::Approx(0.5));
  const auto [endpoint, mean_path] = task.landmarks(constants, 10);
  CHECK(endpoint.values[1] == doctest::Approx(0.4));
  CHECK(mean_path.values[10] == doctest::Approx(0.6));
}

TEST_CASE("the golden metric uses every service of the host") {
  const auto metric = make<Metric>(Kind::metric, "golden_metric");
  std::vector<std::string> lines;
  set_log_sink([&](int, const std::string& line) { lines.push_back(line); });
  std::vector<double> path = {1, 3, 5, 7, 9, 11, 1, 3}, ends = {2, 4, 6, 8};  // [2, 2, 2]
  const auto source = [](std::vector<double>& values, std::vector<std::int64_t> shape, std::int64_t chunk) {
    Metric::Source made;
    made.shape = shape;
    made.given = true;
    made.chunk_trials = chunk;
    made.unit = "m";
    made.read = [&values, shape](std::int64_t first, std::int64_t count) mutable {
      std::int64_t row = 1;
      for (std::size_t k = 1; k < shape.size(); ++k) row *= shape[k];
      shape[0] = count;
      return tensor_of(values.data() + first * row, shape);
    };
    return made;
  };
  const auto results = metric.run({source(path, {2, 2, 2}, 1), source(ends, {2, 2}, 2)}, stream);
  set_log_sink(nullptr);
  REQUIRE(results.size() == 3);
  CHECK(results[0].value.values == std::vector<double>{5});
  CHECK(results[1].value.values == std::vector<double>{(16 + 0 + 16 + 16) / 4.0, (4 + 4 + 36 + 4) / 4.0});
  CHECK(results[2].value.values == std::vector<double>{5});
  CHECK(lines == std::vector<std::string>{"host 1." + std::to_string(REVERIE_ABI_MINOR) + ", unit m"});
}
