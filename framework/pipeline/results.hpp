// SPDX-License-Identifier: BSD-3-Clause
/// Numbers of finished stages: a measurement's result, or a training's history as variables over "batch".
#pragma once

#include <pipeline/plan.hpp>
#include <store/dataset.hpp>

namespace reverie::pipeline {

/// What a measure, gather or train stage left in its folder. DataError when it is not there or damaged. A training has
/// the coordinate "batch" and the columns of its history; batches without evaluation are NaN there.
store::Dataset read_numbers(const Stage& stage, const std::filesystem::path& folder);

/// Names and dimensions of the variables that a stage will leave; empty for kinds without numbers.
struct Output {
  std::string name;
  std::vector<std::string> dims;
};
std::vector<Output> outputs_of(const Stage& stage);
/// The one of this name, or nullptr; what to say then.
const Output* find_output(const std::vector<Output>& outputs, const std::string& name);
std::string missing_output(const std::string& stage, const std::vector<Output>& outputs, const std::string& name);

/// A variable that a simulation records, and how many numbers it has for each trial and step (0: it is none of these).
struct Recorded {
  std::string name;
  std::int64_t coordinates = 0;
  std::string unit = {};
};
std::vector<Recorded> recorded_by(const SimulateStage& simulation);
/// Why the simulation of stage `stage` does not record a variable, or "".
std::string missing_record(const SimulateStage& simulation, const std::string& stage, const std::string& variable);

/// The number that a quantity names in what read_numbers gave of a stage. DataError says what is missing or left over.
double value_of(const Quantity& quantity, const Stage& stage, const store::Dataset& dataset);

}  // namespace reverie::pipeline
