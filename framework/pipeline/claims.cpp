// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <optional>
#include <pipeline/axes.hpp>
#include <pipeline/claims.hpp>
#include <pipeline/results.hpp>

namespace reverie::pipeline {
namespace {

/// Reads each stage's numbers once.
struct Numbers {
  const Plan& plan;
  const std::filesystem::path& runs;
  std::map<std::size_t, store::Dataset> read = {};

  /// Throws DataError. `unit` is the one of all values that are compared; plain numbers have it, whatever it is.
  double value(const Quantity& quantity, std::optional<std::string>& unit) {
    if (!quantity.stage) return quantity.number;
    const Stage& stage = plan.stages[*quantity.stage];
    auto found = read.find(*quantity.stage);
    if (found == read.end()) {
      const auto folder = result_folder(runs, stage);
      if (!std::filesystem::exists(folder))
        throw store::DataError(fmt::format("stage '{}' has no result", stage.label()));
      found = read.emplace(*quantity.stage, read_numbers(stage, folder)).first;
    }
    const auto& own = found->second.at(quantity.name).unit;
    if (unit && *unit != own)
      throw store::DataError(fmt::format("'{}' of '{}' is in \"{}\", and what it is compared with in \"{}\"",
                                         quantity.name, stage.label(), own, *unit));
    unit = own;
    return value_of(quantity, stage, found->second);
  }
};

Verdict judge(double low, double high) {
  if (low > 0) return Verdict::holds;
  return high > 0 ? Verdict::unclear : Verdict::fails;
}

/// Mean of the differences and its interval.
void summarise(const std::vector<double>& differences, ComparisonResult& result) {
  const auto n = static_cast<double>(differences.size());
  double mean = 0, squares = 0;
  for (const double d : differences) mean += d / n;
  for (const double d : differences) squares += (d - mean) * (d - mean);
  result.difference = result.low = result.high = mean;
  if (differences.size() > 1) {
    const double quantile = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
    const double half = quantile * std::sqrt(squares / (n - 1) / n);
    result.low = mean - half;
    result.high = mean + half;
    if (!std::isfinite(half)) {
      result.low = *std::min_element(differences.begin(), differences.end());
      result.high = *std::max_element(differences.begin(), differences.end());
    }
  }
  result.verdict = judge(result.low, result.high);
}

ComparisonResult compare(const Claim& claim, const Claim::Case& at, const char* side,
                         std::optional<Quantity> Claim::Sample::*bound, Numbers& numbers) {
  ComparisonResult result;
  result.point = at.point;
  result.side = side;
  result.samples = at.samples.size();
  const double sign = bound == &Claim::Sample::above ? 1 : -1;
  const auto n = static_cast<double>(at.samples.size());
  std::vector<double> differences;
  std::optional<std::string> unit;
  try {
    for (const auto& sample : at.samples) {
      const double value = numbers.value(sample.value, unit);
      const double limit = claim.factor * numbers.value(*(sample.*bound), unit) + sign * claim.margin;
      result.value += value / n;
      result.bound += limit / n;
      differences.push_back(sign * (value - limit));
    }
    summarise(differences, result);
  } catch (const Error& error) {
    result.missing = error.what();
    result.value = result.bound = std::nan("");
  }
  return result;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::unclear:
      return "unclear";
    case Verdict::fails:
      return "fails";
    case Verdict::unknown:
      return "unknown";
  }
  throw std::logic_error("unknown verdict");
}

std::vector<ClaimResult> judge_claims(const Plan& plan, const std::filesystem::path& runs) {
  Numbers numbers{plan, runs};
  std::vector<ClaimResult> results;
  for (const auto& claim : plan.claims) {
    ClaimResult result{claim.name, claim.text, Verdict::holds, {}};
    for (const auto& at : claim.cases) {
      if (at.samples.front().above)
        result.comparisons.push_back(compare(claim, at, "above", &Claim::Sample::above, numbers));
      if (at.samples.front().below)
        result.comparisons.push_back(compare(claim, at, "below", &Claim::Sample::below, numbers));
    }
    for (const auto& comparison : result.comparisons) result.verdict = std::max(result.verdict, comparison.verdict);
    results.push_back(std::move(result));
  }
  return results;
}

nlohmann::ordered_json describe(const std::vector<ClaimResult>& claims) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& claim : claims) {
    nlohmann::ordered_json row = {{"name", claim.name}, {"text", claim.text}, {"verdict", name_of(claim.verdict)}};
    row["comparisons"] = nlohmann::ordered_json::array();
    for (const auto& comparison : claim.comparisons) {
      nlohmann::ordered_json entry = {{"verdict", name_of(comparison.verdict)}, {"side", comparison.side}};
      for (const auto& [axis, label] : comparison.point) entry["at"][axis] = label;
      entry["samples"] = comparison.samples;
      if (comparison.missing.empty()) {
        entry["value"] = comparison.value;
        entry["bound"] = comparison.bound;
        entry["difference"] = comparison.difference;
        entry["interval_95"] = {comparison.low, comparison.high};
      } else {
        entry["missing"] = comparison.missing;
      }
      row["comparisons"].push_back(std::move(entry));
    }
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace reverie::pipeline
