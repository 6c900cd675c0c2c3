// SPDX-License-Identifier: BSD-3-Clause
/// What a pipeline's folder says about its stages: links to their results, and plan.json, what was planned last.
#pragma once

#include <pipeline/plan.hpp>

namespace reverie::pipeline {

/// <runs>/<stem of the pipeline's file>.
std::filesystem::path index_folder(const std::filesystem::path& runs, const Plan& plan);

inline constexpr const char* plan_file = "plan.json";

/// Folders of its own beside the stages' links; no stage can be called so.
inline constexpr const char* logs_name = "logs";
inline constexpr const char* slurm_name = "slurm";

/// DataError when the folder has files in it and no run's plan.json: a run would replace what is called like its own.
void require_own_folder(const std::filesystem::path& index);
/// DataError when the folder is that of another file of the same name, which is still there.
void require_same_pipeline(const std::filesystem::path& index, const Plan& plan);

/// Removes links of stages that the plan no longer has or has otherwise, and folders that are empty then. Nothing but
/// links into the store is touched.
void remove_stale_links(const std::filesystem::path& index, const Plan& plan);

/// Points <index>/<place> to the stage's result; a reader sees the old link or the new one. DataError when something
/// else lies there.
void link_result(const std::filesystem::path& index, const Stage& stage, const std::filesystem::path& result);

/// The link of a stage whose result is not there yet would show an older one's.
void unlink_result(const std::filesystem::path& index, const Stage& stage);

/// A stage as plan.json has it.
struct RecordedStage {
  std::string label, run, fingerprint;
  json identity;
  std::vector<std::string> inputs;  ///< labels
  std::string name = {};            ///< of its table
  Point point = {};
  std::string section = {};  ///< of a figure: heading in the report
};
struct RecordedPlan {
  std::string pipeline;  ///< the file, as it was named
  std::string file;      ///< from the index folder, so that both can move together; empty in records of early versions
  std::vector<RecordedStage> stages;
  /// What the report says of the run: title, configuration, origins of its values, warnings, provenance.
  nlohmann::ordered_json report = {};
};
bool is_recorded(const std::filesystem::path& index, const Plan& plan);
void write_plan_record(const std::filesystem::path& index, const Plan& plan);
/// Nothing recorded: no stages. DataError when the file cannot be read or is damaged.
RecordedPlan read_plan_record(const std::filesystem::path& index);

}  // namespace reverie::pipeline
