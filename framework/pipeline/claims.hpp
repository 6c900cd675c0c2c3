// SPDX-License-Identifier: BSD-3-Clause
/// Verdicts on claims, from results in the store.
#pragma once

#include <pipeline/plan.hpp>

namespace reverie::pipeline {

/// holds: the difference is on the claimed side, with its whole 95 % interval where there are several samples;
/// unclear: the interval reaches to the other side; fails: it does not; unknown: a result is missing.
enum class Verdict { holds, unclear, fails, unknown };
std::string_view name_of(Verdict verdict);

/// One comparison at one point of `for_all`. Means over the samples of `over`.
struct ComparisonResult {
  Point point;
  std::string side;  ///< "above" or "below"
  std::size_t samples = 0;
  double value = 0, bound = 0;  ///< bound: with its factor and margin
  /// By how much the value is beyond the bound, on the claimed side, with its 95 % interval: Student's t over paired
  /// samples; equal to the difference for a single sample.
  double difference = 0, low = 0, high = 0;
  Verdict verdict = Verdict::unknown;
  std::string missing;  ///< why it is unknown
};

struct ClaimResult {
  std::string name, text;
  Verdict verdict = Verdict::unknown;  ///< the worst of the comparisons
  std::vector<ComparisonResult> comparisons;
};

/// One per claim of the plan. Reads results that exist in the store.
std::vector<ClaimResult> judge_claims(const Plan& plan, const std::filesystem::path& runs);

/// claims.json: everything above.
nlohmann::ordered_json describe(const std::vector<ClaimResult>& claims);

}  // namespace reverie::pipeline
