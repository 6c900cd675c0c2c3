// SPDX-License-Identifier: BSD-3-Clause
/// Quiescent simulations with each dynamics, writing their recordings, against the product floor.
#pragma once

#include <bench/measurement.hpp>
#include <bench/workload.hpp>

namespace reverie::bench {

std::vector<Line> measure_simulate(const Options& options);

/// The dynamics that are compared: a name and the elements of a pipeline's `dynamics`.
struct DynamicsCase {
  const char *name, *dynamics;
};
inline constexpr DynamicsCase dynamics_cases[] = {
    {"overdamped", R"({ plugin = "overdamped" })"},
    {"underdamped", R"({ plugin = "underdamped", friction = 0.7 })"},
    {"adaptation", R"({ plugin = "adaptation", strength = 0.01 })"},
    {"both", R"({ plugin = "adaptation", strength = 0.01 }, { plugin = "underdamped", friction = 0.7 })"}};

/// The workload of the simulations: 200 trials of 1000 steps.
Workload replay();

}  // namespace reverie::bench
