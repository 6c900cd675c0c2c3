// SPDX-License-Identifier: BSD-3-Clause
/// The sections of the page, each in a file of its own. They return HTML; empty when there is nothing to show.
/// Everything that comes from outside passes escape_html.
#pragma once

#include <analysis/report/report.hpp>

namespace reverie::analysis {

/// claims_section.cpp: verdicts with values and intervals.
std::string claims_section(const Report& report);

/// figures_section.cpp: thumbnails, then figures by run and section. `file`: where the page will lie.
std::string figures_section(const Report& report, const std::filesystem::path& file);

/// metrics_section.cpp: one row per quantity and condition.
std::string metrics_section(const Report& report);

/// stages_section.cpp: the graph and the table of stages.
std::string stages_section(const Report& report);

/// configuration_section.cpp: as resolved, with marks on what is not a default.
std::string configuration_section(const Report& report);
std::string provenance_section(const Report& report);

/// live_section.cpp: what runs now: time left, loss curves, decoded paths.
std::string live_section(const Report& report);

/// "Title: " in front of what belongs to one of several runs; "" when there is but one.
std::string run_prefix(const Report& report, const ReportRun& run);

}  // namespace reverie::analysis
