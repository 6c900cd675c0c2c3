// SPDX-License-Identifier: BSD-3-Clause
/// Metrics at the size of the papers, from samples in memory.
#pragma once

#include <bench/suite.hpp>

namespace reverie::bench {

std::vector<Line> measure_metrics(const Options& options);

}  // namespace reverie::bench
