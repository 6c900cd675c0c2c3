// SPDX-License-Identifier: BSD-3-Clause
/// Random numbers per second on one core.
#pragma once

#include <bench/suite.hpp>

namespace reverie::bench {

std::vector<Line> measure_random(const Options& options);

}  // namespace reverie::bench
