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

/// The products of engine::run_steps and engine::read_out.
void step_forward(Shard<float>& shard, std::int64_t steps) {
  const auto& network = shard.network;
  const auto& cell = *network.model().cell;
  for (const auto& p : network.projections)
    if (p.over_inputs) p.over_inputs->run(shard.inputs.data(), shard.slots[p.projection.destination].data(), steps);
  for (std::int64_t n = 0; n < steps; ++n) {
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
  if (network.read_out) network.read_out->run(shard.state(1), shard.outputs.data(), steps);
}

/// gradient of one matrix, in the engine's chunks.
void over_steps(std::int64_t steps, const engine::ParameterEntry& entry, const float* cotangents,
                std::int64_t stride_cotangents, const float* sources, std::int64_t stride_sources, Buffer& gradient) {
  for (std::int64_t first = 0; first < steps; first += engine::chunk_steps) {
    const auto at = first * engine::shard_rows;
    numeric::weight_gradient(std::min(engine::chunk_steps, steps - first) * engine::shard_rows, entry.outputs,
                             entry.inputs, cotangents + at * stride_cotangents, stride_cotangents,
                             sources + at * stride_sources, stride_sources, first > 0, gradient.data() + entry.offset);
  }
}

/// The products of engine::back_propagate.
void step_backward(Shard<float>& shard, Cotangents<float>& d, std::int64_t steps, Buffer& gradient) {
  const auto& network = shard.network;
  const auto& model = network.model();
  const auto& task = *model.task;
  const auto& slots = model.cell->slots();
  const auto stride = network.stride();
  const auto entry = [&](int index) -> const engine::ParameterEntry& {
    return network.layout().entries[static_cast<std::size_t>(index)];
  };
  network.read_out_transposed->run(shard.outputs.data(), d.readout.data(), steps);
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
  over_steps(steps, entry(network.readout), shard.outputs.data(), task.outputs(), shard.state(1), stride, gradient);
  const auto& encoder = entry(network.encoder);
  numeric::weight_gradient(engine::shard_rows, encoder.outputs, encoder.inputs, d.state.data(), stride,
                           shard.starts.data(), task.starts(), false, gradient.data() + encoder.offset);
  for (const auto& p : network.projections) {
    const float* cotangents = d.slots[p.projection.destination].data();
    if (p.projection.source == REVERIE_SOURCE_INPUT)
      over_steps(steps, *p.entry, cotangents, stride, shard.inputs.data(), task.inputs(), gradient);
    else if (p.projection.source == REVERIE_SOURCE_SLOT)
      over_steps(steps, *p.entry, cotangents, stride, shard.slots[p.projection.source_slot].data(), stride, gradient);
    else if (p.projection.source == REVERIE_SOURCE_STATE)
      over_steps(steps, *p.entry, cotangents, stride, shard.emits() ? shard.emitted.data() : shard.state(0), stride,
                 gradient);
  }
}

}  // namespace

struct TrainingFloor::Worker {
  Shard<float> shard;
  Cotangents<float> cotangents;

  explicit Worker(const Network<float>& network) : shard(network, true), cotangents(shard) {
    fill(shard);
    fill(cotangents);
  }
};

TrainingFloor::TrainingFloor(const engine::Model& model, std::int64_t trials, std::int64_t steps)
    : network_(model, steps, true, true), shards_(shards_of(trials)), weights_(weights_of(network_)) {
  gradients_.assign(static_cast<std::size_t>(shards_), Buffer(weights_.size()));
  for (int worker = 0; worker < numeric::thread_count(); ++worker)
    workers_.push_back(std::make_unique<Worker>(network_));
}
TrainingFloor::~TrainingFloor() = default;

void TrainingFloor::run() {
  network_.pack(weights_);
  numeric::parallel_items(shards_, [&](int worker, std::int64_t s) {
    auto& [shard, cotangents] = *workers_[static_cast<std::size_t>(worker)];
    encode(shard);
    step_forward(shard, network_.steps());
    step_backward(shard, cotangents, network_.steps(), gradients_[static_cast<std::size_t>(s)]);
  });
}

SimulationFloor::SimulationFloor(const engine::Model& model, std::int64_t trials, std::int64_t steps, bool quiescent)
    : network_(model, std::min(steps, engine::chunk_steps), !quiescent, false),
      shards_(shards_of(trials)),
      steps_(steps),
      weights_(weights_of(network_)) {
  for (int worker = 0; worker < numeric::thread_count(); ++worker) {
    workers_.push_back(std::make_unique<Shard<float>>(network_, false));
    fill(*workers_.back());
  }
}

void SimulationFloor::run() {
  network_.pack(weights_);
  numeric::parallel_items(shards_, [&](int worker, std::int64_t) {
    auto& shard = *workers_[static_cast<std::size_t>(worker)];
    encode(shard);
    for (std::int64_t first = 0; first < steps_; first += network_.steps())
      step_forward(shard, std::min(network_.steps(), steps_ - first));
  });
}

}  // namespace reverie::bench
