// SPDX-License-Identifier: BSD-3-Clause
/// Exact optimal transport between two samples.
#pragma once

#include <cstdint>
#include <vector>

/// The least of  sum_ij pi_ij cost_ij  over couplings pi of n and m equally weighted points; cost [n, m], finite and
/// not negative.
///
/// Found by LEMON's network simplex in integers: costs are scaled to 2^40 / max (their rounding moves the optimum by
/// less than 1e-12 of the largest cost), supplies are m/g and n/g with g = gcd(n, m). The sum uses the costs as given.
/// Throws std::runtime_error where the solver does not find an optimum (cannot happen).
double optimal_transport(const std::vector<double>& cost, std::int64_t n, std::int64_t m);
