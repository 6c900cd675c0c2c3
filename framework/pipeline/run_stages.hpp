// SPDX-License-Identifier: BSD-3-Clause
/// The stages of a plan at work: which have a result already, which run now and which wait, until all have ended.
///
/// Stages of one fingerprint are one task. Stored results are checked byte by byte before they are used; damaged ones
/// are set aside and made anew. A failed stage takes those with it that need it; the others still run. What another run
/// works on is waited for, and looked for again at growing intervals.
#pragma once

#include <pipeline/event_log.hpp>
#include <pipeline/run.hpp>

namespace reverie::pipeline {

/// One outcome per stage, in the plan's order; `index` is the pipeline's folder. Throws Interrupted when the user asks
/// to stop, once the children have saved what they can.
std::vector<StageOutcome> run_stages(const Plan& plan, const RunOptions& options, const std::filesystem::path& index,
                                     EventLog& log);

}  // namespace reverie::pipeline
