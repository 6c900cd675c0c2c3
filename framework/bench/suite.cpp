// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bench/scaling.hpp>
#include <bench/simulate.hpp>
#include <bench/suite.hpp>
#include <bench/train.hpp>

namespace reverie::bench {

bool Figure::met() const {
  if (!target) return true;
  return target->at_most ? value <= target->limit : value >= target->limit;
}

ExitCode exit_code_of(const std::vector<Line>& lines, bool strict) {
  const auto met = [](const Figure& figure) { return figure.met(); };
  const auto reached = [&](const Line& line) { return std::all_of(line.figures.begin(), line.figures.end(), met); };
  return strict && !std::all_of(lines.begin(), lines.end(), reached) ? ExitCode::check_failed : ExitCode::ok;
}

const std::vector<Measurement>& measurements() {
  static const std::vector<Measurement> list = {
      {"train", "spatial navigation at the published size, whole training steps", true,
       [](const Options& o) {
         return std::vector{measure_training(o, "train", spatial_navigation(), {1.30, 0.7, 0.12})};
       }},
      {"train-gru", "the same with a gated recurrent unit", true,
       [](const Options& o) {
         return std::vector{measure_training(o, "train-gru", spatial_navigation_gru(), {1.35, 0.7, {}})};
       }},
      {"train-head-direction", "the head-direction network at the published size", true,
       [](const Options& o) {
         return std::vector{measure_training(o, "train-head-direction", head_direction(), {1.8, {}, {}})};
       }},
      {"simulate", "200 quiescent trials of 1000 steps with each dynamics, recordings written", true, measure_simulate},
      {"products", "the matrix products of the first of these, one by one", true, measure_products},
      {"abi", "what calls of plugins cost", true, measure_abi},
      {"random", "random numbers per second", true, measure_random},
      {"metrics", "metrics at the size of the papers", true, measure_metrics},
      {"scaling-units", "training steps with N = 128 ... 2048", false,
       [](const Options& o) {
         return measure_sizes(o, "N", &Workload::units, {128, 256, 512, 1024, 2048});
       }},
      {"scaling-steps", "training steps with T = 25 ... 400", false,
       [](const Options& o) {
         return measure_sizes(o, "T", &Workload::steps, {25, 50, 100, 200, 400});
       }},
      {"scaling-trials", "training steps with B = 25 ... 400", false,
       [](const Options& o) {
         return measure_sizes(o, "B", &Workload::trials, {25, 50, 100, 200, 400});
       }},
      {"scaling-threads", "training steps with 1, 2, ... threads", false, measure_threads},
  };
  return list;
}

}  // namespace reverie::bench
