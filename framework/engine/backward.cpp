// SPDX-License-Identifier: BSD-3-Clause
#include <engine/backward.hpp>
#include <engine/elementwise.hpp>

#include <algorithm>

namespace reverie::engine {

template <class Real>
Cotangents<Real>::Cotangents(const Shard<Real>& shard) {
  const auto& network = shard.network;
  const auto& dynamics = network.model().dynamics;
  const auto make = [](std::int64_t elements) { return Buffer(static_cast<std::size_t>(elements)); };
  for (std::size_t s = 0; s < shard.slots.size(); ++s) slots.push_back(make(network.steps_of_chunk() * shard.row_size));
  std::size_t most_variables = 0;
  for (const auto& owner : shard.memory) {
    most_variables = std::max(most_variables, owner.size());
    memory.emplace_back(owner.size(), make(shard.row_size));
  }
  readout = make(network.steps_of_chunk() * shard.row_size);
  state = make(shard.row_size);
  drift = make(shard.row_size);
  noise = make(shard.row_size);
  if (shard.emits()) emitted = make(shard.row_size);
  if (std::any_of(dynamics.begin(), dynamics.end(), [](const auto& k) { return k->uses(REVERIE_USES_NOISE_IN_VJP); })) {
    seen_drift = make(static_cast<std::int64_t>(dynamics.size()) * shard.row_size);
    seen_noise = make(static_cast<std::int64_t>(dynamics.size()) * shard.row_size);
    scratch_memory.assign(most_variables, make(shard.row_size));
  }
  column_sum = make(std::max(network.stride(), network.model().task->outputs()));
}

namespace {

/// The pointer arrays of ABI calls, reused from call to call.
struct GradientArrays {
  std::vector<reverie_rows> slots, memory, d_slots, d_memory;
};

template <class Real>
struct Pass {
  Shard<Real>& shard;
  Cotangents<Real>& d;
  const Chunk& chunk;
  const NoiseSource<Real>& noise;
  const Network<Real>& network = shard.network;
  const Model& model = network.model();
  GradientArrays arrays{};

  reverie_rows rows(const Real* base, const Tile& tile) const { return tile_rows(network, base, tile); }
  Real* d_slot(std::size_t slot, std::int64_t n) { return d.slots[slot].data() + (n - chunk.first) * shard.row_size; }

  void bind_cotangents(std::size_t owner, const Tile& tile) {
    arrays.d_memory.clear();
    for (auto& variable : d.memory[owner]) arrays.d_memory.push_back(rows(variable.data(), tile));
  }

  /// Copies the memory of an owner as it was before step n into scratch and lets `memory` point there.
  void scratch_copy(std::size_t owner, std::int64_t n, const Tile& tile) {
    const auto at = tile.first_row * network.stride(), size = tile.rows * network.stride();
    for (std::size_t v = 0; v < shard.memory[owner].size(); ++v) {
      std::copy_n(shard.memory_at(owner, v, n) + at, size, d.scratch_memory[v].data() + at);
      arrays.memory[v] = rows(d.scratch_memory[v].data(), tile);
    }
  }

  /// Drift and noise as each dynamics saw them in the forward pass.
  void recompute_increments(std::int64_t n, const Tile& tile, const reverie_step& context) {
    const auto at = tile.first_row * network.stride(), size = tile.rows * network.stride();
    const auto last = model.cell->phases() - 1;
    auto call = cell_block(shard, last, n, tile, context, n, arrays.slots, arrays.memory);
    scratch_copy(0, n, tile);
    model.cell->pointwise(call);
    fill_noise(shard, tile, chunk.held_from + n, noise, shard.noise.data());
    for (std::size_t k = 0; k < model.dynamics.size(); ++k) {
      const auto offset = static_cast<std::int64_t>(k) * shard.row_size + at;
      std::copy_n(shard.drift.data() + at, size, d.seen_drift.data() + offset);
      std::copy_n(shard.noise.data() + at, size, d.seen_noise.data() + offset);
      if (!model.dynamics[k]->uses(REVERIE_USES_ADVANCE)) continue;
      auto block = dynamics_block(shard, k, n, tile, context, n, arrays.memory);
      scratch_copy(k + 1, n, tile);
      block.drift = rows(shard.drift.data(), tile);
      block.noise = rows(shard.noise.data(), tile);
      model.dynamics[k]->advance(block);
    }
  }

  void advance(std::int64_t n, const Tile& tile, const reverie_step& context) {
    const auto at = tile.first_row * network.stride(), size = tile.rows * network.stride();
    add_to(size, d.readout.data() + (n - chunk.first) * shard.row_size + at, d.state.data() + at);
    std::copy_n(d.state.data() + at, size, d.drift.data() + at);
    std::copy_n(d.state.data() + at, size, d.noise.data() + at);
    if (!d.seen_drift.empty()) recompute_increments(n, tile, context);
    for (std::size_t k = model.dynamics.size(); k-- > 0;) {
      if (!model.dynamics[k]->uses(REVERIE_USES_ADVANCE)) continue;
      auto block = dynamics_block(shard, k, n, tile, context, n, arrays.memory);
      if (!d.seen_drift.empty()) {
        block.drift = rows(d.seen_drift.data() + static_cast<std::int64_t>(k) * shard.row_size, tile);
        block.noise = rows(d.seen_noise.data() + static_cast<std::int64_t>(k) * shard.row_size, tile);
      }
      bind_cotangents(k + 1, tile);
      block.d_state = rows(d.state.data(), tile);
      block.d_drift = rows(d.drift.data(), tile);
      block.d_noise = rows(d.noise.data(), tile);
      block.d_memory = arrays.d_memory.data();
      model.dynamics[k]->advance_vjp(block);
    }
  }

  void cell(std::uint32_t phase, std::int64_t n, const Tile& tile, const reverie_step& context) {
    auto block = cell_block(shard, phase, n, tile, context, n, arrays.slots, arrays.memory);
    block.increment = {};
    arrays.d_slots.clear();
    for (std::size_t s = 0; s < d.slots.size(); ++s) arrays.d_slots.push_back(rows(d_slot(s, n), tile));
    bind_cotangents(0, tile);
    block.d_state = rows(d.state.data(), tile);
    if (shard.emits()) block.d_emitted = rows(d.emitted.data(), tile);
    block.d_increment = rows(d.drift.data(), tile);
    block.d_slots = arrays.d_slots.data();
    block.d_memory = arrays.d_memory.data();
    model.cell->vjp(block);
  }

  void currents(std::int64_t n, const Tile& tile, const reverie_step& context) {
    for (std::size_t s = 0; s < shard.slots.size(); ++s) {
      if (!model.cell->slots()[s].receives_current) continue;
      for (std::size_t k = model.dynamics.size(); k-- > 0;) {
        if (!model.dynamics[k]->uses(REVERIE_USES_CURRENT)) continue;
        auto block = dynamics_block(shard, k, n, tile, context, n, arrays.memory);
        bind_cotangents(k + 1, tile);
        block.d_state = rows(d.state.data(), tile);
        block.d_drive = rows(d_slot(s, n), tile);
        block.d_memory = arrays.d_memory.data();
        model.dynamics[k]->current_vjp(block);
      }
    }
  }

  /// Each emitting dynamics saw what the earlier ones emitted; drift serves as scratch for that.
  void emit(std::int64_t n, const Tile& tile, const reverie_step& context) {
    const auto at = tile.first_row * network.stride(), size = tile.rows * network.stride();
    for (std::size_t k = model.dynamics.size(); k-- > 0;) {
      if (!model.dynamics[k]->uses(REVERIE_USES_EMIT)) continue;
      std::copy_n(shard.state(n) + at, size, shard.drift.data() + at);
      for (std::size_t earlier = 0; earlier < k; ++earlier) {
        if (!model.dynamics[earlier]->uses(REVERIE_USES_EMIT)) continue;
        auto again = dynamics_block(shard, earlier, n, tile, context, n, arrays.memory);
        again.emitted = rows(shard.drift.data(), tile);
        model.dynamics[earlier]->emit(again);
      }
      auto block = dynamics_block(shard, k, n, tile, context, n, arrays.memory);
      bind_cotangents(k + 1, tile);
      block.emitted = rows(shard.drift.data(), tile);
      block.d_state = rows(d.state.data(), tile);
      block.d_emitted = rows(d.emitted.data(), tile);
      block.d_memory = arrays.d_memory.data();
      model.dynamics[k]->emit_vjp(block);
    }
    add_to(size, d.emitted.data() + at, d.state.data() + at);
  }

  /// Cotangents of the sources of this phase's projections: output slots of earlier phases.
  void slot_sources(std::uint32_t phase, std::int64_t n) {
    for (const auto& p : network.projections)
      if (p.projection.source == REVERIE_SOURCE_SLOT && model.cell->slots()[p.projection.destination].phase == phase)
        p.transposed->run(d_slot(p.projection.destination, n), d_slot(p.projection.source_slot, n));
  }

  void step(std::int64_t n) {
    const auto context = step_context(network, chunk.held_from + n, false);
    const auto last = model.cell->phases() - 1;
    for_tiles(network, shard.active_rows, [&](const Tile& tile) {
      const auto at = tile.first_row * network.stride(), size = tile.rows * network.stride();
      advance(n, tile, context);
      for (std::size_t s = 0; s < d.slots.size(); ++s) std::fill_n(d_slot(s, n) + at, size, Real(0));
      if (shard.emits()) std::fill_n(d.emitted.data() + at, size, Real(0));
      cell(last, n, tile, context);
    });
    for (auto phase = last; phase > 0; --phase) {
      slot_sources(phase, n);
      for_tiles(network, shard.active_rows, [&](const Tile& tile) { cell(phase - 1, n, tile, context); });
    }
    for_tiles(network, shard.active_rows, [&](const Tile& tile) { currents(n, tile, context); });
    Real* source = shard.emits() ? d.emitted.data() : d.state.data();
    for (const auto& p : network.projections)
      if (p.projection.source == REVERIE_SOURCE_STATE) p.transposed->run(d_slot(p.projection.destination, n), source);
    if (shard.emits()) for_tiles(network, shard.active_rows, [&](const Tile& tile) { emit(n, tile, context); });
  }

  /// Adds the chunk's share of every gradient but the encoder's.
  void parameters(Real* gradient) {
    const auto& task = *model.task;
    const auto stride = network.stride(), steps = chunk.steps, at = chunk.first * shard.row_size;
    const auto column_sums = [&](std::int64_t n, std::int64_t row_stride, const Real* values,
                                 const ParameterEntry& to) {
      sum_columns(steps, shard_rows, n, row_stride, values, d.column_sum.data(), gradient + to.offset);
    };
    const auto entry = [&](int index) { return network.layout().entries[static_cast<std::size_t>(index)]; };
    network.readout_gradient->of(steps).add(shard.outputs.data(), shard.state(chunk.first + 1),
                                            gradient + entry(network.readout).offset);
    if (network.readout_bias >= 0)
      column_sums(task.outputs(), task.outputs(), shard.outputs.data(), entry(network.readout_bias));
    for (const auto& p : network.projections) {
      const Real* cotangents = d.slots[p.projection.destination].data();
      if (p.projection.source == REVERIE_SOURCE_ONE)
        column_sums(model.units, stride, cotangents, *p.entry);
      else
        p.gradient->of(steps).add(cotangents, source_of(p.projection, at), gradient + p.entry->offset);
    }
  }

  /// What a projection multiplied; `at`: of the chunk's first step in an array of rows of units.
  const Real* source_of(const plugin::Projection& p, std::int64_t at) {
    if (p.source == REVERIE_SOURCE_INPUT) return shard.inputs.data() + chunk.first * shard_rows * model.task->inputs();
    if (p.source == REVERIE_SOURCE_SLOT) return shard.slots[p.source_slot].data() + at;
    return shard.emits() ? shard.emitted.data() + at : shard.state(chunk.first);
  }
};

}  // namespace

template <class Real>
void begin_backward(Cotangents<Real>& d) {
  // Of rows without trials these stay 0.
  for (auto& slot : d.slots) std::fill(slot.begin(), slot.end(), Real(0));
  std::fill(d.emitted.begin(), d.emitted.end(), Real(0));
  std::fill(d.state.begin(), d.state.end(), Real(0));
  for (auto& owner : d.memory)
    for (auto& variable : owner) std::fill(variable.begin(), variable.end(), Real(0));
}

template <class Real>
void back_propagate(Shard<Real>& shard, Cotangents<Real>& d, const Chunk& chunk, const NoiseSource<Real>& noise,
                    Real* gradient) {
  shard.network.read_out_transposed->of(chunk.steps).run(shard.outputs.data(), d.readout.data());
  Pass<Real> pass{shard, d, chunk, noise};
  for (std::int64_t n = chunk.first + chunk.steps; n-- > chunk.first;) pass.step(n);
  pass.parameters(gradient);
}

template <class Real>
void finish_backward(Shard<Real>& shard, Cotangents<Real>& d, Real* gradient) {
  const auto& network = shard.network;
  const auto offset = [&](int entry) { return network.layout().entries[static_cast<std::size_t>(entry)].offset; };
  network.encoder_gradient->add(d.state.data(), shard.starts.data(), gradient + offset(network.encoder));
  if (network.encoder_bias >= 0)
    sum_columns(1, shard_rows, network.model().units, network.stride(), d.state.data(), d.column_sum.data(),
                gradient + offset(network.encoder_bias));
}

#define REVERIE_INSTANTIATE(Real)                                                                               \
  template struct Cotangents<Real>;                                                                             \
  template void begin_backward(Cotangents<Real>&);                                                              \
  template void back_propagate(Shard<Real>&, Cotangents<Real>&, const Chunk&, const NoiseSource<Real>&, Real*); \
  template void finish_backward(Shard<Real>&, Cotangents<Real>&, Real*);
REVERIE_INSTANTIATE(float)
REVERIE_INSTANTIATE(double)
#undef REVERIE_INSTANTIATE

}  // namespace reverie::engine
