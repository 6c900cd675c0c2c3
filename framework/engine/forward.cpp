// SPDX-License-Identifier: BSD-3-Clause
#include <engine/elementwise.hpp>
#include <engine/forward.hpp>

#include <algorithm>

namespace reverie::engine {

template <class Real>
void NoiseSource<Real>::fill(std::int64_t row, std::int64_t step, std::int64_t units, Real* out) const {
  if (given) {
    std::copy_n(given + (step * shard_rows + row) * units, units, out);
    return;
  }
  const auto trial = first_trial + static_cast<std::uint32_t>(row);
  const auto n = static_cast<std::uint32_t>(step);
  if (scale == 0)
    std::fill_n(out, units, Real(0));
  else if (kind == NoiseKind::gaussian)
    numeric::fill_normal(stream, trial, n, units, static_cast<Real>(scale), out);
  else
    numeric::fill_uniform(stream, trial, n, units, static_cast<Real>(scale), out);
}

template <class Real>
void fill_noise(const Shard<Real>& shard, const Tile& tile, std::int64_t step, const NoiseSource<Real>& noise,
                Real* out) {
  const auto units = shard.network.model().units, stride = shard.network.stride();
  for (std::int64_t row = tile.first_row; row < tile.first_row + tile.rows; ++row)
    noise.fill(row, step, units, out + row * stride);
}

template <class Real>
reverie_cell_block cell_block(Shard<Real>& shard, std::uint32_t phase, std::int64_t n, const Tile& tile,
                              const reverie_step& context, std::int64_t memory_step, std::vector<reverie_rows>& slots,
                              std::vector<reverie_rows>& memory) {
  const auto& network = shard.network;
  slots.clear();
  for (auto& slot : shard.slots) slots.push_back(tile_rows(network, slot.data() + n * shard.row_size, tile));
  memory.clear();
  for (std::size_t v = 0; v < shard.memory[0].size(); ++v)
    memory.push_back(tile_rows(network, shard.memory_at(0, v, memory_step), tile));
  reverie_cell_block block{};
  block.struct_size = sizeof block;
  block.dtype = dtype_of<Real>;
  block.phase = phase;
  block.rows = tile.rows;
  block.units = network.model().units;
  block.step = &context;
  block.state = tile_rows(network, shard.state(n), tile);
  if (shard.emits()) block.emitted = tile_rows(network, shard.emitted.data() + n * shard.row_size, tile);
  block.increment = tile_rows(network, shard.drift.data(), tile);
  block.slots = slots.data();
  block.memory = memory.data();
  return block;
}

template <class Real>
reverie_dynamics_block dynamics_block(Shard<Real>& shard, std::size_t k, std::int64_t n, const Tile& tile,
                                      const reverie_step& context, std::int64_t memory_step,
                                      std::vector<reverie_rows>& memory) {
  const auto& network = shard.network;
  memory.clear();
  for (std::size_t v = 0; v < shard.memory[k + 1].size(); ++v)
    memory.push_back(tile_rows(network, shard.memory_at(k + 1, v, memory_step), tile));
  reverie_dynamics_block block{};
  block.struct_size = sizeof block;
  block.dtype = dtype_of<Real>;
  block.rows = tile.rows;
  block.units = network.model().units;
  block.step = &context;
  block.state = tile_rows(network, shard.state(n), tile);
  block.memory = memory.data();
  return block;
}

namespace {

/// The pointer arrays of ABI calls, reused from call to call.
struct CallArrays {
  std::vector<reverie_rows> slots, memory;
};

/// Where there is history, the memory of an owner after this step starts as a copy of what it was before.
template <class Real>
void copy_memory_forward(Shard<Real>& shard, std::size_t owner, std::int64_t n, const Tile& tile) {
  if (!shard.history) return;
  const auto stride = shard.network.stride();
  for (std::size_t v = 0; v < shard.memory[owner].size(); ++v)
    std::copy_n(shard.memory_at(owner, v, n) + tile.first_row * stride, tile.rows * stride,
                shard.memory_at(owner, v, n + 1) + tile.first_row * stride);
}

/// Everything of the drives that does not depend on the state: biases and inputs, for the steps of a chunk at once.
template <class Real>
void start_drives(Shard<Real>& shard, std::int64_t first, std::int64_t steps) {
  const auto& network = shard.network;
  for (std::size_t s = 0; s < shard.slots.size(); ++s)
    if (network.drive_starts_empty[s])
      std::fill_n(shard.slots[s].data() + first * shard.row_size, steps * shard.row_size, Real(0));
  for (const auto& p : network.projections) {
    Real* drive = shard.slots[p.projection.destination].data() + first * shard.row_size;
    if (p.projection.source == REVERIE_SOURCE_ONE)
      (p.accumulate ? add_row<Real> : broadcast_row<Real>)(steps * shard_rows, network.model().units, network.stride(),
                                                           network.weights_of(p), drive);
    else if (p.over_inputs)
      p.over_inputs->of(steps).run(shard.inputs.data() + first * shard_rows * network.model().task->inputs(), drive);
  }
}

template <class Real>
void emit(Shard<Real>& shard, std::int64_t n, const reverie_step& context, CallArrays& arrays) {
  const auto& network = shard.network;
  Real* emitted = shard.emitted.data() + n * shard.row_size;
  std::copy_n(shard.state(n), shard.row_size, emitted);
  for_tiles(network, shard.active_rows, [&](const Tile& tile) {
    for (std::size_t k = 0; k < network.model().dynamics.size(); ++k) {
      const auto& dynamics = *network.model().dynamics[k];
      if (!dynamics.uses(REVERIE_USES_EMIT)) continue;
      auto block = dynamics_block(shard, k, n, tile, context, n, arrays.memory);
      block.emitted = tile_rows(network, emitted, tile);
      dynamics.emit(block);
    }
  });
}

/// The projections that depend on the state of this step.
template <class Real>
void project(Shard<Real>& shard, std::uint32_t phase, std::int64_t n) {
  const auto& network = shard.network;
  const auto offset = n * shard.row_size;
  for (const auto& p : network.projections) {
    if (!p.per_step || network.model().cell->slots()[p.projection.destination].phase != phase) continue;
    const Real* source = p.projection.source == REVERIE_SOURCE_SLOT
                             ? shard.slots[p.projection.source_slot].data() + offset
                         : shard.emits() ? shard.emitted.data() + offset
                                         : shard.state(n);
    p.per_step->run(source, shard.slots[p.projection.destination].data() + offset);
  }
}

template <class Real>
void add_currents(Shard<Real>& shard, std::uint32_t phase, std::int64_t n, const Tile& tile,
                  const reverie_step& context, CallArrays& arrays) {
  const auto& model = shard.network.model();
  for (std::size_t s = 0; s < shard.slots.size(); ++s) {
    const auto& slot = model.cell->slots()[s];
    if (!slot.receives_current || slot.phase != phase) continue;
    for (std::size_t k = 0; k < model.dynamics.size(); ++k) {
      if (!model.dynamics[k]->uses(REVERIE_USES_CURRENT)) continue;
      auto block = dynamics_block(shard, k, n, tile, context, n, arrays.memory);
      block.drive = tile_rows(shard.network, shard.slots[s].data() + n * shard.row_size, tile);
      model.dynamics[k]->current(block);
    }
  }
}

template <class Real>
void advance(Shard<Real>& shard, std::int64_t n, const Tile& tile, const reverie_step& context, CallArrays& arrays) {
  const auto& model = shard.network.model();
  for (std::size_t k = 0; k < model.dynamics.size(); ++k) {
    if (!model.dynamics[k]->uses(REVERIE_USES_ADVANCE)) continue;
    copy_memory_forward(shard, k + 1, n, tile);
    auto block = dynamics_block(shard, k, n, tile, context, n + 1, arrays.memory);
    block.drift = tile_rows(shard.network, shard.drift.data(), tile);
    block.noise = tile_rows(shard.network, shard.noise.data(), tile);
    model.dynamics[k]->advance(block);
  }
}

}  // namespace

template <class Real>
void begin_trials(Shard<Real>& shard) {
  const auto& network = shard.network;
  const auto& model = network.model();
  if (network.encode) {
    if (network.encoder_bias >= 0)
      broadcast_row(shard_rows, model.units, network.stride(), network.weights(network.encoder_bias), shard.state(0));
    network.encode->run(shard.starts.data(), shard.state(0));
  } else {
    for (std::int64_t row = 0; row < shard_rows; ++row)
      std::copy_n(shard.starts.data() + row * model.units, model.units, shard.state(0) + row * network.stride());
  }
  for (std::size_t owner = 0; owner < shard.memory.size(); ++owner)
    for (std::size_t v = 0; v < shard.memory[owner].size(); ++v)
      std::fill_n(shard.memory_at(owner, v, 0), shard.row_size, Real(0));
  if (shard.active_rows < shard_rows) shard.clear_idle_rows();
}

template <class Real>
void run_steps(Shard<Real>& shard, std::int64_t first_step, std::int64_t steps, bool quiescent,
               const NoiseSource<Real>& noise) {
  const auto& network = shard.network;
  const auto& cell = *network.model().cell;
  const auto stride = network.stride();
  CallArrays arrays;
  for (std::int64_t n = 0; n < steps; ++n) {
    if (n % chunk_steps == 0) start_drives(shard, n, std::min(chunk_steps, steps - n));
    const auto context = step_context(network, first_step + n, quiescent);
    if (shard.emits()) emit(shard, n, context, arrays);
    for (std::uint32_t phase = 0; phase < cell.phases(); ++phase) {
      const bool last = phase + 1 == cell.phases();
      project(shard, phase, n);
      for_tiles(network, shard.active_rows, [&](const Tile& tile) {
        add_currents(shard, phase, n, tile, context, arrays);
        if (last) copy_memory_forward(shard, 0, n, tile);
        cell.pointwise(cell_block(shard, phase, n, tile, context, last ? n + 1 : n, arrays.slots, arrays.memory));
        if (!last) return;
        fill_noise(shard, tile, first_step + n, noise, shard.noise.data());
        advance(shard, n, tile, context, arrays);
        const auto at = tile.first_row * stride;
        move_state(tile.rows * stride, shard.state(n) + at, shard.drift.data() + at, shard.noise.data() + at,
                   shard.state(n + 1) + at);
      });
    }
  }
}

template <class Real>
void read_out(Shard<Real>& shard, std::int64_t first, std::int64_t steps) {
  const auto& network = shard.network;
  const auto outputs = network.model().task->outputs();
  const Real* states = shard.state(first + 1);
  if (!network.read_out) {
    for (std::int64_t row = 0; row < steps * shard_rows; ++row)
      std::copy_n(states + row * network.stride(), outputs, shard.outputs.data() + row * outputs);
    return;
  }
  if (network.readout_bias >= 0)
    broadcast_row(steps * shard_rows, outputs, outputs, network.weights(network.readout_bias), shard.outputs.data());
  network.read_out->of(steps).run(states, shard.outputs.data());
}

#define REVERIE_INSTANTIATE(Real)                                                                                     \
  template struct NoiseSource<Real>;                                                                                  \
  template void begin_trials(Shard<Real>&);                                                                           \
  template void run_steps(Shard<Real>&, std::int64_t, std::int64_t, bool, const NoiseSource<Real>&);                  \
  template void read_out(Shard<Real>&, std::int64_t, std::int64_t);                                                   \
  template void fill_noise(const Shard<Real>&, const Tile&, std::int64_t, const NoiseSource<Real>&, Real*);           \
  template reverie_cell_block cell_block(Shard<Real>&, std::uint32_t, std::int64_t, const Tile&, const reverie_step&, \
                                         std::int64_t, std::vector<reverie_rows>&, std::vector<reverie_rows>&);       \
  template reverie_dynamics_block dynamics_block(Shard<Real>&, std::size_t, std::int64_t, const Tile&,                \
                                                 const reverie_step&, std::int64_t, std::vector<reverie_rows>&);
REVERIE_INSTANTIATE(float)
REVERIE_INSTANTIATE(double)
#undef REVERIE_INSTANTIATE

}  // namespace reverie::engine
