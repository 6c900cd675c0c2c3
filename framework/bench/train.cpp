// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bench/floor.hpp>
#include <bench/train.hpp>
#include <engine/batch.hpp>
#include <engine/task_shard.hpp>
#include <numeric/adam.hpp>
#include <numeric/random.hpp>
#include <numeric/threads.hpp>

namespace reverie::bench {
namespace {

using engine::Shard;
using engine::shard_rows;
using Buffer = numeric::AlignedVector<float>;

engine::TrainingState fresh_state(const engine::Model& model, std::uint64_t seed) {
  engine::TrainingState state;
  state.weights = engine::initial_weights(model, seed);
  return state;
}

/// The parts of a training step, each by itself, with the engine's functions on the engine's arrays.
class Parts {
 public:
  Parts(const engine::Model& model, const engine::TrainingOptions& training)
      : model_(model),
        training_(training),
        batch_(model, {.trials = training.batch_size,
                       .steps = training.steps,
                       .with_gradient = true,
                       .precision = training.precision}),
        task_network_(model, training.steps, true, false, training.precision),
        weights_(engine::flatten<float>(batch_.layout(), engine::initial_weights(model, training.seed))),
        gradient_(weights_.size()),
        moments_{Buffer(weights_.size()), Buffer(weights_.size())} {
    for (int worker = 0; worker < numeric::thread_count(); ++worker) {
      task_shards_.push_back(std::make_unique<Shard<float>>(task_network_, training.steps, false));
      targets_.emplace_back(
          static_cast<std::size_t>(training.steps * shard_rows * std::max(model.task->outputs(), model.units)));
    }
  }

  /// Trials, first activity, inputs and targets of a batch, in chunks as the engine asks for them.
  void task() {
    numeric::parallel_items(batch_.shards(), [&](int worker, std::int64_t s) {
      const auto at = static_cast<std::size_t>(worker);
      const auto draw = draw_of(s);
      const auto trials = engine::draw_trials(model_, draw);
      engine::fill_starts(model_, draw, trials, *task_shards_[at]);
      engine::fill_inputs(model_, draw, trials, 0, draw.steps, *task_shards_[at]);
      for (std::int64_t first = 0; first < draw.steps; first += engine::chunk_steps)
        engine::fill_targets(model_, draw, trials, first, std::min(engine::chunk_steps, draw.steps - first),
                             targets_[at].data());
    });
  }
  /// The state noise of a batch.
  void noise() {
    const auto source = noise_of(0);
    numeric::parallel_items(batch_.shards(), [&](int worker, std::int64_t s) {
      float* out = targets_[static_cast<std::size_t>(worker)].data();
      for (std::int64_t n = 0; n < training_.steps; ++n)
        for (std::int64_t row = 0; row < batch_.rows_of(s); ++row) source.fill(row, n, model_.units, out);
    });
  }
  /// Packing, task and encoding, rollout with noise, read-out and loss; with the gradient also everything back.
  void rollout(bool with_gradient) {
    batch_.run(
        weights_,
        [&](std::int64_t s, Shard<float>& shard) {
          const auto draw = draw_of(s);
          const auto trials = std::make_shared<plugin::TaskBatch>(engine::draw_trials(model_, draw));
          engine::fill_starts(model_, draw, *trials, shard);
          return engine::ShardTrials<float>{noise_of(s),
                                            [=, this](std::int64_t first, std::int64_t steps, Shard<float>& to) {
                                              engine::fill_inputs(model_, draw, *trials, first, steps, to);
                                            },
                                            [=, this](std::int64_t first, std::int64_t steps, float* targets) {
                                              engine::fill_targets(model_, draw, *trials, first, steps, targets);
                                            }};
        },
        with_gradient ? &gradient_ : nullptr);
  }
  void optimiser() {
    constexpr std::int64_t piece = 16384;
    const auto size = static_cast<std::int64_t>(weights_.size());
    numeric::parallel_items((size + piece - 1) / piece, [&](int, std::int64_t item) {
      const auto first = item * piece;
      // The rate is 0: weights stay those of the other parts.
      numeric::adam_step({0}, 1, std::min(piece, size - first), gradient_.data() + first, weights_.data() + first,
                         moments_[0].data() + first, moments_[1].data() + first);
    });
  }

 private:
  engine::TrialDraw draw_of(std::int64_t s) const {
    return {training_.seed,  numeric::Role::train, 0, first_trial(s), batch_.rows_of(s),
            training_.steps, training_.mask};
  }
  static std::uint32_t first_trial(std::int64_t s) { return static_cast<std::uint32_t>(s * shard_rows); }
  engine::NoiseSource<float> noise_of(std::int64_t s) const {
    engine::NoiseSource<float> noise;
    noise.stream = numeric::make_stream(training_.seed, numeric::Role::train, numeric::Purpose::awake_noise);
    noise.kind = model_.noise_kind;
    noise.scale = model_.noise;
    noise.first_trial = first_trial(s);
    return noise;
  }

  const engine::Model& model_;
  engine::TrainingOptions training_;
  engine::Batch<float> batch_;
  engine::Network<float> task_network_;
  Buffer weights_, gradient_, moments_[2];
  std::vector<std::unique_ptr<Shard<float>>> task_shards_;
  std::vector<Buffer> targets_;
};

}  // namespace

void train_in_turns(const Options& options, const engine::Model& model, engine::TrainingOptions training,
                    Samples& samples, const std::function<void(bool warm)>& between) {
  using Clock = std::chrono::steady_clock;
  training.batches = options.repeat + 1;
  auto start = Clock::now();
  engine::train(model, training, fresh_state(model, training.seed), [&](const engine::HistoryEntry& entry) {
    const auto end = Clock::now();
    const bool warm = entry.batch > 1;
    if (warm) samples.add("step", std::chrono::duration<double>(end - start).count());
    between(warm);
    stop_if_asked(options);
    start = Clock::now();
    return true;
  });
}

std::optional<std::int64_t> memory_of_training(const engine::Model& model, engine::TrainingOptions training) {
  training.batches = 2;
  return memory_of(
      [&] { engine::train(model, training, fresh_state(model, training.seed), [](const auto&) { return true; }); });
}

double memory_formula(const engine::Model& model, const engine::TrainingOptions& training, int threads) {
  const engine::ParameterLayout layout(model);
  std::size_t memory = model.cell->memory().size();
  for (const auto& dynamics : model.dynamics) memory += dynamics->memory().size();
  const auto of = [](auto count) { return static_cast<double>(count); };
  const double shards = of((training.batch_size + shard_rows - 1) / shard_rows);
  const double units = of(numeric::padded(model.units)), slots = of(model.cell->slots().size());
  const auto chunk = std::min(engine::chunk_steps, training.steps);
  const auto held =
      training.checkpoint_every > 0 ? std::min(training.checkpoint_every, training.steps) : training.steps;
  const double per_row = of(held) * (units * (1 + slots + of(memory)) + of(model.task->inputs())) +
                         of((training.steps - 1) / held) * units * (1 + of(memory)) +
                         of(chunk) * (units * (1 + slots) + 2 * of(model.task->outputs()));
  return 4 * (std::min(of(threads), shards) * of(shard_rows) * per_row + of(layout.size) * (shards + 14));
}

Line measure_training(const Options& options, const std::string& name, const Workload& workload,
                      const TrainingTargets& targets) {
  const auto plan = training_of(options, workload);
  const auto model = model_of(plan.model);
  const auto memory = memory_of_training(model, plan.options);
  TrainingFloor floor(model, plan.options);
  Parts parts(model, plan.options);
  const auto before = numeric::product_operations();
  floor.run();
  const auto operations = static_cast<double>(numeric::product_operations() - before);

  Samples samples;
  train_in_turns(options, model, plan.options, samples, [&](bool warm) {
    Samples unused;
    auto& to = warm ? samples : unused;
    to.time("floor", [&] { floor.run(); });
    to.add("peak", fma_peak());
    to.time("task", [&] { parts.task(); });
    to.time("forward", [&] { parts.rollout(false); });
    to.time("both", [&] { parts.rollout(true); });
    to.time("noise", [&] { parts.noise(); });
    to.time("optimiser", [&] { parts.optimiser(); });
  });

  const auto milliseconds = [&](const char* sample) { return 1000 * samples.median_of(sample); };
  const double step = samples.median_of("step"), seconds = samples.median_of("floor");
  const double peak = samples.largest_of("peak");
  Line line{name, workload.what(), "", {}};
  const bool full = plan.options.precision == numeric::Precision::full;  // targets are those of float32
  std::optional<Target> over_floor, of_peak, share;
  if (full && targets.task_share) share = Target{*targets.task_share};
  if (full) over_floor = Target{targets.over_floor};
  if (full && targets.floor_over_peak) of_peak = Target{*targets.floor_over_peak, false};
  line.add("step", "ms", 1000 * step);
  line.add("product floor", "ms", 1000 * seconds);
  line.add("step / floor", "1", samples.median_ratio("step", "floor"), over_floor);
  line.add("products", "GFLOP", operations / 1e9);
  line.add("step", "GFLOP/s", operations / step / 1e9);
  line.add("product floor", "GFLOP/s", operations / seconds / 1e9);
  line.add("FMA peak, float32", "GFLOP/s", peak / 1e9);
  line.add("floor / FMA peak", "1", operations / seconds / peak, of_peak);
  line.add("task and encoding", "ms", milliseconds("task"));
  line.add("task and encoding / step", "1", samples.median_ratio("task", "step"), share);
  line.add("forward, with noise and loss", "ms", milliseconds("forward") - milliseconds("task"));
  line.add("of which noise", "ms", milliseconds("noise"));
  line.add("backward", "ms", milliseconds("both") - milliseconds("forward"));
  line.add("optimiser", "ms", milliseconds("optimiser"));
  if (memory) line.add("memory", "MB", static_cast<double>(*memory) / 1e6);
  line.add("memory by formula", "MB", memory_formula(model, plan.options, numeric::thread_count()) / 1e6);
  return line;
}

}  // namespace reverie::bench
