// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <analysis/report/comparison_words.hpp>
#include <cli/command_line.hpp>
#include <cli/run_summary.hpp>
#include <cmath>
#include <iostream>
#include <map>

namespace reverie::cli {
namespace {

/// Up to so many lines of numbers are read by somebody.
constexpr std::size_t most_lines = 40;

/// Two columns of names, then text.
struct SummaryLine {
  std::string stage, name, text;
};

void print_lines(const std::vector<SummaryLine>& lines) {
  std::size_t stage = 0, name = 0;
  for (const auto& line : lines) {
    stage = std::max(stage, line.stage.size());
    name = std::max(name, line.name.size());
  }
  for (const auto& line : lines)
    std::cout << fmt::format("{:<{}}  {:<{}}  {}\n", line.stage, stage, line.name, name, line.text);
}

std::string unit_text(const std::string& unit) { return unit == "1" || unit.empty() ? "" : " " + unit; }

std::vector<SummaryLine> every_number(const pipeline::RunResult& result) {
  std::vector<SummaryLine> lines;
  for (const auto& row : result.metrics)
    lines.push_back({row.stage, row.name, fmt::format("{:>12.6g}{}", row.value, unit_text(row.unit))});
  return lines;
}

std::vector<SummaryLine> means_over_seeds(const pipeline::RunResult& result) {
  std::vector<SummaryLine> lines;
  for (const auto& [stage, variable, condition, unit, doc, reduced] : result.over_seeds) {
    const auto spread = std::isnan(reduced.sd) ? "" : fmt::format(" ± {:.3g}", reduced.sd);
    lines.push_back({condition.empty() ? stage : fmt::format("{}[{}]", stage, condition), variable,
                     fmt::format("{:>12.6g}{}{} (n = {})", reduced.centre, spread, unit_text(unit), reduced.n)});
  }
  return lines;
}

/// Of the means over seeds; those that are NaN are left out.
std::vector<SummaryLine> ranges_over_conditions(const pipeline::RunResult& result) {
  struct Range {
    double low = NAN, high = NAN;
    std::size_t conditions = 0;
    std::string unit;
  };
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, Range> ranges;
  for (const auto& number : result.over_seeds) {
    const std::pair key(number.stage, number.variable);
    if (!ranges.contains(key)) order.push_back(key);
    auto& range = ranges[key];
    range.low = std::fmin(range.low, number.reduced.centre);
    range.high = std::fmax(range.high, number.reduced.centre);
    range.unit = number.unit;
    ++range.conditions;
  }
  std::vector<SummaryLine> lines;
  for (const auto& key : order) {
    const auto& range = ranges[key];
    lines.push_back({key.first, key.second,
                     fmt::format("{:>12.6g} to {:.6g}{}, {}", range.low, range.high, unit_text(range.unit),
                                 count_of(range.conditions, "condition"))});
  }
  return lines;
}

/// "0.48 > 0.28, by -0.09 to 0.5 (n = 5)".
std::string words_of(const pipeline::ComparisonResult& c) {
  const auto words = analysis::comparison_words(c.side, c.value, c.bound, c.low, c.high, c.samples);
  return fmt::format("{}, by {} (n = {})", words.inequality, words.difference, c.samples);
}

}  // namespace

std::string count_of(std::size_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void print_numbers(const pipeline::RunResult& result) {
  auto lines = every_number(result);
  if (lines.size() > most_lines) {
    auto shorter = result.over_seeds.size() <= most_lines ? means_over_seeds(result) : ranges_over_conditions(result);
    if (shorter.size() < lines.size()) lines = std::move(shorter);
  }
  print_lines(lines);
  if (lines.size() == result.metrics.size()) return;
  std::cout << fmt::format("All {} numbers: {}; over seeds: {}\n", result.metrics.size(),
                           result.report.parent_path().append("metrics.csv").string(),
                           result.report.parent_path().append("metrics_summary.csv").string());
}

void print_failures(const std::vector<pipeline::StageOutcome>& outcomes) {
  constexpr std::size_t listed = 20;
  std::size_t failed = 0, skipped = 0, stopped = 0;
  for (const auto& outcome : outcomes) {
    if (outcome.state == pipeline::StageState::stopped) ++stopped;
    if (outcome.message.empty()) continue;
    if (++(outcome.state == pipeline::StageState::skipped ? skipped : failed) > listed) continue;
    complain(outcome.message, outcome.remedy);
    std::error_code ignored;
    if (std::filesystem::file_size(outcome.log, ignored) > 0 && !ignored)
      std::cerr << fmt::format("  Log: {}\n", outcome.log.string());
  }
  if (failed > listed) complain(fmt::format("{} more stages failed", failed - listed), "The report lists them.");
  if (skipped > listed) complain(fmt::format("{} more stages were skipped", skipped - listed), "");
  if (stopped > 0) complain(fmt::format("{} not run (--fail-fast)", count_of(stopped, "stage")), "");
}

void print_claims(const std::vector<pipeline::ClaimResult>& claims) {
  constexpr std::size_t listed = 20;
  if (!claims.empty()) std::cout << "\n";
  for (const auto& claim : claims) {
    std::cout << fmt::format("{:<8} {}\n", name_of(claim.verdict), claim.text.empty() ? claim.name : claim.text);
    std::size_t shown = 0;
    for (const auto& c : claim.comparisons) {
      // Of many cases those are of interest that do not hold.
      const bool many = claim.comparisons.size() > listed;
      if (many && (c.verdict == pipeline::Verdict::holds || shown == listed)) continue;
      ++shown;
      const auto at = c.point.empty() ? "" : pipeline::text_of(c.point) + ": ";
      if (!c.missing.empty())
        std::cout << fmt::format("           {}unknown: {}\n", at, c.missing);
      else
        std::cout << fmt::format("           {}{}: {}\n", at, words_of(c), name_of(c.verdict));
    }
    if (const auto others = claim.comparisons.size() - shown; others > 0)
      std::cout << fmt::format("           {} in claims.json\n", count_of(others, "more case"));
  }
}

}  // namespace reverie::cli
