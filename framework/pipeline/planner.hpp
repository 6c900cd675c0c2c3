// SPDX-License-Identifier: BSD-3-Clause
/// Resolving stages point by point: private to the planner.
///
/// A stage's table becomes one Stage per point of the axes that reach it: those its own table mentions (or the task and
/// network it names), and those that reach the stages it refers to, except where the reference binds them (`at`) or the
/// stage gathers them (`over`, `each`, axes of a heat map).
#pragma once

#include <map>
#include <pipeline/axes.hpp>
#include <pipeline/plan.hpp>
#include <set>

namespace reverie::pipeline {

/// A mention of a stage in another table.
struct Reference {
  std::string path;                   ///< of the value that holds the name
  std::string stage;                  ///< the name
  std::string reader;                 ///< who mentions it, for messages: "a simulate stage", "'start'"
  std::vector<std::string> accepted;  ///< kinds of stage that may be named here, as far as known without plugins
  /// { axis = label, ... } as written, or null: of this mention, and of the table around several, where an axis that
  /// does not reach this source is no mistake.
  json at = nullptr, shared_at = nullptr;
  std::string at_path, shared_at_path;
};

/// One resolved stage that a reference leads to, with the labels of the axes that are gathered.
struct Found {
  std::size_t stage;  ///< index into Planning::stages
  Point coordinates;
};

/// What became of a table with axes: one T per point of the axes that it depends on.
template <class T>
struct Variants {
  std::set<std::size_t> axes;
  std::map<std::string, T> by_point;  ///< text_of(point)

  const T* find(const Choice& choice) const {
    const auto found = by_point.find(text_of(choice.restricted_to(axes).point()));
    return found == by_point.end() ? nullptr : &found->second;
  }
};

/// What the planners of single stages know: the document's tables as resolved so far, and the point at hand.
struct Planning {
  const Reading& reading;
  std::vector<Axis> axes;
  std::map<std::string, Variants<PluginUse>> tasks;
  std::map<std::string, Variants<NetworkPlan>> networks;
  std::vector<Stage> stages;                           ///< in topological order, up to the one being resolved
  std::map<std::string, Variants<std::size_t>> index;  ///< resolved stages; one that is missing has errors of its own
  std::set<std::string> warnings = {};

  // Of the stage being resolved:
  std::uint64_t seed = 0;
  Choice choice;
  std::map<std::string, std::vector<Found>> sources;  ///< by the path of the reference

  /// The only stage that the reference at `path` leads to; nullptr when there is none.
  const Stage* find(const std::string& path) const;
  std::size_t index_of(const std::string& path) const;  ///< of a stage that find() found
};

/// Resolves all stages, in topological order; `configuration` gets each table with its defaults.
void plan_stages(Planning& planning, std::uint64_t seed, nlohmann::ordered_json& configuration);
/// A seed of the command line is a mistake where an axis gives every stage its own.
void diagnose_unused_seed(const Planning& planning);
/// Axes that neither a stage nor a claim mentions are mistakes.
void diagnose_unused_axes(const Planning& planning);
/// In settings made at one point, entries that mention axes are shown as the table has them.
void show_mentions(const Aliases& aliases, const std::string& path, const json& table, json& settings);

/// "$axis" or "$axis.entry".
bool is_mention(const json& value);
/// Stages that a stage's table mentions. Values that are no names are diagnosed.
std::vector<Reference> references_of(const Reading& reading, const std::string& stage);
/// A stage's name, or { of = NAME, at = { axis = label }, ...others }; nullopt when it is something else (diagnosed).
std::optional<Reference> read_reference(const Reading& reading, const std::string& path, const std::string& key,
                                        const json& value, const std::vector<std::string>& others = {});
/// Where the stage's name stands in a reference at `path`, a name or a table.
std::string reference_path(const std::string& path, const json& reference);
/// Axes that a stage's table gathers: each with the path where it is named (a gather stage gathers those that it does
/// not name, too: ""). Names that are no axis are diagnosed.
std::map<std::size_t, std::string> gathered_axes(const Reading& reading, const std::vector<Axis>& axes,
                                                 const std::string& stage);

/// Axes named at a path (one name or a list), each with where. Names that are no axis are diagnosed.
std::map<std::size_t, std::string> named_axes(const Reading& reading, const std::vector<Axis>& axes,
                                              const std::string& path, const json& value);

/// Axes of the source that a reference leaves to its reader: neither bound nor gathered.
std::set<std::size_t> free_axes(const Planning& planning, const Reference& reference,
                                const std::set<std::size_t>& gathered);
/// Diagnoses what is wrong with `at`: names that are no axes of the source, labels that its axes do not have.
bool check_bindings(const Planning& planning, const Reference& reference, const std::set<std::size_t>& gathered);
/// The stages a reference leads to from a point; empty when one of them is missing (it has errors of its own).
std::vector<Found> follow(const Planning& planning, const Reference& reference, const Choice& from,
                          const std::set<std::size_t>& gathered);

// Each fills work, inputs, settings, identity and plugins of a stage from its table at the point at hand; false when
// something is wrong.
bool plan_train(Planning& planning, const json& table, Stage& stage);
bool plan_import(Planning& planning, const json& table, Stage& stage);
bool plan_simulate(Planning& planning, const json& table, Stage& stage);
bool plan_measure(Planning& planning, const json& table, Stage& stage);
bool plan_gather(Planning& planning, const json& table, Stage& stage);
bool plan_figure(Planning& planning, const json& table, Stage& stage);

/// The table [slurm], or what holds without one.
SlurmOptions plan_slurm(const Reading& reading);

/// The claims of the document, once its stages are resolved.
std::vector<Claim> plan_claims(Planning& planning);

/// The task and network that a stage's table names, at the point at hand; nullptr when missing or faulty (diagnosed).
struct NamedModel {
  const PluginUse* task = nullptr;
  const NetworkPlan* network = nullptr;
};
NamedModel named_model(const Planning& planning, const std::string& stage_path, const json& values);

/// Raised by hand whenever equal configurations give other numbers (engine, imports, gathering) or other drawings
/// (figures) than before.
inline constexpr int engine_results = 3, import_results = 1, figure_results = 11, gather_results = 3;

/// Revision and constants of the engine that every trained or simulated result depends on.
json engine_identity();

}  // namespace reverie::pipeline
