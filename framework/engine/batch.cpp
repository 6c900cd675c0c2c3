// SPDX-License-Identifier: BSD-3-Clause
#include <engine/batch.hpp>
#include <engine/elementwise.hpp>
#include <numeric/threads.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace reverie::engine {

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

}  // namespace

template <class Real>
struct Batch<Real>::Worker {
  using Visit = std::function<void(std::int64_t first, std::int64_t steps, const Real* states, Real* outputs)>;

  const std::int64_t steps;  ///< of the trials
  Shard<Real> shard;
  numeric::AlignedVector<Real> targets;
  std::optional<Cotangents<Real>> cotangents;
  std::vector<numeric::AlignedVector<Real>> checkpoints;  ///< state and memory before each run of shard.steps steps

  Worker(const Network<Real>& network, std::int64_t held, bool with_gradient)
      : steps(network.steps()),
        shard(network, held, with_gradient),
        targets(static_cast<std::size_t>(network.steps_of_chunk() * shard_rows * network.model().task->outputs()),
                std::numeric_limits<Real>::quiet_NaN()) {  // what a task leaves unwritten spoils the first loss
    if (!with_gradient) return;
    cotangents.emplace(shard);
    const auto kept = shard.everything_before(0).size() * static_cast<std::size_t>(shard.row_size);
    checkpoints.assign(static_cast<std::size_t>((steps - 1) / held), numeric::AlignedVector<Real>(kept));
  }

  void keep(std::int64_t piece) {
    Real* to = checkpoints[static_cast<std::size_t>(piece)].data();
    for (const Real* from : shard.everything_before(0)) to = std::copy_n(from, shard.row_size, to);
  }
  void return_to(std::int64_t piece) {
    const Real* from = checkpoints[static_cast<std::size_t>(piece)].data();
    for (Real* to : shard.everything_before(0)) {
      std::copy_n(from, shard.row_size, to);
      from += shard.row_size;
    }
  }

  std::int64_t length_from(std::int64_t first) const { return std::min(shard.steps, steps - first); }
  void roll(const ShardTrials<Real>& trials, std::int64_t first) {
    trials.inputs(first, length_from(first), shard);
    run_steps(shard, first, length_from(first), false, trials.noise);
  }

  /// Sum of squared errors of a chunk; its outputs replaced by their cotangents where `scale` is not 0.
  double compare(const ShardTrials<Real>& trials, const Chunk& chunk, Real scale, const Visit& visit) {
    const auto outputs = shard.network.model().task->outputs(), first = chunk.held_from + chunk.first;
    read_out(shard, chunk.first, chunk.steps);
    if (trials.add_output_noise) trials.add_output_noise(first, chunk.steps, shard.outputs.data());
    if (visit) visit(first, chunk.steps, shard.state(chunk.first + 1), shard.outputs.data());
    trials.targets(first, chunk.steps, targets.data());
    double loss = 0;
    for (std::int64_t n = 0; n < chunk.steps; ++n)
      for (std::int64_t row = 0; row < shard_rows; ++row) {
        const auto at = (n * shard_rows + row) * outputs;
        if (row < shard.active_rows)
          loss += squared_error(outputs, shard.outputs.data() + at, targets.data() + at, scale);
        else
          std::fill_n(shard.outputs.data() + at, outputs, Real(0));
      }
    return loss;
  }

  double forward(const ShardTrials<Real>& trials, const Visit& visit) {
    double loss = 0;
    for (std::int64_t from = 0; from < steps; from += shard.steps) {
      const auto length = length_from(from);
      roll(trials, from);
      for (std::int64_t first = 0; first < length; first += chunk_steps)
        loss += compare(trials, {from, first, std::min(chunk_steps, length - first)}, 0, visit);
      shard.carry(length);
    }
    return loss;
  }

  /// Forward to the last piece, keeping where each began; then backward, running each but the last again.
  double forward_and_backward(const ShardTrials<Real>& trials, Real scale, Real* gradient, const Visit& visit) {
    const auto last = static_cast<std::int64_t>(checkpoints.size());
    for (std::int64_t piece = 0; piece < last; ++piece) {
      keep(piece);
      roll(trials, piece * shard.steps);
      shard.carry(shard.steps);
    }
    std::fill_n(gradient, shard.network.layout().size, Real(0));
    begin_backward(*cotangents);
    double loss = 0;
    for (auto piece = last; piece >= 0; --piece) {
      const auto from = piece * shard.steps, length = length_from(from);
      if (piece < last) return_to(piece);
      roll(trials, from);
      for (auto first = (length - 1) / chunk_steps * chunk_steps; first >= 0; first -= chunk_steps) {
        const Chunk chunk{from, first, std::min(chunk_steps, length - first)};
        loss += compare(trials, chunk, scale, visit);
        back_propagate(shard, *cotangents, chunk, trials.noise, gradient);
      }
    }
    finish_backward(shard, *cotangents, gradient);
    return loss;
  }
};

template <class Real>
Batch<Real>::Batch(const Model& model, const BatchOptions& options)
    : options_(options),
      network_(model, options.steps, true, options.with_gradient, options.precision),
      sum_(shards(), options.ranks) {
  if (options.checkpoint_every % chunk_steps != 0)
    throw std::invalid_argument("checkpoint_every must be a multiple of chunk_steps");
  if (!options.with_gradient) return;
  gradients_.resize(static_cast<std::size_t>(shards()));
  for (auto s = sum_.mine().first; s < sum_.mine().last; ++s)
    gradients_[static_cast<std::size_t>(s)].resize(static_cast<std::size_t>(layout().size));
}
template <class Real>
Batch<Real>::~Batch() = default;

template <class Real>
double Batch<Real>::run(const numeric::AlignedVector<Real>& weights, const ShardSource<Real>& source,
                        numeric::AlignedVector<Real>* gradient, const ChunkVisitor<Real>& visit) {
  network_.pack(weights);
  workers_.resize(std::max(workers_.size(), static_cast<std::size_t>(numeric::thread_count())));
  const double count = static_cast<double>(options_.trials * options_.steps * network_.model().task->outputs());
  const auto scale = static_cast<Real>(2 / count);
  const auto all = options_.with_gradient ? options_.steps : network_.steps_of_chunk();
  const auto held = options_.checkpoint_every > 0 ? std::min(all, options_.checkpoint_every) : all;
  std::vector<double> losses(static_cast<std::size_t>(shards()));

  const auto run_shard = [&](int worker_index, std::int64_t item) {
    const auto s = sum_.mine().first + item;
    auto& worker = workers_[static_cast<std::size_t>(worker_index)];
    if (!worker) worker = std::make_unique<Worker>(network_, held, options_.with_gradient);
    typename Worker::Visit visit_chunk;
    if (visit)
      visit_chunk = [&](std::int64_t first, std::int64_t steps, const Real* states, Real* outputs) {
        visit(s, first, steps, states, outputs);
      };
    const auto trials = source(s, worker->shard);
    begin_trials(worker->shard);
    const auto at = static_cast<std::size_t>(s);
    losses[at] = gradient ? worker->forward_and_backward(trials, scale, gradients_[at].data(), visit_chunk)
                          : worker->forward(trials, visit_chunk);
  };
  std::exception_ptr failure;
  try {
    numeric::parallel_items(sum_.mine().last - sum_.mine().first, run_shard);
  } catch (...) {
    failure = std::current_exception();
  }
  numeric::agree(options_.ranks, failure);

  if (gradient) sum_.total(layout().size, gradients_, *gradient);
  return sum_.total(losses) / count;
}

template class Batch<float>;
template class Batch<double>;

}  // namespace reverie::engine
