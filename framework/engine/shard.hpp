// SPDX-License-Identifier: BSD-3-Clause
/// The arrays of one shard of trials, allocated once per worker and reused for shard after shard.
///
/// Everything is time-major, [step][row][...], with rows = shard_rows; rows of units are padded to the network's
/// stride.
#pragma once

#include <engine/network.hpp>

namespace reverie::engine {

template <class Real>
struct Shard {
  using Buffer = numeric::AlignedVector<Real>;

  /// `steps`: how many it holds at a time. `history`: keep what a backward pass needs (training); otherwise memory
  /// variables hold one step only.
  Shard(const Network<Real>& network, std::int64_t steps, bool history);

  const Network<Real>& network;
  const std::int64_t steps;
  const bool history;
  const std::int64_t row_size;  ///< elements of [row][stride]
  /// Rows that carry trials; plugins are not called for the others, which are 0.
  std::int64_t active_rows = shard_rows;

  Buffer starts;              ///< [row][E]
  Buffer inputs;              ///< [step][row][I]
  Buffer outputs;             ///< [step of a chunk][row][O]
  Buffer states;              ///< [step + 1][row][stride]
  Buffer emitted;             ///< [step][row][stride], where a dynamics uses emit
  std::vector<Buffer> slots;  ///< per slot: [step][row][stride]
  std::vector<std::vector<Buffer>>
      memory;           ///< owner 0: the cell, k + 1: dynamics k; per variable [step + 1][row][stride]
  Buffer drift, noise;  ///< [row][stride], of the current step

  bool emits() const { return !emitted.empty(); }
  Real* state(std::int64_t n) { return states.data() + n * row_size; }
  Real* memory_at(std::size_t owner, std::size_t variable, std::int64_t n) {
    return memory[owner][variable].data() + (history ? n * row_size : 0);
  }

  /// Zeros in the rows of units that carry no trials, at every step.
  void clear_idle_rows();
  /// State and memory before step n, each [row][stride].
  std::vector<Real*> everything_before(std::int64_t n);
  /// What was reached after `count` steps becomes what the next steps start from.
  void carry(std::int64_t count);
};

/// Some rows of a shard, few enough that what one chain of pointwise calls touches stays in the first-level cache.
struct Tile {
  std::int64_t first_row, rows;
};

template <class Real, class Body>
void for_tiles(const Network<Real>& network, std::int64_t rows, Body&& body) {
  const auto most = std::max<std::int64_t>(1, std::min<std::int64_t>(shard_rows, 1024 / network.stride()));
  for (std::int64_t first = 0; first < rows; first += most) body(Tile{first, std::min(most, rows - first)});
}

/// The tile's part of an array [row][stride]; null stays null.
template <class Real>
reverie_rows tile_rows(const Network<Real>& network, const Real* base, const Tile& tile) {
  if (!base) return {nullptr, 0};
  return {const_cast<Real*>(base) + tile.first_row * network.stride(), network.stride()};
}

template <class Real>
constexpr std::int32_t dtype_of = std::is_same_v<Real, float> ? REVERIE_F32 : REVERIE_F64;

template <class Real>
reverie_step step_context(const Network<Real>& network, std::int64_t step, bool quiescent) {
  const auto& model = network.model();
  const double dt = model.task->dt();
  return {sizeof(reverie_step),    quiescent ? 1U : 0U, step, static_cast<double>(step) * dt, dt,
          model.cell->step_size(), model.noise};
}

}  // namespace reverie::engine
