// SPDX-License-Identifier: BSD-3-Clause
#include <engine/task_shard.hpp>

#include <algorithm>
#include <limits>

namespace reverie::engine {

reverie_stream stream_for(const TrialDraw& draw, numeric::Purpose purpose) {
  return numeric::make_stream(draw.seed, draw.role, purpose, draw.draw);
}

plugin::TaskBatch draw_trials(const Model& model, const TrialDraw& draw) {
  return model.task->generate(model.constants, stream_for(draw, numeric::Purpose::task), draw.first_trial, draw.rows,
                              draw.steps);
}

template <class Real>
void fill_starts(const Model& model, const TrialDraw& draw, const plugin::TaskBatch& trials, Shard<Real>& shard) {
  const auto& task = *model.task;
  const auto d = task.latents(), width = task.starts();
  plugin::Array latents({draw.rows, d});
  for (std::int64_t row = 0; row < draw.rows; ++row)
    std::copy_n(trials.latents.values.begin() + row * (draw.steps + 1) * d, d, latents.values.begin() + row * d);
  std::fill(shard.starts.begin(), shard.starts.end(), Real(0));
  std::fill_n(shard.starts.begin(), draw.rows * width, std::numeric_limits<Real>::quiet_NaN());  // unwritten: told
  const std::int64_t shape[] = {draw.rows, width};
  task.encode(model.constants, REVERIE_ENCODE_START, latents.tensor(), plugin::tensor_of(shard.starts.data(), shape));
  shard.active_rows = draw.rows;
}

template <class Real>
void fill_inputs(const Model& model, const TrialDraw& draw, const plugin::TaskBatch& trials, std::int64_t first_step,
                 std::int64_t steps, Shard<Real>& shard) {
  const auto width = model.task->inputs();
  const auto noise = stream_for(draw, numeric::Purpose::input);
  std::vector<Real> jitter(static_cast<std::size_t>(width), Real(0));
  std::fill(shard.inputs.begin(), shard.inputs.end(), Real(0));
  for (std::int64_t n = first_step; n < first_step + steps; ++n) {
    if (n % draw.mask != 0) continue;
    for (std::int64_t row = 0; row < draw.rows; ++row) {
      if (model.input_noise > 0)
        numeric::fill_normal(noise, draw.first_trial + static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(n),
                             width, static_cast<Real>(model.input_noise), jitter.data());
      const double* from = &trials.inputs.values[static_cast<std::size_t>((row * draw.steps + n) * width)];
      Real* to = &shard.inputs[static_cast<std::size_t>(((n - first_step) * shard_rows + row) * width)];
      for (std::int64_t i = 0; i < width; ++i) to[i] = static_cast<Real>(from[i]) + jitter[static_cast<std::size_t>(i)];
    }
  }
}

template <class Real>
void fill_targets(const Model& model, const TrialDraw& draw, const plugin::TaskBatch& trials, std::int64_t first_step,
                  std::int64_t steps, Real* targets) {
  const auto& task = *model.task;
  const auto d = task.latents();
  plugin::Array latents({steps * shard_rows, d});
  for (std::int64_t n = 0; n < steps; ++n)
    for (std::int64_t row = 0; row < shard_rows; ++row) {
      const auto trial = std::min(row, draw.rows - 1);
      std::copy_n(trials.latents.values.begin() + (trial * (draw.steps + 1) + first_step + n + 1) * d, d,
                  latents.values.begin() + (n * shard_rows + row) * d);
    }
  const std::int64_t shape[] = {steps * shard_rows, task.outputs()};
  task.encode(model.constants, REVERIE_ENCODE_TARGET, latents.tensor(), plugin::tensor_of(targets, shape));
}

template <class Real>
void add_output_noise(const Model& model, const TrialDraw& draw, std::int64_t first_step, std::int64_t steps,
                      Real* outputs) {
  if (model.output_noise == 0) return;
  const auto width = model.task->outputs();
  const auto stream = stream_for(draw, draw.quiescent ? numeric::Purpose::quiescent_output : numeric::Purpose::output);
  std::vector<Real> noise(static_cast<std::size_t>(width));
  for (std::int64_t n = 0; n < steps; ++n)
    for (std::int64_t row = 0; row < draw.rows; ++row) {
      numeric::fill_normal(stream, draw.first_trial + static_cast<std::uint32_t>(row),
                           static_cast<std::uint32_t>(first_step + n), width, static_cast<Real>(model.output_noise),
                           noise.data());
      Real* to = outputs + (n * shard_rows + row) * width;
      for (std::int64_t i = 0; i < width; ++i) to[i] += noise[static_cast<std::size_t>(i)];
    }
}

template <class Real>
plugin::Array decode_outputs(const Model& model, std::int64_t rows, std::int64_t steps, Real* outputs) {
  const auto& task = *model.task;
  const auto width = task.outputs();
  for (std::int64_t n = 0; n < steps; ++n)
    for (std::int64_t row = rows; row < shard_rows; ++row)
      std::copy_n(outputs + (n * shard_rows + rows - 1) * width, width, outputs + (n * shard_rows + row) * width);
  auto decoded = plugin::Array::unwritten({steps * shard_rows, task.latents()});
  const std::int64_t shape[] = {steps * shard_rows, width};
  task.decode(model.constants, plugin::tensor_of(outputs, shape), decoded.tensor());
  return decoded;
}

#define REVERIE_INSTANTIATE(Real)                                                                                  \
  template void fill_starts(const Model&, const TrialDraw&, const plugin::TaskBatch&, Shard<Real>&);               \
  template void fill_inputs(const Model&, const TrialDraw&, const plugin::TaskBatch&, std::int64_t, std::int64_t,  \
                            Shard<Real>&);                                                                         \
  template void fill_targets(const Model&, const TrialDraw&, const plugin::TaskBatch&, std::int64_t, std::int64_t, \
                             Real*);                                                                               \
  template void add_output_noise(const Model&, const TrialDraw&, std::int64_t, std::int64_t, Real*);               \
  template plugin::Array decode_outputs(const Model&, std::int64_t, std::int64_t, Real*);
REVERIE_INSTANTIATE(float)
REVERIE_INSTANTIATE(double)
#undef REVERIE_INSTANTIATE

}  // namespace reverie::engine
