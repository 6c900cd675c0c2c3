// SPDX-License-Identifier: BSD-3-Clause
/// The kinds of matrix products of a training step, one by one, on one core.
#pragma once

#include <bench/suite.hpp>

namespace reverie::bench {

std::vector<Line> measure_products(const Options& options);

}  // namespace reverie::bench
