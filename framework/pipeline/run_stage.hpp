// SPDX-License-Identifier: BSD-3-Clause
/// Running one stage in a folder, with nothing but its plan and the folders of its inputs: one function per kind.
#pragma once

#include <functional>
#include <optional>
#include <pipeline/plan.hpp>
#include <store/dataset.hpp>
#include <store/recording.hpp>

namespace reverie::pipeline {

/// How far a stage is.
struct Progress {
  std::int64_t done = 0, total = 0;
  std::string what;  ///< "batches", "trials"
  std::optional<double> loss;
};
/// Receives progress; false: the user wants to stop.
using ProgressSink = std::function<bool(const Progress&)>;

/// What a stage is run with.
struct StageRun {
  const Stage& stage;
  std::filesystem::path folder;               ///< results go here
  std::vector<std::filesystem::path> inputs;  ///< results of stage.inputs, in the same order
  std::vector<const Stage*> input_stages;     ///< the stages themselves
  ProgressSink progress;
  std::filesystem::path work_folder = {};  ///< for what helps to go on after an interruption
  double checkpoint_seconds = 0;           ///< between checkpoints of a training; 0: only when the user stops it
  numeric::Communicator* ranks = nullptr;  ///< that help with trainings and simulations (ranks.hpp); this is rank 0
};

// Each throws Error when it fails. False: the sink asked to stop, the files in `folder` are worthless.
bool run_train(const TrainStage& work, const StageRun& run);
bool run_import(const ImportStage& work, const StageRun& run);
bool run_simulate(const SimulateStage& work, const StageRun& run);
bool run_measure(const MeasureStage& work, const StageRun& run);
bool run_gather(const GatherStage& work, const StageRun& run);
bool run_figure(const FigureStage& work, const StageRun& run);

/// Root attributes of a result file: title, source, config, plugins, seed. No clock, host or path.
std::map<std::string, std::string> result_attributes(const Stage& stage, const std::string& title, std::uint64_t seed);

/// One measured input: a recording's variable.
struct MeasuredVariable {
  std::optional<std::filesystem::path> file;  ///< none: an optional input that is not given
  std::string variable;
  store::RecordingLayout layout = {};  ///< of a file from elsewhere
};
/// The direction in a quiescent recording is that of the awake trial with the same start, not one that its path takes.
/// Metrics are not given it where they can do without.
bool is_foreign_direction(const std::string& variable, bool quiescent);
/// Streams recordings through a metric: its outputs as variables with dimensions, units and descriptions.
store::Dataset measure(const plugin::Metric& metric, const std::vector<MeasuredVariable>& inputs, std::uint64_t seed,
                       std::uint32_t draw);

// Names of result files.
inline constexpr const char* weights_file = "weights.safetensors";
inline constexpr const char* training_state_file = "training_state.safetensors";
inline constexpr const char* history_file = "history.csv";
inline constexpr const char* recording_file = "recording.nc";
inline constexpr const char* result_file = "result.nc";
inline constexpr const char* result_table_file = "result.csv";
inline constexpr const char* figure_words_file = "figure.json";

}  // namespace reverie::pipeline
