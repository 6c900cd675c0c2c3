// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <engine/divergence.hpp>
#include <engine/simulator.hpp>
#include <engine/task_shard.hpp>
#include <numeric/threads.hpp>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace reverie::engine {
namespace {

/// What one shard recorded: per variable [row][...].
using ShardRecord = std::map<std::string, std::vector<float>>;

/// Hands the records of shards from the workers to the calling thread in ascending order; workers wait when they are
/// too far ahead, so that memory stays bounded.
class Handover {
 public:
  explicit Handover(std::int64_t ahead) : ahead_(ahead) {}

  /// False: stopped, the record is dropped.
  bool put(std::int64_t shard, ShardRecord record) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || shard < next_ + ahead_; });
    if (stopped_) return false;
    ready_.emplace(shard, std::move(record));
    changed_.notify_all();
    return true;
  }
  /// The next record; nullopt when the workers ended without it.
  std::optional<ShardRecord> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || ready_.contains(next_); });
    const auto at = ready_.find(next_);
    if (at == ready_.end()) return std::nullopt;
    auto record = std::move(at->second);
    ready_.erase(at);
    ++next_;
    changed_.notify_all();
    return record;
  }
  void stop() { set(stopped_); }
  void end() { set(ended_); }
  bool stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

 private:
  void set(bool& flag) {
    const std::lock_guard lock(mutex_);
    flag = true;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, ShardRecord> ready_;
  std::int64_t next_ = 0, ahead_;
  bool stopped_ = false, ended_ = false;
};

/// [step][shard_rows][width] of `steps` steps into [row][all_steps][width] from first_step on.
template <class From>
void to_trials(const From* from, std::int64_t steps, std::int64_t stride, std::int64_t width, std::int64_t rows,
               std::int64_t first_step, std::int64_t all_steps, float* to) {
  for (std::int64_t n = 0; n < steps; ++n)
    for (std::int64_t row = 0; row < rows; ++row)
      std::transform(from + (n * shard_rows + row) * stride, from + (n * shard_rows + row) * stride + width,
                     to + (row * all_steps + first_step + n) * width, [](From v) { return static_cast<float>(v); });
}

template <class Real>
struct Simulation {
  const Model& model;
  const SimulationOptions& options;
  const Network<Real>& network;
  std::int64_t steps;

  ShardRecord run_shard(std::int64_t s, Shard<Real>& shard, Handover& handover) const {
    const auto& task = *model.task;
    const auto d = task.latents(), chunk = network.steps_of_chunk();
    TrialDraw draw{options.seed,
                   options.role,
                   options.draw,
                   options.first_trial + static_cast<std::uint32_t>(s * shard_rows),
                   std::min(shard_rows, options.trials - s * shard_rows),
                   steps,
                   options.mask,
                   options.quiescent};
    const auto rows = draw.rows;
    const auto trials = draw_trials(model, draw);
    set_start(s, draw, trials, shard);
    NoiseSource<Real> noise;
    noise.stream =
        stream_for(draw, options.quiescent ? numeric::Purpose::quiescent_noise : numeric::Purpose::awake_noise);
    noise.kind = model.noise_kind;
    noise.scale = options.state_noise;
    noise.first_trial = draw.first_trial;

    ShardRecord record;
    const auto allocate = [&](const char* name, std::int64_t width) {
      auto& values = record[name];
      values.resize(static_cast<std::size_t>(rows * steps * width));
      return values.data();
    };
    float* position = allocate("position", d);
    float* state = options.record_state ? allocate("state", model.units) : nullptr;
    float* output = options.record_output ? allocate("output", task.outputs()) : nullptr;
    for (std::int64_t first = 0; first < steps && !handover.stopped(); first += chunk) {
      const auto length = std::min(chunk, steps - first);
      if (!options.quiescent) fill_inputs(model, draw, trials, first, length, shard);
      run_steps(shard, first, length, options.quiescent, noise);
      require_finite(shard, draw, first, length);
      read_out(shard, 0, length);
      add_output_noise(model, draw, first, length, shard.outputs.data());
      const auto decoded = decode_outputs(model, rows, length, shard.outputs.data());
      to_trials(decoded.values.data(), length, d, d, rows, first, steps, position);
      if (state) to_trials(shard.state(1), length, network.stride(), model.units, rows, first, steps, state);
      if (output) to_trials(shard.outputs.data(), length, task.outputs(), task.outputs(), rows, first, steps, output);
      shard.carry(length);
    }
    record["trial_direction"].assign(trials.directions.values.begin(), trials.directions.values.end());
    if (!options.quiescent) {
      float* latent = allocate("latent", d);
      for (std::int64_t row = 0; row < rows; ++row)
        std::copy_n(trials.latents.values.begin() + (row * (steps + 1) + 1) * d, steps * d, latent + row * steps * d);
    }
    return record;
  }

  /// The first unit that is not finite in [row][stride], as {row, unit}; row -1: all are finite.
  std::pair<std::int64_t, std::int64_t> not_finite(const Real* values, std::int64_t rows) const {
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t unit = 0; unit < model.units; ++unit)
        if (!std::isfinite(values[row * network.stride() + unit])) return {row, unit};
    return {-1, -1};
  }

  /// A state that left the finite numbers stays outside, so the last step of a chunk tells.
  void require_finite(Shard<Real>& shard, const TrialDraw& draw, std::int64_t first_step, std::int64_t length) const {
    if (not_finite(shard.state(length), draw.rows).first < 0) return;
    std::int64_t n = 0;
    while (not_finite(shard.state(n), draw.rows).first < 0) ++n;
    const auto [row, unit] = not_finite(shard.state(n), draw.rows);
    const auto trial = draw.first_trial + row;
    const char* remedy = "Lower the noise or the strength of the dynamics, or check the weights.";
    if (n == 0)
      throw Error(ExitCode::run_failed,
                  fmt::format("the state that trial {} starts from is not finite (unit {})", trial, unit), remedy);
    auto from = makers_of_state(model);
    for (std::size_t s = 0; s < shard.slots.size(); ++s) {
      const auto& slot = model.cell->slots()[s];
      if (!slot.is_drive || not_finite(shard.slots[s].data() + (n - 1) * shard.row_size, draw.rows).first < 0) continue;
      from = fmt::format("drive '{}' of cell '{}', which was not finite itself: {}", slot.name,
                         model.cell->component().id, makers_of_drive(model, s));
      break;
    }
    throw Error(ExitCode::run_failed,
                fmt::format("the state is not finite in trial {} at step {} (unit {}), after {}", trial,
                            first_step + n - 1, unit, from),
                remedy);
  }

  void set_start(std::int64_t s, const TrialDraw& draw, const plugin::TaskBatch& trials, Shard<Real>& shard) const {
    fill_starts(model, draw, trials, shard);
    begin_trials(shard);
    if (options.start == Start::fresh) return;
    std::fill_n(shard.state(0), shard.row_size, Real(0));
    if (options.start != Start::recording) return;
    for (std::int64_t row = 0; row < draw.rows; ++row)
      std::transform(options.start_states.values.begin() + (s * shard_rows + row) * model.units,
                     options.start_states.values.begin() + (s * shard_rows + row + 1) * model.units,
                     shard.state(0) + row * network.stride(), [](double v) { return static_cast<Real>(v); });
  }
};

/// At rank 0 the records of shards first ... last - 1, of which rank r has that of shard first + r.
std::vector<ShardRecord> gather(numeric::Communicator* ranks, std::optional<ShardRecord>& mine, std::int64_t first,
                                std::int64_t last, const std::function<std::int64_t(std::int64_t)>& rows_of) {
  std::vector<ShardRecord> records;
  if (!ranks) {
    records.push_back(std::move(*mine));
    return records;
  }
  const auto n = static_cast<std::size_t>(ranks->size());
  std::vector<float> packed;
  if (mine && ranks->rank() > 0)
    for (const auto& [name, values] : *mine) packed.insert(packed.end(), values.begin(), values.end());
  std::vector<std::span<const std::byte>> to(n);
  std::vector<std::span<std::byte>> from(n);
  std::vector<std::vector<float>> received(n);
  if (ranks->rank() > 0) {
    to[0] = std::as_bytes(std::span(packed));
  } else {
    // The records of all ranks hold the same variables, with so many numbers per row.
    for (auto s = first + 1; s < last; ++s) {
      std::size_t numbers = 0;
      for (const auto& [name, values] : *mine) numbers += values.size();
      auto& values = received[static_cast<std::size_t>(s - first)];
      values.resize(numbers * static_cast<std::size_t>(rows_of(s)) / static_cast<std::size_t>(rows_of(first)));
      from[static_cast<std::size_t>(s - first)] = std::as_writable_bytes(std::span(values));
    }
  }
  ranks->exchange(to, from);
  if (ranks->rank() > 0) return records;
  records.push_back(std::move(*mine));
  for (auto s = first + 1; s < last; ++s) {
    auto next = received[static_cast<std::size_t>(s - first)].cbegin();
    auto& record = records.emplace_back();
    for (const auto& [name, values] : records.front()) {
      const auto count = static_cast<std::int64_t>(values.size()) * rows_of(s) / rows_of(first);
      record[name].assign(next, next + count);
      next += count;
    }
  }
  return records;
}

}  // namespace

template <class Real>
void simulate(const Model& model, const std::vector<NamedArray>& weights, const SimulationOptions& options,
              const SimulationSink& sink, const SimulationProgress& progress) {
  const auto steps = options.steps > 0 ? options.steps : model.task->steps();
  Network<Real> network(model, std::min(steps, chunk_steps), !options.quiescent, false, options.precision);
  const auto flat = flatten<Real>(network.layout(), weights);
  network.pack(flat);
  const Simulation<Real> simulation{model, options, network, steps};
  const auto shards = (options.trials + shard_rows - 1) / shard_rows;
  // Ranks take turns, so that rank 0 can write while all compute: shard s is rank s mod n's.
  const auto n = options.ranks ? options.ranks->size() : 1, me = options.ranks ? options.ranks->rank() : 0;
  const auto mine = (shards - me + n - 1) / n;
  const auto threads = std::max(1, numeric::thread_count());
  std::vector<std::unique_ptr<Shard<Real>>> workers(static_cast<std::size_t>(threads));
  Handover handover(threads + 1);
  std::exception_ptr failure;

  auto computing = numeric::worker_thread([&] {
    try {
      numeric::parallel_items(mine, [&](int worker, std::int64_t item) {
        if (handover.stopped()) return;
        auto& shard = workers[static_cast<std::size_t>(worker)];
        if (!shard) shard = std::make_unique<Shard<Real>>(network, network.steps(), false);
        try {
          handover.put(item, simulation.run_shard(item * n + me, *shard, handover));
        } catch (...) {
          handover.stop();  // workers that wait for this record to be taken would wait for ever
          throw;
        }
      });
    } catch (...) {
      failure = std::current_exception();
    }
    handover.end();
  });
  const auto finish = [&] {
    handover.stop();
    computing.join();
  };
  try {
    const auto rows_of = [&](std::int64_t s) { return std::min(shard_rows, options.trials - s * shard_rows); };
    bool go_on = true;
    for (std::int64_t first = 0; first < shards && go_on; first += n) {
      std::optional<ShardRecord> record;
      if (first + me < shards) record = handover.take();
      numeric::agree(options.ranks, first + me < shards && !record ? failure : nullptr);
      const auto records = gather(options.ranks, record, first, std::min<std::int64_t>(first + n, shards), rows_of);
      go_on = numeric::decide(options.ranks, [&] {
        for (auto s = first; s < std::min<std::int64_t>(first + n, shards); ++s) {
          for (const auto& [name, values] : records[static_cast<std::size_t>(s - first)])
            sink(name, s * shard_rows, rows_of(s), values.data());
          if (!progress(s * shard_rows + rows_of(s))) return false;
        }
        return true;
      });
    }
  } catch (...) {
    finish();
    throw;
  }
  finish();
}

template void simulate<float>(const Model&, const std::vector<NamedArray>&, const SimulationOptions&,
                              const SimulationSink&, const SimulationProgress&);
template void simulate<double>(const Model&, const std::vector<NamedArray>&, const SimulationOptions&,
                               const SimulationSink&, const SimulationProgress&);

}  // namespace reverie::engine
