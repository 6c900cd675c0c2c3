// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <bench/floor.hpp>
#include <bench/scaling.hpp>
#include <bench/train.hpp>
#include <numeric/threads.hpp>

namespace reverie::bench {
namespace {

/// One size: the step in turns with its floor.
Line measure_size(const Options& options, const std::string& name, const Workload& workload) {
  const auto plan = training_of(options, workload);
  const auto model = model_of(plan.model);
  const auto memory = memory_of_training(model, plan.options);
  TrainingFloor floor(model, plan.options);
  const auto before = numeric::product_operations();
  floor.run();
  const auto operations = static_cast<double>(numeric::product_operations() - before);
  Samples samples;
  train_in_turns(options, model, plan.options, samples, [&](bool warm) {
    const double seconds = seconds_of([&] { floor.run(); });
    if (warm) samples.add("floor", seconds);
  });
  const double formula = memory_formula(model, plan.options, numeric::thread_count());
  Line line{name, workload.what(), "scaling", {}};
  line.add("step", "ms", 1000 * samples.median_of("step"));
  line.add("step", "GFLOP/s", operations / samples.median_of("step") / 1e9);
  line.add("step / floor", "1", samples.median_ratio("step", "floor"));
  if (memory) line.add("memory", "MB", static_cast<double>(*memory) / 1e6);
  line.add("by formula", "MB", formula / 1e6);
  return line;
}

}  // namespace

std::vector<Line> measure_sizes(const Options& options, const char* letter, std::int64_t Workload::*size,
                                std::initializer_list<std::int64_t> values) {
  std::vector<Line> lines;
  for (const auto value : values) {
    auto workload = spatial_navigation();
    workload.*size = value;
    lines.push_back(measure_size(options, fmt::format("{} {}", letter, value), workload));
  }
  return lines;
}

std::vector<Line> measure_threads(const Options& options) {
  std::vector<Line> lines;
  const int threads = numeric::thread_count();
  for (int used = 1; used <= threads; ++used) {
    numeric::set_thread_count(used);
    lines.push_back(measure_size(options, fmt::format("threads {}", used), spatial_navigation()));
  }
  return lines;
}

}  // namespace reverie::bench
