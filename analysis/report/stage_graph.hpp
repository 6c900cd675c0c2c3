// SPDX-License-Identifier: BSD-3-Clause
/// A small drawing of how stages read each other: inputs left, readers right.
#pragma once

#include <analysis/report/report.hpp>

namespace reverie::analysis {

/// Column of each stage: 0 for those that read nothing, else one more than the rightmost stage they read. Inputs that
/// are not in the list are passed over.
std::vector<std::size_t> stage_columns(const std::vector<ReportStage>& stages);

/// An <svg> element styled by the page.
std::string stage_graph(const std::vector<ReportStage>& stages);

}  // namespace reverie::analysis
