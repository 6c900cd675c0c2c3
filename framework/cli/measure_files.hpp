// SPDX-License-Identifier: BSD-3-Clause
/// What `reverie measure` reads and writes: recordings of other programs, results by the extension of their file.
#pragma once

#include <cli/command_line.hpp>
#include <pipeline/run_stage.hpp>

namespace reverie::cli {

/// --variable, --dims, --unit.
void add_layouts(options::options_description& description);

/// One entry per declared input of the metric; UsageError for a recording that is missing and for options that name no
/// role.
std::vector<pipeline::MeasuredVariable> inputs_of(const plugin::Metric& metric, const options::variables_map& values);

/// The roles of a metric's inputs, each once.
std::vector<std::string> roles_of(const plugin::Metric& metric);

/// UsageError unless the name ends in .nc, .json or .csv.
void check_result_name(const std::string& file);
void write_result(const std::string& file, const store::Dataset& dataset);

}  // namespace reverie::cli
