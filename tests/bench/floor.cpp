// SPDX-License-Identifier: BSD-3-Clause
/// The product floor does the engine's products: as many operations as the engine and as the closed formula.
#include <bench/floor.hpp>
#include <bench/train.hpp>
#include <bench/workload.hpp>
#include <engine/simulator.hpp>
#include <engine/trainer.hpp>

#include <doctest/doctest.h>

using namespace reverie;

namespace {

constexpr std::int64_t units = 24, outputs = 20, inputs = 2;
constexpr std::int64_t trials = 30, rows = 50;                // two shards of 25 rows
constexpr std::int64_t steps = 13 * engine::chunk_steps + 3;  // whole chunks and a part of one

bench::Options bundled() {
  bench::Options options;
  options.search.bundled = {REVERIE_PLUGIN_FOLDER};
  return options;
}

bench::Workload workload(const std::string& cell) {
  return {"spatial_navigation", cell, units, 0.2, 0.01, outputs, trials, steps};
}

template <class Body>
std::uint64_t operations_of(Body&& body) {
  const auto before = numeric::product_operations();
  body();
  return numeric::product_operations() - before;
}

/// `recurrent` matrices [N, N] and `from_input` matrices [N, I]. Each state, read-out and recurrent product has a
/// transposed one and one for the weights' gradient; inputs and starts need no gradient.
std::uint64_t training_formula(std::int64_t recurrent, std::int64_t from_input) {
  const auto per_step = 3 * (recurrent * units * units + units * outputs) + 2 * from_input * units * inputs;
  return static_cast<std::uint64_t>(2 * rows * (steps * per_step + 2 * units * outputs));
}

void check_training(const std::string& cell, std::uint64_t formula) {
  const auto plan = bench::training_of(bundled(), workload(cell));
  const auto model = bench::model_of(plan.model);
  auto training = plan.options;
  training.batches = 1;
  engine::TrainingState start;
  start.weights = engine::initial_weights(model, 0);
  CHECK(operations_of([&] { engine::train(model, training, start, [](const auto&) { return true; }); }) == formula);
  bench::TrainingFloor floor(model, training);
  CHECK(operations_of([&] { floor.run(); }) == formula);
}

}  // namespace

TEST_CASE("the floor of a training batch does the products of the engine") {
  check_training("leaky_rnn", training_formula(1, 1));
  check_training("gru", training_formula(3, 3));
}

TEST_CASE("the floor of a simulation does the products of the engine") {
  const auto plan = bench::simulation_of(bundled(), workload("gru"), "");
  const auto& work = std::get<pipeline::SimulateStage>(plan.stages.at(0).work);
  const auto model = bench::model_of(work.model);
  const auto weights = engine::initial_weights(model, 0);
  constexpr auto read_out_steps = 14 * engine::chunk_steps;  // the read-out of a simulation works on whole chunks
  const auto formula = static_cast<std::uint64_t>(
      2 * rows * (steps * 3 * units * units + read_out_steps * units * outputs + units * outputs));
  CHECK(operations_of([&] {
          engine::simulate(
              model, weights, work.options, [](const auto&...) {}, [](std::int64_t) { return true; });
        }) == formula);
  bench::SimulationFloor floor(model, work.options);
  CHECK(operations_of([&] { floor.run(); }) == formula);
}

TEST_CASE("the memory formula counts the arrays of a worker") {
  for (const char* cell : {"leaky_rnn", "gru"}) {
    const auto plan = bench::training_of(bundled(), workload(cell));
    const auto model = bench::model_of(plan.model);
    const engine::Network<float> network(model, steps, true, true, engine::Precision::full);
    const engine::Shard<float> shard(network, steps, true);
    const engine::Cotangents<float> cotangents(shard);
    // Outputs and targets are alike.
    auto numbers = shard.states.size() + shard.inputs.size() + 2 * shard.outputs.size() + cotangents.readout.size();
    for (const auto& slot : shard.slots) numbers += slot.size();
    for (const auto& slot : cotangents.slots) numbers += slot.size();
    // Of one worker and of two: the difference is what a worker holds. States have one step more than the others.
    const double formula =
        bench::memory_formula(model, plan.options, 2) - bench::memory_formula(model, plan.options, 1);
    CHECK(formula == doctest::Approx(4.0 * static_cast<double>(numbers)).epsilon(0.01));
  }
}
