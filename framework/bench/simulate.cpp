// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <bench/floor.hpp>
#include <bench/simulate.hpp>
#include <pipeline/run_stage.hpp>

namespace reverie::bench {
namespace {

struct Case {
  std::string name;
  pipeline::Plan plan;

  /// As the pipeline runs it, with the recording in `folder`.
  void run(const std::filesystem::path& folder) const {
    const auto& stage = plan.stages.at(0);
    pipeline::run_simulate(std::get<pipeline::SimulateStage>(stage.work),
                           {.stage = stage,
                            .folder = folder,
                            .inputs = {},
                            .input_stages = {},
                            .progress = [](const pipeline::Progress&) { return true; },
                            .work_folder = folder});
    std::filesystem::remove(folder / pipeline::recording_file);
  }
};

}  // namespace

Workload replay() {
  auto workload = spatial_navigation();
  workload.steps = 1000;
  return workload;
}

std::vector<Line> measure_simulate(const Options& options) {
  const auto workload = replay();
  std::vector<Case> cases;
  for (const auto& c : dynamics_cases) cases.push_back({c.name, simulation_of(options, workload, c.dynamics)});
  const auto memory = memory_of([&] {
    for (const auto& c : cases) c.run(options.scratch);
  });

  // The floor does not depend on the dynamics, which multiply nothing.
  const auto& work = std::get<pipeline::SimulateStage>(cases[0].plan.stages.at(0).work);
  const auto model = model_of(work.model);
  SimulationFloor floor(model, work.options);
  const auto before = numeric::product_operations();
  floor.run();
  const auto operations = static_cast<double>(numeric::product_operations() - before);

  Samples samples;
  for (int turn = 0; turn < options.repeat; ++turn) {
    samples.time("floor", [&] { floor.run(); });
    samples.add("peak", fma_peak());
    for (const auto& c : cases) samples.time(c.name, [&] { c.run(options.scratch); });
    stop_if_asked(options);
  }

  const double seconds = samples.median_of("floor"), peak = samples.largest_of("peak");
  const auto target = [&](double limit, bool at_most = true) -> std::optional<Target> {
    if (work.options.precision != numeric::Precision::full) return {};  // targets are those of float32
    return Target{limit, at_most};
  };
  std::vector<Line> lines;
  for (const auto& c : cases) {
    Line& line =
        lines.emplace_back(Line{"simulate-" + c.name, workload.what() + ", quiescent, recording written", "", {}});
    line.add("simulation", "ms", 1000 * samples.median_of(c.name));
    line.add("product floor", "ms", 1000 * seconds);
    line.add("simulation / floor", "1", samples.median_ratio(c.name, "floor"), target(1.35));
    if (c.name != "overdamped")
      line.add("simulation / overdamped", "1", samples.median_ratio(c.name, "overdamped"), target(1.08));
    line.add("products", "GFLOP", operations / 1e9);
    line.add("simulation", "GFLOP/s", operations / samples.median_of(c.name) / 1e9);
    line.add("product floor", "GFLOP/s", operations / seconds / 1e9);
    line.add("FMA peak, float32", "GFLOP/s", peak / 1e9);
    line.add("floor / FMA peak", "1", operations / seconds / peak, target(0.7, false));
    if (memory) line.add("memory of all four", "MB", static_cast<double>(*memory) / 1e6);
  }
  return lines;
}

}  // namespace reverie::bench
