// SPDX-License-Identifier: BSD-3-Clause
/// Small plots of a training at work, drawn directly as SVG: a run's page is written every few seconds, and gnuplot
/// would take longer than that for many trainings.
#pragma once

#include <analysis/report/report.hpp>

namespace reverie::analysis {

/// Loss against batch on a logarithmic axis, with the evaluations; "" without a positive value.
std::string loss_plot(const ReportTraining& training);

/// Decoded over true paths, one panel per moment, all with the same axes; "" without paths. Paths with one coordinate
/// are drawn against the step.
std::string paths_plots(const ReportTraining& training);

}  // namespace reverie::analysis
