// SPDX-License-Identifier: BSD-3-Clause
/// What commands share: options, the search for plugins, and talk with the user (stderr; data go to stdout).
#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <pipeline/plan.hpp>
#include <pipeline/plugins.hpp>
#include <string>
#include <vector>

namespace reverie::cli {

namespace options = boost::program_options;

class UsageError : public Error {
 public:
  UsageError(const std::string& message, std::string remedy = "")
      : Error(ExitCode::usage, message, std::move(remedy)) {}
};

/// A command: its words for --help, its options and what it does.
struct Command {
  std::string name, arguments, doc;
  int (*main)(const Command& command, const std::vector<std::string>& arguments);
};
const std::vector<Command>& commands();

/// Where this command is installed, or built: PREFIX of PREFIX/bin/reverie.
std::filesystem::path installation();
/// Its folders of libraries: PREFIX/lib, which some systems call lib64 or lib/<machine>.
std::vector<std::filesystem::path> library_folders();
/// Is this folder in PATH?
bool is_on_path(const std::filesystem::path& folder);

/// --plugin and --help.
void add_common(options::options_description& description);
/// --threads and --quiet.
void add_running(options::options_description& description);
/// --runs.
void add_runs(options::options_description& description);
/// --only: `does` this stage and what it needs.
void add_only(options::options_description& description, const std::string& does);
/// --set.
void add_settings(options::options_description& description);

/// Parses; `positional` names the positional arguments in order, all of them required; `rest`, where it is given, names
/// a list of those that follow. UsageError for what does not fit. nullopt: --help was given, and answered on stdout.
std::optional<options::variables_map> parse(const Command& command, const options::options_description& description,
                                            const std::vector<std::string>& positional,
                                            const std::vector<std::string>& arguments, const std::string& rest = "");

/// Applies --threads; UsageError for zero and less.
void apply_threads(const options::variables_map& values);

/// From --plugin, REVERIE_PLUGIN_PATH, the user's data folder and the installation.
pipeline::PluginSearch plugin_search(const options::variables_map& values);

/// The plan of PIPELINE with --set; warns of libraries that could not be loaded unless --quiet is given.
pipeline::Plan read_plan(const options::variables_map& values);

/// --out as a file that may be written: UsageError where there is one and no --force, where its folder is not there,
/// and as below. `inputs` are files that the command reads.
std::filesystem::path output_file(const options::variables_map& values,
                                  const std::vector<std::filesystem::path>& inputs);
/// UsageError where a file would lie in a stored result, which would no longer be what was computed.
void require_outside_results(const std::filesystem::path& file);

std::vector<std::string> texts(const options::variables_map& values, const std::string& name);

/// A file as a word of a shell command.
std::string shell_word(const std::filesystem::path& file);

void warn(const std::string& text);
/// "error: ..." and the remedy.
void complain(const std::string& message, const std::string& remedy);

}  // namespace reverie::cli
