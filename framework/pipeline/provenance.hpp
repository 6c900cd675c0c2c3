// SPDX-License-Identifier: BSD-3-Clause
/// Where results come from. Result files say what was computed (result_attributes in run_stage.hpp); clock, host and
/// paths stand in provenance.json beside them and in the report.
#pragma once

#include <chrono>
#include <pipeline/plan.hpp>

namespace reverie::pipeline {

/// "0.1.0".
std::string version();

/// A span of work.
struct Times {
  std::chrono::system_clock::time_point started, finished;
  double seconds() const { return std::chrono::duration<double>(finished - started).count(); }
};

/// "2026-01-31T12:00:00Z".
std::string format_time(std::chrono::system_clock::time_point time);
/// Between two such texts; 0 when one of them is none.
double seconds_between(const std::string& from, const std::string& to);

/// SHA-256 of a component's library as it was when this process first asked: a plan's fingerprints and the provenance
/// of its results tell of the same file, whatever lies there later.
std::string library_hash(const plugin::Component& component);

/// version, git hash of the build, host, CPU features, started, finished, seconds, threads, plugins with file and
/// SHA-256.
nlohmann::ordered_json provenance(const Times& times, const std::vector<const plugin::Component*>& plugins);

/// stage.json but for its files: fingerprint, kind, everything the result depends on, plugins.
nlohmann::ordered_json describe(const Stage& stage);

}  // namespace reverie::pipeline
