// SPDX-License-Identifier: BSD-3-Clause
/// What `reverie run` leaves on the screen: numbers, claims, failures.
#pragma once

#include <pipeline/run.hpp>

namespace reverie::cli {

/// "1 stage", "3 stages".
std::string count_of(std::size_t count, const std::string& noun);

/// Every single number of the measurements; of a larger sweep the means over its seeds, and of one that is larger
/// still the range of each number over the conditions, with the place where all of them stand.
void print_numbers(const pipeline::RunResult& result);

/// Verdicts with their cases; of more than 20 those that do not hold.
void print_claims(const std::vector<pipeline::ClaimResult>& claims);

/// Failures with remedy and log; those skipped because of them only counted where they are many.
void print_failures(const std::vector<pipeline::StageOutcome>& outcomes);

}  // namespace reverie::cli
