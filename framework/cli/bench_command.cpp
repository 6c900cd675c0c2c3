// SPDX-License-Identifier: BSD-3-Clause
// bench: how fast this machine is, as a table or for programs.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <bench/suite.hpp>
#include <cli/commands.hpp>
#include <cli/signals.hpp>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric/threads.hpp>
#include <pipeline/provenance.hpp>

namespace reverie::cli {
namespace {

using bench::Figure;
using bench::Line;
using bench::Measurement;

/// A new folder in the system's place for temporary files; removed with what is in it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    path_ = std::filesystem::temp_directory_path(error) / fmt::format("reverie-bench-{}", getpid());
    if (!error) std::filesystem::create_directory(path_, error);
    if (error)
      throw Error(ExitCode::run_failed, fmt::format("no folder for temporary files: {}", error.message()),
                  "Let TMPDIR name a folder that can be written.");
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::vector<const Measurement*> chosen(const std::vector<std::string>& names) {
  std::vector<const Measurement*> list;
  std::vector<std::string> known;
  for (const auto& measurement : bench::measurements()) {
    known.push_back(measurement.name);
    const bool named = std::find(names.begin(), names.end(), measurement.name) != names.end();
    if (names.empty() ? measurement.by_default : named) list.push_back(&measurement);
  }
  for (const auto& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UsageError(fmt::format("there is no measurement '{}'.{}", name, did_you_mean(name, known)),
                       fmt::format("There are {}.", fmt::join(known, ", ")));
  return list;
}

/// Three digits that count: "0.0831", "163", "62 950".
std::string number(double value) {
  const int digits = value == 0 ? 2 : std::clamp(2 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 6);
  return fmt::format("{:.{}f}", value, digits);
}

std::string heading(const Figure& figure) {
  return figure.unit == "1" ? figure.name : fmt::format("{} [{}]", figure.name, figure.unit);
}

std::string verdict(const Figure& figure) {
  if (!figure.target) return "";
  return fmt::format("   {} {}: {}", figure.target->at_most ? "at most" : "at least", number(figure.target->limit),
                     figure.met() ? "reached" : "NOT reached");
}

void print(const Line& line) {
  std::cout << fmt::format("\n{}: {}\n", line.name, line.what);
  std::size_t width = 0;
  for (const auto& figure : line.figures) width = std::max(width, heading(figure).size());
  for (const auto& figure : line.figures)
    std::cout << fmt::format("  {:<{}}  {:>9}{}\n", heading(figure), width, number(figure.value), verdict(figure));
}

/// Lines with the same figures: one row each.
void print_series(const std::vector<Line>& lines) {
  const auto& first = lines.front();
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.name.size());
  std::cout << fmt::format("\n{}, beginning with {}\n  {:<{}}", first.series, first.what, "", width);
  for (const auto& figure : first.figures) std::cout << "  " << heading(figure);
  std::cout << "\n";
  for (const auto& line : lines) {
    std::cout << fmt::format("  {:<{}}", line.name, width);
    for (const auto& figure : line.figures)
      std::cout << fmt::format("  {:>{}}", number(figure.value), heading(figure).size());
    std::cout << "\n";
  }
}

nlohmann::ordered_json as_json(const Line& line) {
  nlohmann::ordered_json object;
  object["name"] = line.name;
  object["what"] = line.what;
  object["figures"] = nlohmann::ordered_json::array();
  for (const auto& figure : line.figures) {
    nlohmann::ordered_json row;
    row["name"] = figure.name;
    row["unit"] = figure.unit;
    row["value"] = figure.value;
    if (figure.target) {
      row[figure.target->at_most ? "at_most" : "at_least"] = figure.target->limit;
      row["reached"] = figure.met();
    }
    object["figures"].push_back(row);
  }
  return object;
}

options::options_description bench_options() {
  options::options_description description("Options");
  description.add_options()                                                                               //
      ("repeat", options::value<int>()->default_value(9)->value_name("N"), "turns of every measurement")  //
      ("precision", options::value<std::string>()->default_value("float32")->value_name("P"),             //
       "of training and simulation: float32 or bfloat16")                                                 //
      ("strict", "exit with 5 when a target is not reached")                                              //
      ("json", "for programs");
  add_running(description);
  add_common(description);
  return description;
}

bench::Options bench_options_of(const options::variables_map& values) {
  bench::Options options;
  options.repeat = values["repeat"].as<int>();
  if (options.repeat < 1) throw UsageError(fmt::format("--repeat must be at least 1, not {}", options.repeat));
  options.precision = values["precision"].as<std::string>();
  if (options.precision != "float32" && options.precision != "bfloat16")
    throw UsageError(fmt::format("--precision must be float32 or bfloat16, not '{}'", options.precision));
  options.search = plugin_search(values);
  options.stop = stop_requested;
  return options;
}

}  // namespace

int bench_command(const Command& command, const Arguments& arguments) {
  auto described = command;
  described.doc += "\n\nMeasurements (default: all but those called scaling):\n";
  for (const auto& measurement : bench::measurements())
    described.doc += fmt::format("  {:<22}{}\n", measurement.name, measurement.doc);
  const auto values = parse(described, bench_options(), {}, arguments, "NAME");
  if (!values) return 0;
  apply_threads(*values);
  auto options = bench_options_of(*values);
  const auto list = chosen(texts(*values, "NAME"));
  const ScratchFolder scratch;
  options.scratch = scratch.path();

  const bool quiet = values->count("quiet") != 0, json = values->count("json") != 0;
  const auto machine = bench::this_machine();
  const int threads = numeric::thread_count();
  if (!json)
    std::cout << fmt::format("{} ({}), {} thread{}, {}, medians of {}\n", machine.cpu, machine.features, threads,
                             threads == 1 ? "" : "s", options.precision, options.repeat);
  auto report = nlohmann::ordered_json::array();
  std::vector<Line> all;
  try {
    for (const auto* measurement : list) {
      if (!quiet) std::cerr << fmt::format("measuring {} ...\n", measurement->name);
      const auto lines = measurement->run(options);
      for (const auto& line : lines) {
        report.push_back(as_json(line));
        if (!json && line.series.empty()) print(line);
      }
      if (!json && !lines.empty() && !lines.front().series.empty()) print_series(lines);
      all.insert(all.end(), lines.begin(), lines.end());
      std::cout << std::flush;
    }
  } catch (const Interrupted& interrupted) {
    std::cerr << "interrupted\n";
    return static_cast<int>(interrupted.exit_code());
  }
  if (json) {
    nlohmann::ordered_json object;
    object["version"] = pipeline::version();
    object["cpu"] = machine.cpu;
    object["features"] = machine.features;
    object["vector_bits"] = machine.vector_bits;
    object["threads"] = threads;
    object["precision"] = options.precision;
    object["repeat"] = options.repeat;
    object["lines"] = report;
    std::cout << object.dump(2) << "\n";
  }
  return static_cast<int>(bench::exit_code_of(all, values->count("strict") != 0));
}

}  // namespace reverie::cli
