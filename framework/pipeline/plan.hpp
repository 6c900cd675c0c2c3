// SPDX-License-Identifier: BSD-3-Clause
/// A pipeline file, checked and resolved: its stages in an order in which they can run, each with everything its result
/// depends on.
///
/// A stage's *identity* is the canonical json of what its result depends on: resolved parameters, seed, the results
/// revisions of the engine and of the plugins it uses, the constants of the computation, the fingerprints of the stages
/// it reads. Names, comments, order and titles of the file are not in it. Its *fingerprint* is the SHA-256 of that
/// text; equal fingerprint means equal result.
#pragma once

#include <analysis/figures/figure.hpp>
#include <analysis/report/report.hpp>
#include <engine/simulator.hpp>
#include <engine/trainer.hpp>
#include <pipeline/import_network.hpp>
#include <pipeline/model.hpp>
#include <pipeline/point.hpp>
#include <pipeline/slurm_options.hpp>
#include <variant>

namespace reverie::pipeline {

struct TrainStage {
  ModelPlan model;
  engine::TrainingOptions options;
};

/// A network trained elsewhere.
struct ImportStage {
  ModelPlan model;
  NetworkImport source;
};

struct SimulateStage {
  ModelPlan model;
  bool trained =
      false;  ///< weights and constants come from the training or import `of`, the first input; otherwise fresh ones
  engine::SimulationOptions options;  ///< without start_states
  /// Index into Stage::inputs of the recording that trials start from, and the step of it; for Start::recording.
  std::size_t start_input = 0;
  std::int64_t start_step = 0;
  bool compress = false;
};

/// What one declared input of a metric reads.
struct MeasureInput {
  std::optional<std::size_t> input;  ///< index into Stage::inputs; none: an optional input that is not given
  std::string variable;
};

struct MeasureStage {
  PluginUse metric;
  std::vector<MeasureInput> inputs;  ///< one per declared input
  std::uint64_t seed = 0;
  std::uint32_t draw = 0;
};

/// Puts the results of a sweep into one dataset with the axes as coordinates.
struct GatherStage {
  std::vector<Point> coordinates;   ///< one per input
  std::vector<std::string> over;    ///< axes that are reduced; the others become dimensions
  std::string reduce = "mean";      ///< "mean" or "median"
  std::vector<std::string> values;  ///< variables that are gathered; empty: all
};

struct FigureStage {
  std::string kind, title;
  std::string section;  ///< of the report
  json options;
  std::vector<analysis::FigureSource> sources;  ///< one per input, without folders
};

/// A number that a claim compares: a variable of one result, or the number itself.
struct Quantity {
  std::optional<std::size_t> stage;  ///< index into Plan::stages; none: `number`
  std::string name;                  ///< of the result's variable, or of the training's history column
  std::map<std::string, json> at;    ///< dimension of the variable -> value of its coordinate (or index)
  std::string reduce = "none";       ///< over what `at` leaves: "none", "mean", "min", "max", "first", "last"
  double number = 0;
};

/// value > above and value < below, each with a factor and a margin: value - (factor * above + margin) > 0.
struct Claim {
  struct Sample {
    Point point;  ///< on the axes of `over`
    Quantity value;
    std::optional<Quantity> above, below;
  };
  /// One point of the axes of `for_all`; the samples are those of `over`, paired.
  struct Case {
    Point point;
    std::vector<Sample> samples;
  };
  std::string name, text;
  double factor = 1, margin = 0;
  std::vector<Case> cases;
};

struct Stage {
  std::string name;  ///< of its table, [stage.NAME]
  Point point;
  std::variant<TrainStage, ImportStage, SimulateStage, MeasureStage, GatherStage, FigureStage> work;
  std::vector<std::size_t> inputs;  ///< indices into Plan::stages, all smaller than the stage's own
  bool when_needed = false;         ///< left out of the plan unless another stage or a claim reads it
  json settings;                    ///< the stage's table with all defaults filled in
  json identity;
  std::string fingerprint;                        ///< 64 hex digits
  std::vector<const plugin::Component*> plugins;  ///< at work in this stage

  /// "train", "import", "simulate", "measure", "gather", "figure".
  const std::string& run() const;
  /// For messages: "replay", "replay[friction=0.5,seed=0]".
  std::string label() const;
  /// Within the pipeline's index: "replay", "replay/friction=0.5,seed=0".
  std::filesystem::path place() const;
};

/// The same of a stage by its parts.
std::filesystem::path place_of(const std::string& name, const Point& point, const std::string& fingerprint);
/// A text that tells a stage from others, as a file's name: one that is too long ends in the fingerprint instead.
std::string file_name(const std::string& text, const std::string& fingerprint);

struct Plan {
  std::filesystem::path file;
  std::string title;
  std::uint64_t seed = 0;
  std::vector<Stage> stages;  ///< in topological order
  std::vector<Claim> claims;
  SlurmOptions slurm;
  nlohmann::ordered_json configuration;  ///< the pipeline as resolved
  analysis::ReportOrigins origins;       ///< what of it is not a default
  std::vector<std::string> warnings;  ///< libraries that could not be loaded, and what is allowed and most likely wrong
};

/// Loads plugins and checks everything that can be checked before work starts. PipelineError with all that is wrong;
/// PluginError when a named library cannot be loaded.
Plan make_plan(const Document& document, const PluginSearch& search);

/// Text that is the same for equal configurations: keys sorted, shortest numbers, no blanks.
std::string canonical(const json& value);

/// <runs>/store/<first 16 digits>.
std::filesystem::path result_folder(const std::filesystem::path& runs, const Stage& stage);

}  // namespace reverie::pipeline
