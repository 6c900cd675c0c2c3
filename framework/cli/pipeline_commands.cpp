// SPDX-License-Identifier: BSD-3-Clause
// run, plan and validate.
#include <fmt/format.h>

#include <cli/commands.hpp>
#include <cli/progress.hpp>
#include <cli/signals.hpp>
#include <iostream>

namespace reverie::cli {
namespace {

std::string count_of(std::size_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

pipeline::Plan read_plan(const options::variables_map& values) {
  const auto document = pipeline::read_document(values["PIPELINE"].as<std::string>(), texts(values, "set"));
  auto plan = pipeline::make_plan(document, plugin_search(values));
  if (values.count("quiet") == 0)
    for (const auto& warning : plan.warnings) warn(warning);
  return plan;
}

void print_metrics(const std::vector<analysis::ReportMetric>& metrics) {
  std::size_t stage = 0, name = 0;
  for (const auto& row : metrics) {
    stage = std::max(stage, row.stage.size());
    name = std::max(name, row.name.size());
  }
  for (const auto& row : metrics)
    std::cout << fmt::format("{:<{}}  {:<{}}  {:>12.6g}{}\n", row.stage, stage, row.name, name, row.value,
                             row.unit == "1" || row.unit.empty() ? "" : " " + row.unit);
}

void print_header(const pipeline::Plan& plan, const std::filesystem::path& runs, const ProgressDisplay& display) {
  std::size_t done = 0;
  for (const auto& decision : pipeline::decide(plan, runs))
    if (!decision.run) ++done;
  std::cerr << fmt::format(
      "{}\n{}{}, results in {}\n\n", display.bold(plan.title), count_of(plan.stages.size(), "stage"),
      done == 0 ? "" : fmt::format(" ({} done before)", done), pipeline::index_folder(runs, plan).string());
}

}  // namespace

int run_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_settings(description);
  add_runs(description);
  add_running(description);
  add_common(description);
  const auto values = parse(command, description, {"PIPELINE"}, arguments);
  if (!values) return 0;
  apply_threads(*values);
  const auto plan = read_plan(*values);

  const bool quiet = values->count("quiet") != 0;
  ProgressDisplay display(plan, quiet);
  plugin::set_log_sink([&](int level, const std::string& text) {
    if (level >= REVERIE_LOG_WARNING)
      warn(text);
    else if (level >= REVERIE_LOG_INFO && !quiet)
      std::cerr << text << "\n";
  });
  pipeline::RunOptions running;
  running.runs = (*values)["runs"].as<std::string>();
  running.stop = stop_requested;
  running.events.started = [&](const auto& stage) { display.started(stage); };
  running.events.progress = [&](const auto& stage, const auto& progress) { display.progress(stage, progress); };
  running.events.finished = [&](const auto& stage, const auto& outcome) { display.finished(stage, outcome); };

  pipeline::require_writable(running.runs);
  if (!quiet) print_header(plan, running.runs, display);
  pipeline::RunResult result;
  try {
    result = pipeline::run(plan, running);
  } catch (...) {
    display.clear();
    plugin::set_log_sink({});
    throw;
  }
  plugin::set_log_sink({});

  if (!quiet) std::cerr << "\n";
  print_metrics(result.metrics);
  std::cout << std::flush;
  for (const auto& outcome : result.stages)
    if (!outcome.message.empty()) complain(outcome.message, outcome.remedy);
  if (!quiet) std::cerr << fmt::format("\nReport: {}\n", result.report.string());
  return static_cast<int>(result.code);
}

int plan_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_settings(description);
  add_runs(description);
  add_common(description);
  const auto values = parse(command, description, {"PIPELINE"}, arguments);
  if (!values) return 0;
  const auto plan = read_plan(*values);
  const auto decisions = pipeline::decide(plan, (*values)["runs"].as<std::string>());
  std::size_t width = 5;
  for (const auto& stage : plan.stages) width = std::max(width, stage.name.size());
  std::cout << fmt::format("{:<{}}  {:<8}  {:<16}  {}\n", "stage", width, "run", "fingerprint", "decision");
  for (std::size_t k = 0; k < plan.stages.size(); ++k) {
    const auto& stage = plan.stages[k];
    std::cout << fmt::format("{:<{}}  {:<8}  {}  {}{}\n", stage.name, width, stage.run(),
                             stage.fingerprint.substr(0, 16), decisions[k].run ? "runs: " : "", decisions[k].why);
  }
  return 0;
}

int validate_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_settings(description);
  add_common(description);
  const auto values = parse(command, description, {"PIPELINE"}, arguments);
  if (!values) return 0;
  const auto plan = read_plan(*values);
  std::cerr << fmt::format("{}: valid, {}\n", plan.file.string(), count_of(plan.stages.size(), "stage"));
  return 0;
}

}  // namespace reverie::cli
