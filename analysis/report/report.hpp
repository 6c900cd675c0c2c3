// SPDX-License-Identifier: BSD-3-Clause
/// The report: one self-contained HTML file with figures, metrics, configuration and provenance; no network.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace reverie::analysis {

struct ReportFigure {
  std::string stage, title, caption, alternative_text;
  std::filesystem::path folder;  ///< with figure.svg, figure.gp, figure.csv
};
struct ReportMetric {
  std::string stage, metric, name, unit;
  double value = 0;
  std::string doc;
};
/// One comparison of a claim.
struct ReportComparison {
  std::string at, side;  ///< "friction=0.5" or ""; "above" or "below"
  std::string verdict;   ///< "holds", "unclear", "fails", "unknown"
  std::size_t samples = 0;
  double value = 0, bound = 0, low = 0, high = 0;  ///< low, high: 95 % interval of how far beyond the bound
  std::string missing;                             ///< why it is unknown
};
struct ReportClaim {
  std::string name, text, verdict;
  std::vector<ReportComparison> comparisons;
};
struct ReportStage {
  std::string name, run, state;  ///< state: "done", "done before", "failed"
  double seconds = 0;
  std::string fingerprint;
  std::vector<std::string> inputs;  ///< names of the stages it reads
};
struct Report {
  std::string title, pipeline;
  std::vector<ReportClaim> claims;
  std::vector<ReportFigure> figures;
  std::vector<ReportMetric> metrics;
  std::vector<ReportStage> stages;
  nlohmann::ordered_json configuration;  ///< as resolved
  nlohmann::ordered_json provenance;     ///< version, host, times, plugins
  std::vector<std::string> warnings;
};

/// Writes the file atomically.
void write_report(const Report& report, const std::filesystem::path& file);

}  // namespace reverie::analysis
