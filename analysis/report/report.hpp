// SPDX-License-Identifier: BSD-3-Clause
/// The report: one self-contained HTML file about one run or several; no network, and all of it readable without
/// JavaScript.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace reverie::analysis {

/// A place in a sweep: axis and label.
using ReportPoint = std::vector<std::pair<std::string, std::string>>;

struct ReportFigure {
  std::string stage;  ///< name of its table
  ReportPoint point;  ///< figures of one table are steps along these axes
  std::string section, title, caption, alternative_text;
  std::filesystem::path folder;  ///< with figure.svg, figure.gp, figure.csv
};

/// A measured number as the command prints it.
struct ReportMetric {
  std::string stage, metric, name, unit;
  double value = 0;
  std::string doc;
};

/// A measured quantity in one condition of a sweep, with what is known of its spread (NaN: nothing).
struct ReportQuantity {
  std::string stage, condition, metric, name, unit, doc;
  double mean = 0, sd = 0, low = 0, high = 0;  ///< low, high: 95 % interval of the mean
  std::size_t seeds = 1;                       ///< behind mean and spread; 1: the spread is that over trials
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
  std::string name, table;  ///< "replay[seed=0]", "replay"
  std::string run, state;   ///< state: "done", "done before", "running", "waiting", "failed", "skipped", "open", ...
  double seconds = 0;       ///< that its result took, or that it runs
  std::string fingerprint;
  std::vector<std::string> inputs;  ///< names of the stages it reads
  double share = 0;                 ///< of a running one: how much is done
};

/// Decoded and true paths of a few trials at one moment of a training.
struct ReportPaths {
  std::int64_t batch = 0;
  std::vector<std::vector<double>> decoded, latent;  ///< per trial: [step, coordinate]
};
/// A training at work.
struct ReportTraining {
  std::string stage;
  std::int64_t batch = 0, batches = 0;
  std::vector<std::pair<double, double>> loss, evaluation_loss;  ///< batch and value
  std::size_t coordinates = 0;                                   ///< of the paths
  bool angle = false;                                            ///< their coordinate is one
  std::string unit;
  std::vector<ReportPaths> paths;
};

/// The keys of a configuration that are not defaults, by path ("stage.train.batches", "stage.a.dynamics[0].friction").
struct ReportOrigins {
  std::set<std::string> written;  ///< in the pipeline's files
  std::set<std::string> scaled;   ///< by the chosen scale
  std::set<std::string> set;      ///< on the command line
};

struct ReportRun {
  std::string name, title, pipeline;
  std::string state;  ///< "running", "finished", "interrupted", ...
  std::string started, last;
  std::string left;  ///< of a running one: "about 5 min", or empty
  std::vector<ReportClaim> claims;
  std::vector<ReportFigure> figures;
  std::vector<ReportQuantity> quantities;
  std::vector<ReportStage> stages;
  std::vector<ReportTraining> trainings;
  nlohmann::ordered_json configuration;  ///< as resolved
  ReportOrigins origins;
  nlohmann::ordered_json provenance;  ///< version, host, times, plugins
  std::vector<std::string> warnings;
};

struct Report {
  std::string title;
  std::vector<ReportRun> runs;
  int refresh_seconds = 0;  ///< the browser shall read the file again so often; 0: never
};

/// Writes the file atomically. DataError when a figure cannot be read or the file cannot be written.
void write_report(const Report& report, const std::filesystem::path& file);

}  // namespace reverie::analysis
