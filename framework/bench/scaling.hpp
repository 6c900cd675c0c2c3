// SPDX-License-Identifier: BSD-3-Clause
/// Time and memory of a training step of spatial_navigation() with one size varied.
#pragma once

#include <bench/workload.hpp>

namespace reverie::bench {

std::vector<Line> measure_sizes(const Options& options, const char* letter, std::int64_t Workload::*size,
                                std::initializer_list<std::int64_t> values);
/// 1 ... thread_count() threads.
std::vector<Line> measure_threads(const Options& options);

}  // namespace reverie::bench
