// SPDX-License-Identifier: BSD-3-Clause
/// What may stand in the tables of a pipeline: the keys that every stage of a kind has, with types, ranges and
/// defaults.
///
/// Keys whose value is a table, a list of tables, or depends on plugins (task parameters, dynamics, noise, metric
/// roles, figure options) are named here only as *structured*; the planner of the stage reads them.
#pragma once

#include <plugin/schema.hpp>
#include <string>
#include <vector>

namespace reverie::pipeline {

struct TableKeys {
  plugin::ParameterSchema plain;
  std::vector<std::string> structured;
};

/// "train", "import", "simulate", "measure", "gather", "figure".
const std::vector<std::string>& stage_kinds();

const TableKeys& top_level_keys();
const TableKeys& network_keys();
const TableKeys& cell_keys();    ///< of [network.X] cell, besides the cell's parameters
const TableKeys& common_keys();  ///< of every stage but figures; they say nothing of the result
const TableKeys& train_keys();
const TableKeys& import_keys();
const TableKeys& evaluate_keys();  ///< of evaluate = { ... }
const TableKeys& simulate_keys();
const TableKeys& noise_keys();  ///< of noise = { ... } in a simulation
const TableKeys& start_keys();  ///< of start = { ... } in a simulation
const TableKeys& measure_keys();
const TableKeys& gather_keys();
const TableKeys& figure_keys();
const TableKeys& claim_keys();
const TableKeys& quantity_keys();  ///< of the references of a claim: value, above, below
const TableKeys& slurm_keys();
const TableKeys& stages_per_task_keys();  ///< of stages_per_task = { ... } in [slurm]

/// Variables of a recording that `record` adds.
const std::vector<std::string>& recordable();

}  // namespace reverie::pipeline
