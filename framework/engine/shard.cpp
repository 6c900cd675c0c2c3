// SPDX-License-Identifier: BSD-3-Clause
#include <engine/shard.hpp>

#include <algorithm>

namespace reverie::engine {

template <class Real>
Shard<Real>::Shard(const Network<Real>& network_, std::int64_t steps_, bool history_)
    : network(network_), steps(steps_), history(history_), row_size(network_.stride() * shard_rows) {
  const auto& model = network.model();
  const auto& task = *model.task;
  const auto rows = shard_rows;
  const auto make = [](std::int64_t elements) { return Buffer(static_cast<std::size_t>(elements)); };
  starts = make(rows * task.starts());
  inputs = make(network.with_input() ? steps * rows * task.inputs() : 0);
  outputs = make(network.steps_of_chunk() * rows * task.outputs());
  states = make((steps + 1) * row_size);
  if (std::any_of(model.dynamics.begin(), model.dynamics.end(),
                  [](const auto& d) { return d->uses(REVERIE_USES_EMIT); }))
    emitted = make(steps * row_size);
  for (std::size_t k = 0; k < model.cell->slots().size(); ++k) slots.push_back(make(steps * row_size));
  const auto add_owner = [&](std::size_t variables) {
    auto& owner = memory.emplace_back();
    for (std::size_t v = 0; v < variables; ++v) owner.push_back(make((history ? steps + 1 : 1) * row_size));
  };
  add_owner(model.cell->memory().size());
  for (const auto& d : model.dynamics) add_owner(d->memory().size());
  drift = make(row_size);
  noise = make(row_size);
}

template <class Real>
void Shard<Real>::clear_idle_rows() {
  const auto first = active_rows * network.stride();
  const auto clear = [&](Buffer& buffer) {
    for (auto at = first; at < std::ssize(buffer); at += row_size)
      std::fill_n(buffer.data() + at, row_size - first, Real(0));
  };
  for (auto* buffer : {&states, &emitted, &drift, &noise}) clear(*buffer);
  for (auto& slot : slots) clear(slot);
  for (auto& owner : memory)
    for (auto& variable : owner) clear(variable);
}

template <class Real>
std::vector<Real*> Shard<Real>::everything_before(std::int64_t n) {
  std::vector<Real*> arrays = {state(n)};
  for (std::size_t owner = 0; owner < memory.size(); ++owner)
    for (std::size_t v = 0; v < memory[owner].size(); ++v) arrays.push_back(memory_at(owner, v, n));
  return arrays;
}

template <class Real>
void Shard<Real>::carry(std::int64_t count) {
  const auto from = everything_before(count), to = everything_before(0);
  for (std::size_t k = 0; k < from.size(); ++k)
    if (from[k] != to[k]) std::copy_n(from[k], row_size, to[k]);
}

template struct Shard<float>;
template struct Shard<double>;

}  // namespace reverie::engine
