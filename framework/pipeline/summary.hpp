// SPDX-License-Identifier: BSD-3-Clause
/// The numbers that a run measured.
#pragma once

#include <pipeline/metrics_table.hpp>
#include <pipeline/provenance.hpp>
#include <pipeline/run.hpp>

namespace reverie::pipeline {

/// What the plan's measurements left, as far as they are there. What is damaged is left out: the run that asks for it
/// says so.
std::vector<MeasuredResult> measured_results(const Plan& plan, const std::filesystem::path& runs);
/// The single numbers among it.
std::vector<analysis::ReportMetric> scalar_results(const Plan& plan, const std::vector<MeasuredResult>& results);

}  // namespace reverie::pipeline
