// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bench/floor.hpp>
#include <cmath>
#include <numeric/random.hpp>
#include <numeric/threads.hpp>

namespace reverie::bench {
namespace {

using engine::Cotangents;
using engine::Network;
using engine::Shard;
using Buffer = numeric::AlignedVector<float>;

std::int64_t shards_of(std::int64_t trials) { return (trials + engine::shard_rows - 1) / engine::shard_rows; }

/// Numbers in [-scale, scale]: none of them denormal, products of them finite.
void fill(Buffer& buffer, float scale) {
  const auto stream = numeric::make_stream(0, numeric::Role::measure, numeric::Purpose::resampling);
  numeric::fill_uniform(stream, 0, 0, static_cast<std::int64_t>(buffer.size()), 2 * scale, buffer.data());
  for (float& value : buffer) value -= scale;
}

Buffer weights_of(const Network<float>& network) {
  Buffer weights(static_cast<std::size_t>(network.layout().size));
  fill(weights, 1 / std::sqrt(static_cast<float>(network.model().units)));
  return weights;
}

void fill(Shard<float>& shard) {
  for (Buffer* buffer : {&shard.starts, &shard.inputs, &shard.outputs, &shard.states, &shard.emitted}) fill(*buffer, 1);
  for (Buffer& slot : shard.slots) fill(slot, 1);
}

void fill(Cotangents<float>& cotangents) {
  for (Buffer* buffer : {&cotangents.readout, &cotangents.state, &cotangents.emitted}) fill(*buffer, 1);
  for (Buffer& slot : cotangents.slots) fill(slot, 1);
}

void encode(Shard<float>& shard) {
  if (shard.network.encode) shard.network.encode->run(shard.starts.data(), shard.state(0));
}

/// The products of engine::run_steps from step `first` on, `steps` of them: one chunk.
void step_forward(Shard<float>& shard, std::int64_t first, std::int64_t steps) {
  const auto& network = shard.network;
  const auto& cell = *network.model().cell;
  const auto inputs = shard.inputs.data() + first * engine::shard_rows * network.model().task->inputs();
  for (const auto& p : network.projections)
    if (p.over_inputs)
      p.over_inputs->of(steps).run(inputs, shard.slots[p.projection.destination].data() + first * shard.row_size);
  for (std::int64_t n = first; n < first + steps; ++n) {
    const auto offset = n * shard.row_size;
    for (std::uint32_t phase = 0; phase < cell.phases(); ++phase)
      for (const auto& p : network.projections) {
        if (!p.per_step || cell.slots()[p.projection.destination].phase != phase) continue;
        const float* source = p.projection.source == REVERIE_SOURCE_SLOT
                                  ? shard.slots[p.projection.source_slot].data() + offset
                              : shard.emits() ? shard.emitted.data() + offset
                                              : shard.state(n);
        p.per_step->run(source, shard.slots[p.projection.destination].data() + offset);
      }
  }
}

void read_out(Shard<float>& shard, std::int64_t first, std::int64_t steps) {
  if (shard.network.read_out) shard.network.read_out->of(steps).run(shard.state(first + 1), shard.outputs.data());
}

/// The products of engine::back_propagate.
void step_backward(Shard<float>& shard, Cotangents<float>& d, std::int64_t first, std::int64_t steps,
                   Buffer& gradient) {
  const auto& network = shard.network;
  const auto& model = network.model();
  const auto& slots = model.cell->slots();
  const auto at = first * shard.row_size;
  network.read_out_transposed->of(steps).run(shard.outputs.data(), d.readout.data());
  for (std::int64_t n = steps; n-- > 0;) {
    const auto d_slot = [&](std::uint32_t slot) { return d.slots[slot].data() + n * shard.row_size; };
    for (auto phase = model.cell->phases() - 1; phase > 0; --phase)
      for (const auto& p : network.projections)
        if (p.projection.source == REVERIE_SOURCE_SLOT && slots[p.projection.destination].phase == phase)
          p.transposed->run(d_slot(p.projection.destination), d_slot(p.projection.source_slot));
    for (const auto& p : network.projections)
      if (p.projection.source == REVERIE_SOURCE_STATE)
        p.transposed->run(d_slot(p.projection.destination), shard.emits() ? d.emitted.data() : d.state.data());
  }
  const auto& readout = network.layout().entries[static_cast<std::size_t>(network.readout)];
  network.readout_gradient->of(steps).add(shard.outputs.data(), shard.state(first + 1),
                                          gradient.data() + readout.offset);
  for (const auto& p : network.projections) {
    if (!p.gradient) continue;
    const float* source = p.projection.source == REVERIE_SOURCE_INPUT
                              ? shard.inputs.data() + first * engine::shard_rows * model.task->inputs()
                          : p.projection.source == REVERIE_SOURCE_SLOT
                              ? shard.slots[p.projection.source_slot].data() + at
                          : shard.emits() ? shard.emitted.data() + at
                                          : shard.state(first);
    p.gradient->of(steps).add(d.slots[p.projection.destination].data(), source, gradient.data() + p.entry->offset);
  }
}

}  // namespace

struct TrainingFloor::Worker {
  Shard<float> shard;
  Cotangents<float> cotangents;

  explicit Worker(const Network<float>& network) : shard(network, network.steps(), true), cotangents(shard) {
    fill(shard);
    fill(cotangents);
  }

  void run(Buffer& gradient) {
    const auto& network = shard.network;
    const auto steps = network.steps(), chunk = network.steps_of_chunk();
    const auto length = [&](std::int64_t first) { return std::min(chunk, steps - first); };
    encode(shard);
    for (std::int64_t first = 0; first < steps; first += chunk) step_forward(shard, first, length(first));
    for (auto first = (steps - 1) / chunk * chunk; first >= 0; first -= chunk) {
      read_out(shard, first, length(first));
      step_backward(shard, cotangents, first, length(first), gradient);
    }
    const auto& encoder = network.layout().entries[static_cast<std::size_t>(network.encoder)];
    network.encoder_gradient->add(cotangents.state.data(), shard.starts.data(), gradient.data() + encoder.offset);
  }
};

TrainingFloor::TrainingFloor(const engine::Model& model, const engine::TrainingOptions& training)
    : network_(model, training.steps, true, true, training.precision),
      shards_(shards_of(training.batch_size)),
      weights_(weights_of(network_)) {
  gradients_.assign(static_cast<std::size_t>(shards_), Buffer(weights_.size()));
  for (int worker = 0; worker < numeric::thread_count(); ++worker)
    workers_.push_back(std::make_unique<Worker>(network_));
}
TrainingFloor::~TrainingFloor() = default;

void TrainingFloor::run() {
  network_.pack(weights_);
  numeric::parallel_items(shards_, [&](int worker, std::int64_t s) {
    workers_[static_cast<std::size_t>(worker)]->run(gradients_[static_cast<std::size_t>(s)]);
  });
}

SimulationFloor::SimulationFloor(const engine::Model& model, const engine::SimulationOptions& simulation)
    : network_(model, std::min(simulation.steps, engine::chunk_steps), !simulation.quiescent, false,
               simulation.precision),
      shards_(shards_of(simulation.trials)),
      steps_(simulation.steps),
      weights_(weights_of(network_)) {
  for (int worker = 0; worker < numeric::thread_count(); ++worker) {
    workers_.push_back(std::make_unique<Shard<float>>(network_, network_.steps(), false));
    fill(*workers_.back());
  }
}

void SimulationFloor::run() {
  network_.pack(weights_);
  numeric::parallel_items(shards_, [&](int worker, std::int64_t) {
    auto& shard = *workers_[static_cast<std::size_t>(worker)];
    encode(shard);
    for (std::int64_t first = 0; first < steps_; first += network_.steps()) {
      const auto length = std::min(network_.steps(), steps_ - first);
      step_forward(shard, 0, length);
      read_out(shard, 0, length);
    }
  });
}

}  // namespace reverie::bench
