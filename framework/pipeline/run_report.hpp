// SPDX-License-Identifier: BSD-3-Clause
/// What the report shows of a run, read from what the run left in its folder: plan.json, log.jsonl, claims.json and the
/// results that plan.json names. The same for a run at work, one that has ended, and several of them.
#pragma once

#include <analysis/report/report.hpp>
#include <filesystem>
#include <map>
#include <pipeline/index.hpp>
#include <pipeline/metrics_table.hpp>

namespace reverie::pipeline {

/// Reads runs, and remembers of results what does not change, so that a page can be made again and again.
class RunReader {
 public:
  /// DataError when the folder holds no run, or is damaged.
  analysis::ReportRun read(const std::filesystem::path& index);

 private:
  struct Known {
    double seconds = 0;      ///< that the result took
    store::Dataset numbers;  ///< of a measurement: single numbers, and numbers per trial
  };
  analysis::ReportRun read_checked(const std::filesystem::path& index);
  const Known& known(const RecordedStage& stage, const std::filesystem::path& folder);

  std::map<std::string, Known> known_;  ///< by fingerprint
};

/// Writes report.html of one run into its folder, or of several into `file`.
void write_run_report(RunReader& reader, const std::vector<std::filesystem::path>& indexes,
                      const std::filesystem::path& file, const std::string& title = "", int refresh_seconds = 0);

}  // namespace reverie::pipeline
