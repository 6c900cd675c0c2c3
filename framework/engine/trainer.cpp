// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <engine/batch.hpp>
#include <engine/divergence.hpp>
#include <engine/task_shard.hpp>
#include <engine/trainer.hpp>
#include <numeric/adam.hpp>
#include <numeric/threads.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reverie::engine {
namespace {

using Real = float;

/// Trials first_trial, first_trial + 1, ... of the task.
ShardSource<Real> task_source(const Model& model, const Batch<Real>& batch, const TrialDraw& draw,
                              std::uint32_t first_trial,
                              std::vector<std::shared_ptr<const plugin::TaskBatch>>* keep = nullptr) {
  return [&model, &batch, draw, first_trial, keep](std::int64_t s, Shard<Real>& shard) -> ShardTrials<Real> {
    TrialDraw mine = draw;
    mine.first_trial = first_trial + static_cast<std::uint32_t>(s * shard_rows);
    mine.rows = batch.rows_of(s);
    const auto drawn = std::make_shared<const plugin::TaskBatch>(draw_trials(model, mine));
    fill_starts(model, mine, *drawn, shard);
    if (keep) (*keep)[static_cast<std::size_t>(s)] = drawn;
    return {{stream_for(mine, numeric::Purpose::awake_noise), model.noise_kind, model.noise, mine.first_trial},
            [&model, mine, drawn](std::int64_t first, std::int64_t steps, Shard<Real>& to) {
              fill_inputs(model, mine, *drawn, first, steps, to);
            },
            [&model, mine, drawn](std::int64_t first, std::int64_t steps, Real* targets) {
              fill_targets(model, mine, *drawn, first, steps, targets);
            },
            [&model, mine](std::int64_t first, std::int64_t steps, Real* outputs) {
              add_output_noise(model, mine, first, steps, outputs);
            }};
  };
}

/// Trials of an evaluation that are kept for who watches.
constexpr std::int64_t watched_trials = 4;

/// Sum of squared differences between decoded and true latents of `rows` trials in `steps` steps from `first` on;
/// angles are wrapped.
double decoding_error(const Model& model, const plugin::TaskBatch& trials, std::int64_t rows, std::int64_t first,
                      std::int64_t steps, const plugin::Array& decoded) {
  const auto& task = *model.task;
  const auto d = task.latents(), trial_length = trials.latents.shape[1];
  double sum = 0;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t n = 0; n < steps; ++n)
      for (std::int64_t k = 0; k < d; ++k) {
        double difference =
            decoded.values[static_cast<std::size_t>((n * shard_rows + row) * d + k)] -
            trials.latents.values[static_cast<std::size_t>((row * trial_length + first + n + 1) * d + k)];
        if (task.latent_is_angle()) difference = std::remainder(difference, 2 * std::numbers::pi);
        sum += difference * difference;
      }
  return sum;
}

/// Copies the same of the first trials into `paths`.
void keep_paths(const plugin::TaskBatch& trials, std::int64_t first, std::int64_t steps, const plugin::Array& decoded,
                EvaluatedPaths& paths) {
  const auto d = paths.coordinates, trial_length = trials.latents.shape[1];
  for (std::int64_t row = 0; row < paths.trials; ++row)
    for (std::int64_t n = 0; n < steps; ++n)
      for (std::int64_t k = 0; k < d; ++k) {
        const auto to = static_cast<std::size_t>((row * paths.steps + first + n) * d + k);
        paths.decoded[to] = decoded.values[static_cast<std::size_t>((n * shard_rows + row) * d + k)];
        paths.latent[to] =
            trials.latents.values[static_cast<std::size_t>((row * trial_length + first + n + 1) * d + k)];
      }
}

/// A gradient that is not finite where the loss is: it grew beyond all numbers, or a plugin's is wrong.
void require_finite_gradient(const Model& model, const ParameterLayout& layout,
                             const numeric::AlignedVector<Real>& gradient, std::int64_t batch) {
  const auto wrong = std::find_if(gradient.begin(), gradient.end(), [](Real g) { return !std::isfinite(g); });
  if (wrong == gradient.end()) return;
  const auto of = std::find_if(layout.entries.begin(), layout.entries.end(), [&](const ParameterEntry& entry) {
    return wrong - gradient.begin() < entry.offset + entry.outputs * entry.inputs;
  });
  auto plugins = fmt::format("cell '{}'", model.cell->component().id);
  for (const auto& dynamics : model.dynamics) plugins += fmt::format(", dynamics '{}'", dynamics->component().id);
  throw Error(ExitCode::run_failed,
              fmt::format("the gradient of '{}' is not finite at batch {}, though the loss is: it goes through {}",
                          of->name, batch, plugins),
              "lower learning_rate or noise; if a plugin is yours, see what `reverie check` says of its gradient");
}

/// The fixed batch a training is watched on.
class Evaluation {
 public:
  Evaluation(const Model& model, const TrainingOptions& options, std::int64_t steps)
      : model_(model),
        draw_{options.seed, numeric::Role::evaluate, 0, 0, shard_rows, steps, options.mask},
        trials_(options.evaluate_trials),
        ranks_(options.ranks),
        batch_(model, {.trials = trials_, .steps = steps, .precision = options.precision, .ranks = options.ranks}) {}

  /// What it saw of its first trials is known at rank 0.
  EvaluatedPaths run(const numeric::AlignedVector<Real>& weights, HistoryEntry& entry) {
    std::vector<std::shared_ptr<const plugin::TaskBatch>> drawn(static_cast<std::size_t>(batch_.shards()));
    std::vector<double> errors(drawn.size());
    EvaluatedPaths paths{entry.batch, std::min(watched_trials, trials_), draw_.steps, model_.task->latents(), {}, {}};
    paths.decoded.resize(static_cast<std::size_t>(paths.trials * paths.steps * paths.coordinates));
    paths.latent.resize(paths.decoded.size());
    const auto visit = [&](std::int64_t s, std::int64_t first, std::int64_t steps, const Real*, Real* outputs) {
      const auto at = static_cast<std::size_t>(s);
      const auto decoded = decode_outputs(model_, batch_.rows_of(s), steps, outputs);
      errors[at] += decoding_error(model_, *drawn[at], batch_.rows_of(s), first, steps, decoded);
      if (s == 0) keep_paths(*drawn[at], first, steps, decoded, paths);
    };
    entry.evaluation_loss = batch_.run(weights, task_source(model_, batch_, draw_, 0, &drawn), nullptr, visit);
    numeric::share_blocks(ranks_, errors);
    if (ranks_) share_paths(paths);
    double sum = 0;
    for (const double error : errors) sum += error;
    entry.task_error = sum / static_cast<double>(trials_ * draw_.steps * model_.task->latents());
    entry.evaluated = true;
    return paths;
  }

 private:
  /// All ranks give what they have, and take what the one has that ran the first shard (rank 0 need not).
  void share_paths(EvaluatedPaths& paths) const {
    int owner = 0;
    while (numeric::block_of(owner, ranks_->size(), batch_.shards()).last == 0) ++owner;
    for (auto* values : {&paths.decoded, &paths.latent}) {
      const auto length = std::ssize(*values);
      std::vector<double> all(static_cast<std::size_t>(length * ranks_->size()));
      std::copy(values->begin(), values->end(), all.begin() + length * ranks_->rank());
      numeric::share_blocks(ranks_, all);
      std::copy_n(all.begin() + length * owner, length, values->begin());
    }
  }

  const Model& model_;
  TrialDraw draw_;
  std::int64_t trials_;
  numeric::Communicator* ranks_;
  Batch<Real> batch_;
};

}  // namespace

TrainingResult train(const Model& model, const TrainingOptions& options, TrainingState start,
                     const TrainingProgress& progress, const EvaluationWatch& watch) {
  const auto steps = options.steps > 0 ? options.steps : model.task->steps();
  Batch<Real> batch(model, {.trials = options.batch_size,
                            .steps = steps,
                            .with_gradient = true,
                            .checkpoint_every = options.checkpoint_every,
                            .precision = options.precision,
                            .ranks = options.ranks});
  const auto& layout = batch.layout();
  auto weights = flatten<Real>(layout, start.weights);
  using Flat = numeric::AlignedVector<Real>;
  const auto moments = [&](const std::vector<NamedArray>& saved) {
    return saved.empty() ? Flat(weights.size()) : flatten<Real>(layout, saved);
  };
  auto first_moment = moments(start.first_moments), second_moment = moments(start.second_moments);
  Flat gradient(weights.size());
  std::optional<Evaluation> evaluation;
  if (options.evaluate_every > 0) evaluation.emplace(model, options, steps);
  const numeric::AdamOptions adam{options.learning_rate, options.beta1, options.beta2, options.epsilon};
  const TrialDraw draw{options.seed, numeric::Role::train, 0, 0, shard_rows, steps, options.mask};

  TrainingResult result;
  std::int64_t done = start.batch;
  for (bool go_on = true; go_on && done < options.batches;) {
    const auto first_trial = static_cast<std::uint32_t>(done * options.batch_size);
    HistoryEntry entry;
    entry.loss = batch.run(weights, task_source(model, batch, draw, first_trial), &gradient);
    entry.batch = ++done;
    if (!std::isfinite(entry.loss))
      throw Error(ExitCode::run_failed,
                  fmt::format("the loss is not finite at batch {}: {}", done,
                              why_not_finite(model, options, unflatten(layout, weights), done)),
                  "lower learning_rate or noise, or the strength of the dynamics used in training");
    require_finite_gradient(model, layout, gradient, done);
    constexpr std::int64_t piece = 16384;
    numeric::parallel_items((layout.size + piece - 1) / piece, [&](int, std::int64_t item) {
      const auto first = item * piece;
      numeric::adam_step(adam, done, std::min(piece, layout.size - first), gradient.data() + first,
                         weights.data() + first, first_moment.data() + first, second_moment.data() + first);
    });
    std::optional<EvaluatedPaths> paths;
    if (evaluation && (done % options.evaluate_every == 0 || done == options.batches))
      paths = evaluation->run(weights, entry);
    result.history.push_back(entry);
    go_on = numeric::decide(options.ranks, [&] {
      if (paths && watch) watch(*paths);
      return progress(entry);
    });
  }
  result.state = {unflatten(layout, weights), unflatten(layout, first_moment), unflatten(layout, second_moment), done};
  return result;
}

}  // namespace reverie::engine
