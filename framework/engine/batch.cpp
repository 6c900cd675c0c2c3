// SPDX-License-Identifier: BSD-3-Clause
#include <engine/batch.hpp>
#include <engine/elementwise.hpp>
#include <numeric/threads.hpp>

#include <algorithm>

namespace reverie::engine {

template <class Real>
struct Batch<Real>::Worker {
  Shard<Real> shard;
  numeric::AlignedVector<Real> targets;
  std::optional<Cotangents<Real>> cotangents;

  Worker(const Network<Real>& network, bool with_gradient)
      : shard(network, with_gradient),
        targets(static_cast<std::size_t>(network.steps() * shard_rows * network.model().task->outputs())) {
    if (with_gradient) cotangents.emplace(shard);
  }
};

namespace {

/// Sum of squared differences of one row; differences replaced by their cotangents where `scale` is not 0.
template <class Real>
double squared_error(std::int64_t n, Real* outputs, const Real* targets, Real scale) {
  Real sum = 0;
  run_vectorised([=, &sum] {
    Real parts[16] = {};
    const auto whole = n / 16 * 16;
    for (std::int64_t i = 0; i < whole; i += 16)
      for (int k = 0; k < 16; ++k) {
        const Real difference = outputs[i + k] - targets[i + k];
        parts[k] = parts[k] + difference * difference;
        if (scale != 0) outputs[i + k] = scale * difference;
      }
    for (auto i = whole; i < n; ++i) {
      const Real difference = outputs[i] - targets[i];
      parts[0] = parts[0] + difference * difference;
      if (scale != 0) outputs[i] = scale * difference;
    }
    for (const Real part : parts) sum = sum + part;
  });
  return static_cast<double>(sum);
}

/// values[0] = sum over shards in a tree whose shape depends on their number only.
template <class Value, class Add>
void tree_sum(std::vector<Value>& values, Add&& add) {
  for (std::size_t reach = 1; reach < values.size(); reach *= 2)
    for (std::size_t i = 0; i + reach < values.size(); i += 2 * reach) add(values[i], values[i + reach]);
}

}  // namespace

template <class Real>
Batch<Real>::Batch(const Model& model, std::int64_t trials, std::int64_t steps, bool with_gradient)
    : network_(model, steps, true, with_gradient), trials_(trials), steps_(steps) {
  if (with_gradient)
    gradients_.assign(static_cast<std::size_t>(shards()),
                      numeric::AlignedVector<Real>(static_cast<std::size_t>(layout().size)));
}
template <class Real>
Batch<Real>::~Batch() = default;

template <class Real>
double Batch<Real>::run(const numeric::AlignedVector<Real>& weights, const ShardSource<Real>& source,
                        numeric::AlignedVector<Real>* gradient, const ShardVisitor<Real>& visit) {
  network_.pack(weights);
  workers_.resize(std::max(workers_.size(), static_cast<std::size_t>(numeric::thread_count())));
  const auto outputs = network_.model().task->outputs();
  const double count = static_cast<double>(trials_ * steps_ * outputs);
  const Real scale = gradient ? static_cast<Real>(2 / count) : Real(0);
  std::vector<double> losses(static_cast<std::size_t>(shards()));

  numeric::parallel_items(shards(), [&](int worker_index, std::int64_t s) {
    auto& worker = workers_[static_cast<std::size_t>(worker_index)];
    if (!worker) worker = std::make_unique<Worker>(network_, !gradients_.empty());
    auto& shard = worker->shard;
    NoiseSource<Real> noise;
    source(s, shard, worker->targets.data(), noise);
    begin_trials(shard);
    run_steps(shard, 0, steps_, false, noise);
    read_out(shard, steps_);
    if (visit) visit(s, shard, worker->targets.data());
    double loss = 0;
    for (std::int64_t n = 0; n < steps_; ++n)
      for (std::int64_t row = 0; row < shard_rows; ++row) {
        const auto at = (n * shard_rows + row) * outputs;
        if (row < shard.active_rows)
          loss += squared_error(outputs, shard.outputs.data() + at, worker->targets.data() + at, scale);
        else
          std::fill_n(shard.outputs.data() + at, outputs, Real(0));
      }
    losses[static_cast<std::size_t>(s)] = loss;
    if (gradient)
      back_propagate(shard, *worker->cotangents, steps_, noise, gradients_[static_cast<std::size_t>(s)].data());
  });

  if (gradient) {
    constexpr std::int64_t piece = 16384;
    numeric::parallel_items((layout().size + piece - 1) / piece, [&](int, std::int64_t item) {
      const auto first = item * piece, size = std::min(piece, layout().size - first);
      tree_sum(gradients_, [&](auto& to, const auto& from) { add_to(size, from.data() + first, to.data() + first); });
    });
    gradient->assign(gradients_[0].begin(), gradients_[0].end());
  }
  tree_sum(losses, [](double& to, double from) { to += from; });
  return losses[0] / count;
}

template class Batch<float>;
template class Batch<double>;

}  // namespace reverie::engine
