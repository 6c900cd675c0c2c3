// SPDX-License-Identifier: BSD-3-Clause
/// The numbers that a run measured.
#pragma once

#include <pipeline/metrics_table.hpp>
#include <pipeline/provenance.hpp>
#include <pipeline/run.hpp>

namespace reverie::pipeline {

/// What the measurements of a run left.
std::vector<MeasuredResult> measured_results(const Plan& plan, const std::vector<StageOutcome>& outcomes,
                                             const std::filesystem::path& runs);
/// The single numbers among it.
std::vector<analysis::ReportMetric> scalar_results(const Plan& plan, const std::vector<MeasuredResult>& results);

}  // namespace reverie::pipeline
