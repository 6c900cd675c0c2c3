// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bench/simulate.hpp>
#include <bench/suite.hpp>
#include <bench/train.hpp>
#include <engine/forward.hpp>
#include <engine/simulator.hpp>
#include <numeric/threads.hpp>

namespace reverie::bench {
namespace {

using engine::Shard;

constexpr engine::Tile no_rows{0, 0};

/// The calls of one tile in one step, made as the engine makes them, but on no rows.
class EmptyCalls {
 public:
  explicit EmptyCalls(Shard<float>& shard)
      : shard_(shard), rows_(engine::tile_rows(shard.network, shard.drift.data(), no_rows)) {}

  void forward() {
    for (std::uint32_t phase = 0; phase < model_.cell->phases(); ++phase)
      time([&] { model_.cell->pointwise(cell_block(phase)); });
    for (std::size_t k = 0; k < model_.dynamics.size(); ++k) {
      const auto& dynamics = *model_.dynamics[k];
      if (dynamics.uses(REVERIE_USES_CURRENT))
        time([&] {
          auto block = dynamics_block(k);
          block.drive = rows_;
          dynamics.current(block);
        });
      if (dynamics.uses(REVERIE_USES_ADVANCE))
        time([&] {
          auto block = dynamics_block(k);
          block.drift = block.noise = rows_;
          dynamics.advance(block);
        });
    }
  }

  /// Of the cell alone: no dynamics take part in the training that is measured.
  void backward() {
    for (std::uint32_t phase = 0; phase < model_.cell->phases(); ++phase)
      time([&] {
        auto block = cell_block(phase);
        d_slots_.assign(slots_.size(), rows_);
        d_memory_.assign(memory_.size(), rows_);
        block.increment = {};
        block.d_state = block.d_increment = rows_;
        block.d_slots = d_slots_.data();
        block.d_memory = d_memory_.data();
        model_.cell->vjp(block);
      });
  }

  int calls() const { return calls_; }
  double seconds() const { return seconds_; }

 private:
  reverie_cell_block cell_block(std::uint32_t phase) {
    return engine::cell_block(shard_, phase, 0, no_rows, context_, 0, slots_, memory_);
  }
  reverie_dynamics_block dynamics_block(std::size_t k) {
    return engine::dynamics_block(shard_, k, 0, no_rows, context_, 0, memory_);
  }
  template <class Body>
  void time(Body&& body) {
    constexpr int often = 20'000;
    const double seconds = seconds_of([&] {
      for (int k = 0; k < often; ++k) body();
    });
    seconds_ += seconds / often;
    ++calls_;
  }

  Shard<float>& shard_;
  const engine::Model& model_ = shard_.network.model();
  reverie_rows rows_;
  reverie_step context_ = engine::step_context(shard_.network, 0, false);
  std::vector<reverie_rows> slots_, memory_, d_slots_, d_memory_;
  int calls_ = 0;
  double seconds_ = 0;
};

/// How often the calls of one tile and step are made: shards, steps, tiles.
double repetitions(const engine::Network<float>& network, const Workload& workload) {
  std::int64_t tiles = 0;
  engine::for_tiles(network, engine::shard_rows, [&](const engine::Tile&) { ++tiles; });
  const auto shards = (workload.trials + engine::shard_rows - 1) / engine::shard_rows;
  return static_cast<double>(shards * workload.steps * tiles);
}

/// Calls are shared among the threads.
Line line_of(const std::string& name, const std::string& what, const Samples& samples) {
  Line line{name, what, "", {}};
  line.add("whole", "ms", 1000 * samples.median_of("step"));
  line.add("calls", "1", samples.median_of("calls"));
  line.add("an empty call", "ns", 1e9 * samples.median_of("call"));
  line.add("all calls / whole", "1",
           samples.median_of("calls") * samples.median_of("call") / numeric::thread_count() / samples.median_of("step"),
           Target{0.02});
  return line;
}

void add_calls(Samples& samples, const EmptyCalls& empty, double repetitions) {
  samples.add("call", empty.seconds() / empty.calls());
  samples.add("calls", repetitions * empty.calls());
}

Line training_line(const Options& options) {
  const auto workload = spatial_navigation();
  const auto plan = training_of(options, workload);
  const auto model = model_of(plan.model);
  const engine::Network<float> network(model, 1, true, true, engine::Precision::full);
  Shard<float> shard(network, 1, true);
  Samples samples;
  train_in_turns(options, model, plan.options, samples, [&](bool) {
    EmptyCalls empty(shard);
    empty.forward();
    empty.backward();
    add_calls(samples, empty, repetitions(network, workload));
  });
  return line_of("abi-train", workload.what(), samples);
}

Line simulation_line(const Options& options) {
  const auto workload = replay();
  const auto plan = simulation_of(options, workload, std::end(dynamics_cases)[-1].dynamics);
  const auto& work = std::get<pipeline::SimulateStage>(plan.stages.at(0).work);
  const auto model = model_of(work.model);
  const engine::Network<float> network(model, 1, false, false, engine::Precision::full);
  Shard<float> shard(network, 1, false);
  Samples samples;
  for (int turn = 0; turn < options.repeat; ++turn) {
    samples.time("step", [&] {
      engine::simulate(
          model, engine::initial_weights(model, 0), work.options, [](const auto&...) {},
          [](std::int64_t) { return true; });
    });
    EmptyCalls empty(shard);
    empty.forward();
    add_calls(samples, empty, repetitions(network, workload));
    stop_if_asked(options);
  }
  return line_of("abi-simulate", workload.what() + ", adaptation and underdamped", samples);
}

}  // namespace

std::vector<Line> measure_abi(const Options& options) { return {training_line(options), simulation_line(options)}; }

}  // namespace reverie::bench
