// SPDX-License-Identifier: BSD-3-Clause
/// The subcommands. Each parses its arguments, does its work and returns the exit code; failures are thrown as Error.
#pragma once

#include <cli/command_line.hpp>

namespace reverie::cli {

using Arguments = std::vector<std::string>;

int run_command(const Command& command, const Arguments& arguments);
int plan_command(const Command& command, const Arguments& arguments);
int submit_command(const Command& command, const Arguments& arguments);
int validate_command(const Command& command, const Arguments& arguments);
int list_command(const Command& command, const Arguments& arguments);
int info_command(const Command& command, const Arguments& arguments);
int new_command(const Command& command, const Arguments& arguments);
int check_command(const Command& command, const Arguments& arguments);
int measure_command(const Command& command, const Arguments& arguments);
int bench_command(const Command& command, const Arguments& arguments);
int report_command(const Command& command, const Arguments& arguments);
int runs_command(const Command& command, const Arguments& arguments);
int clean_command(const Command& command, const Arguments& arguments);
int status_command(const Command& command, const Arguments& arguments);
int diff_command(const Command& command, const Arguments& arguments);
int export_command(const Command& command, const Arguments& arguments);
int import_command(const Command& command, const Arguments& arguments);
int completion_command(const Command& command, const Arguments& arguments);

}  // namespace reverie::cli
