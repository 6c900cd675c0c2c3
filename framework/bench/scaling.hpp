// SPDX-License-Identifier: BSD-3-Clause
/// Time and memory of a training step against units, steps, trials and threads.
#pragma once

#include <bench/suite.hpp>

namespace reverie::bench {

std::vector<Line> measure_scaling(const Options& options);

}  // namespace reverie::bench
