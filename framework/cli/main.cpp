// SPDX-License-Identifier: BSD-3-Clause
/// The command: chooses the subcommand, and turns failures into messages and exit codes.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cli/commands.hpp>
#include <cli/signals.hpp>
#include <filesystem>
#include <iostream>
#include <new>
#include <pipeline/provenance.hpp>
#include <store/files.hpp>

namespace reverie::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> list = {
      {"run", "PIPELINE", "Runs what a pipeline describes, as far as it is not done yet.", run_command},
      {"plan", "PIPELINE", "Shows the stages of a pipeline, which of them would run, and why.", plan_command},
      {"validate", "PIPELINE", "Checks a pipeline without running it.", validate_command},
      {"submit", "PIPELINE", "Gives what is not done yet to a cluster, as job arrays of Slurm.", submit_command},
      {"list", "", "Lists the plugins that were found.", list_command},
      {"info", "NAME", "Describes a plugin and its parameters; KIND.NAME where a name exists twice.", info_command},
      {"new", "KIND NAME", "Writes a project for a plugin of your own: a cell, dynamics, task or metric.", new_command},
      {"check", "FILE|NAME", "Checks what every plugin must keep: gradients, rows, purity, bounds and more.",
       check_command},
      {"measure", "METRIC", "Measures recordings: one option per role of the metric, as in --replay FILE.",
       measure_command},
      {"bench", "[NAME...]", "Measures how fast this machine trains, simulates and analyses.", bench_command},
      {"status", "FOLDER", "Shows how far a run is, or came, as in runs/navigation.", status_command},
      {"report", "FOLDER...", "Makes one page of one run or several, as in runs/navigation.", report_command},
      {"runs", "", "Lists the stored results, and who uses them.", runs_command},
      {"clean", "", "Removes what no pipeline refers to any more.", clean_command},
      {"diff", "A B", "Shows what differs between two results (folders, or links to them).", diff_command},
      {"export", "RESULT",
       "Writes a result (a stage's folder, or a file) for other programs: .npz, .csv, .safetensors.", export_command},
      {"import", "FILE", "Checks a network trained elsewhere and writes a pipeline that replays it.", import_command},
      {"completion", "SHELL", "Prints completions for bash, zsh or fish.", completion_command},
  };
  return list;
}

namespace {

void print_overview(std::ostream& out) {
  out << "reverie simulates replay in noisy recurrent neural networks.\n\nUsage: reverie COMMAND [OPTIONS]\n\n";
  for (const auto& command : commands())
    out << fmt::format("  {:<22}{}\n", command.name + " " + command.arguments, command.doc);
  out << "\n  --help                after a command: its options\n  --version             the version\n\n"
         "Exit codes: 0 ok, 1 run failed, 2 usage, 3 pipeline invalid, 4 plugin, 5 check failed, 130/143 "
         "interrupted.\n";
}

int dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    print_overview(std::cerr);
    return static_cast<int>(ExitCode::usage);
  }
  const auto& name = arguments[0];
  if (name == "--help" || name == "-h" || name == "help") {
    print_overview(std::cout);
    return 0;
  }
  if (name == "--version") {
    std::cout << "reverie " << pipeline::version() << "\n";
    return 0;
  }
  std::vector<std::string> known;
  for (const char* saves_nothing :
       {"plan", "validate", "list", "info", "measure", "status", "report", "runs", "diff", "import"})
    if (name == saves_nothing) end_at_first_signal();
  for (const char* goes_on : {"run", "submit"})
    if (name == goes_on) outlive_readers();
  for (const auto& command : commands()) {
    if (command.name == name) return command.main(command, {arguments.begin() + 1, arguments.end()});
    known.push_back(command.name);
  }
  throw UsageError(fmt::format("there is no command '{}'.{}", name, did_you_mean(name, known)),
                   "'reverie --help' lists the commands.");
}

/// A caller may have closed the standard streams; files that are opened later must not take their numbers.
void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDWR);
}

int guarded_main(const std::vector<std::string>& arguments) {
  try {
    open_standard_streams();
    catch_signals();
    const int code = dispatch(arguments);
    // Ranks that say nothing have no buffer.
    if (std::cout.rdbuf() != nullptr && !std::cout.flush())
      throw Error(ExitCode::run_failed, "cannot write to standard output", "Is the disk full?");
    return code;
  } catch (const Interrupted& interrupted) {
    const bool goes_on = arguments[0] == "run";
    std::cerr << (goes_on ? "interrupted; finished stages are kept, and the next run goes on from there\n"
                          : "interrupted\n");
    return static_cast<int>(stop_requested().value_or(interrupted.exit_code()));
  } catch (const Error& error) {
    complain(error.what(), error.remedy());
    return static_cast<int>(error.exit_code());
  } catch (const std::filesystem::filesystem_error& error) {
    complain(fmt::format("'{}': {}", error.path1().string(), error.code().message()),
             store::remedy_of(error.code().value()));
  } catch (const std::bad_alloc&) {
    complain("out of memory", "");
  } catch (const std::exception& error) {
    complain(fmt::format("internal error: {}", error.what()), "Please report this, with what you did.");
  }
  return static_cast<int>(ExitCode::run_failed);
}

}  // namespace
}  // namespace reverie::cli

int main(int count, char** arguments) {
  return reverie::cli::guarded_main({arguments + std::min(count, 1), arguments + count});
}
