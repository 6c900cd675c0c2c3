// SPDX-License-Identifier: BSD-3-Clause
/// What the calls through the plugin interface cost: the time of a call that has no rows, times calls per step.
#pragma once

#include <bench/suite.hpp>

namespace reverie::bench {

std::vector<Line> measure_abi(const Options& options);

}  // namespace reverie::bench
