// SPDX-License-Identifier: BSD-3-Clause
#include <engine/network.hpp>

#include <numeric/threads.hpp>

#include <algorithm>
#include <functional>

namespace reverie::engine {

template <class Real>
Network<Real>::Network(const Model& model, std::int64_t steps, bool with_input, bool with_gradient, Precision precision)
    : model_(model), layout_(model), steps_(steps), stride_(numeric::padded(model.units)), with_input_(with_input) {
  const auto& task = *model.task;
  const auto units = model.units;
  encoder = layout_.index("encoder.weight");
  encoder_bias = layout_.index("encoder.bias");
  readout = layout_.index("readout.weight");
  readout_bias = layout_.index("readout.bias");
  if (encoder >= 0) {
    const auto starts = task.starts(), outputs = task.outputs();
    encode.emplace(numeric::ProductShape{shard_rows, starts, units, starts, stride_, encoder_bias >= 0}, precision);
    read_out.emplace(numeric::ProductShape{0, units, outputs, stride_, outputs, readout_bias >= 0}, steps, precision);
    if (with_gradient) {
      read_out_transposed.emplace(numeric::ProductShape{0, outputs, units, outputs, stride_, false}, steps, precision);
      encoder_gradient.emplace(numeric::GradientShape{shard_rows, units, starts, stride_, starts}, precision);
      readout_gradient.emplace(numeric::GradientShape{0, outputs, units, outputs, stride_}, steps, precision);
    }
  }

  // A drive is initialised by its biases, then the input products, then the products of each step; the first of these
  // overwrites, the others accumulate.
  const auto& slots = model.cell->slots();
  std::vector<bool> initialised(slots.size(), false);
  auto ordered = model.cell->projections();
  const auto rank = [](const plugin::Projection& p) {
    return p.source == REVERIE_SOURCE_ONE ? 0 : (p.source == REVERIE_SOURCE_INPUT ? 1 : 2);
  };
  std::stable_sort(ordered.begin(), ordered.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (const auto& p : ordered) {
    auto& made = projections.emplace_back();
    made.projection = p;
    const bool is_bias = p.source == REVERIE_SOURCE_ONE, is_input = p.source == REVERIE_SOURCE_INPUT;
    made.entry = &layout_.entries[static_cast<std::size_t>(layout_.index(is_bias ? p.name : p.name + ".weight"))];
    if (is_input && !with_input) continue;
    const bool accumulate = made.accumulate = initialised[p.destination];
    initialised[p.destination] = true;
    if (is_input) {
      made.over_inputs.emplace(numeric::ProductShape{0, task.inputs(), units, task.inputs(), stride_, accumulate},
                               steps, precision);
    } else if (!is_bias) {
      made.per_step.emplace(numeric::ProductShape{shard_rows, units, units, stride_, stride_, accumulate}, precision);
      if (with_gradient)
        made.transposed.emplace(numeric::ProductShape{shard_rows, units, units, stride_, stride_, true}, precision);
    }
    if (with_gradient && !is_bias)
      made.gradient.emplace(
          numeric::GradientShape{0, units, made.entry->inputs, stride_, is_input ? task.inputs() : stride_}, steps,
          precision);
  }
  for (std::size_t s = 0; s < slots.size(); ++s) drive_starts_empty.push_back(slots[s].is_drive && !initialised[s]);
}

template <class Real>
void Network<Real>::pack(const numeric::AlignedVector<Real>& weights) {
  weights_ = weights.data();
  std::vector<std::function<void()>> jobs;
  const auto add = [&](auto& product, const Real* matrix, bool transposed) {
    if (product) jobs.push_back([&product, matrix, transposed] { product->pack(matrix, transposed); });
  };
  add(encode, encoder >= 0 ? this->weights(encoder) : nullptr, true);
  add(read_out, readout >= 0 ? this->weights(readout) : nullptr, true);
  add(read_out_transposed, readout >= 0 ? this->weights(readout) : nullptr, false);
  for (auto& p : projections) {
    const Real* matrix = weights_of(p);
    add(p.over_inputs, matrix, true);
    add(p.per_step, matrix, true);
    add(p.transposed, matrix, false);
  }
  numeric::parallel_items(static_cast<std::int64_t>(jobs.size()),
                          [&](int, std::int64_t job) { jobs[static_cast<std::size_t>(job)](); });
}

template class Network<float>;
template class Network<double>;

}  // namespace reverie::engine
