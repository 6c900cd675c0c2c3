// SPDX-License-Identifier: BSD-3-Clause
/// A drawing of how stages read each other: inputs left, readers right. Stages of one table (the points of a sweep) are
/// one box.
#pragma once

#include <analysis/report/report.hpp>

namespace reverie::analysis {

/// The stages of one table.
struct StageBox {
  std::string name, run;
  std::string state;              ///< of all, or "2 of 40 failed", or "30 of 40 done"
  double seconds = 0, share = 0;  ///< together; mean share that is done
  std::string fingerprint;        ///< of the only one
  std::size_t count = 0;
  std::vector<std::string> inputs;  ///< names of boxes
};
/// In the order in which tables first appear.
std::vector<StageBox> stage_boxes(const std::vector<ReportStage>& stages);

/// Column of each box: 0 for those that read nothing, else one more than the rightmost box they read. Inputs that are
/// not in the list are passed over.
std::vector<std::size_t> stage_columns(const std::vector<StageBox>& boxes);

/// An <svg> element styled by the page; `prefix` makes its ids unique.
std::string stage_graph(const std::vector<ReportStage>& stages, const std::string& prefix);

/// A sign for a state: ✓ done, ▸ running, ✗ failed, ○ not yet.
const char* state_sign(const std::string& state);
/// Its class in the style sheet: "good", "busy", "bad" or "open".
const char* state_class(const std::string& state);

}  // namespace reverie::analysis
