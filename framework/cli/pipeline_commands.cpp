// SPDX-License-Identifier: BSD-3-Clause
// run, plan and validate.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cli/commands.hpp>
#include <cli/launch.hpp>
#include <cli/progress.hpp>
#include <cli/run_summary.hpp>
#include <cli/signals.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <mpi/mpi_ranks.hpp>
#include <numeric/threads.hpp>
#include <pipeline/explain.hpp>
#include <pipeline/ranks.hpp>
#include <store/files.hpp>

namespace reverie::cli {
namespace {

void print_header(const pipeline::Plan& plan, const pipeline::RunOptions& running, const ProgressDisplay& display) {
  const auto folder = pipeline::index_folder(running.runs, plan).string();
  std::cerr << fmt::format("{}\n{}, results in {}\nto watch: {}\n\n", display.bold(plan.title),
                           count_of(plan.stages.size(), "stage"), folder,
                           running.worker ? "reverie status " + folder : folder + "/report.html");
}

/// What this worker did.
void print_work(const std::vector<pipeline::StageOutcome>& outcomes, bool json) {
  std::map<pipeline::StageState, std::size_t> count;
  for (const auto& outcome : outcomes) ++count[outcome.state];
  using enum pipeline::StageState;
  if (json)
    std::cout << nlohmann::ordered_json{{"event", "worker"},
                                        {"done", count[done]},
                                        {"done_before", count[done_before]},
                                        {"failed", count[failed]},
                                        {"skipped", count[skipped]}}
                     .dump();
  else
    std::cout << fmt::format("worker {}:{}: {} done here, {} by others, {} failed, {} skipped", store::host_name(),
                             getpid(), count_of(count[done], "stage"), count[done_before], count[failed],
                             count[skipped]);
  std::cout << std::endl;
}

/// The same as an event.
void tell_claims(const std::vector<pipeline::ClaimResult>& claims) {
  const nlohmann::ordered_json line = {{"event", "claims"}, {"claims", pipeline::describe(claims)}};
  if (!claims.empty()) std::cout << line.dump() << "\n";
}

void add_scheduling(options::options_description& description) {
  using Names = std::vector<std::string>;
  description.add_options()  //
      ("memory", options::value<std::string>()->value_name("SIZE"),
       "memory of all stages that run at a time, as in 4GiB (default: 80 % of the machine's)")  //
      ("checkpoint", options::value<double>()->default_value(60, "60")->value_name("SECONDS"),
       "time between checkpoints of a training; 0: only when interrupted")  //
      ("page", options::value<double>()->default_value(10, "10")->value_name("SECONDS"),
       "time between versions of report.html while the run goes; 0: only at the end")                                //
      ("fail-fast", "after a failure start nothing more and stop what runs")                                         //
      ("from", options::value<Names>()->value_name("STAGE"), "compute this stage and all that comes after it anew")  //
      ("force", options::value<Names>()->value_name("STAGE"), "compute this stage anew")                             //
      ("json", "tell progress as one json object per line on stdout")                                                //
      ("strict", "exit with 5 when a claim does not hold")                                                           //
      ("worker",
       "work as one of many on the folder of results, here and on other machines; a run without this writes the "
       "report")  //
      ("in-process", "run stages one after the other in this process, for debuggers");
}

/// "4GiB", "500 MB", "1e9".
std::uint64_t bytes_of(const std::string& text) {
  static const std::map<std::string, double> units = {{"", 1},
                                                      {"b", 1},
                                                      {"k", 1024.0},
                                                      {"kib", 1024.0},
                                                      {"m", 1 << 20},
                                                      {"mib", 1 << 20},
                                                      {"g", 1 << 30},
                                                      {"gib", 1 << 30},
                                                      {"t", 1024.0 * (1 << 30)},
                                                      {"kb", 1e3},
                                                      {"mb", 1e6},
                                                      {"gb", 1e9},
                                                      {"tb", 1e12},
                                                      {"tib", 1024.0 * (1 << 30)}};
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  std::string unit;
  for (const char* c = end; *c != '\0'; ++c)
    if (*c != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  const auto known = units.find(unit);
  if (end == text.c_str() || known == units.end() || !(number > 0) || !(number * known->second < 1e18))
    throw UsageError(fmt::format("--memory must be a size as in 4GiB or 500MB, not '{}'", text));
  if (number * known->second < 1e6)
    throw UsageError(fmt::format("--memory {} is less than a megabyte", text), "Name a unit, as in 4GiB or 500MB.");
  return static_cast<std::uint64_t>(number * known->second);
}

/// 80 % of the machine's memory, or of what a container grants.
std::uint64_t default_memory() {
  auto total = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  double granted = 0;
  if (std::ifstream limit("/sys/fs/cgroup/memory.max"); limit >> granted && granted > 0)
    total = std::min(total, granted);
  return static_cast<std::uint64_t>(0.8 * total);
}

/// Every event as a line of json on stdout.
pipeline::RunEvents json_events() {
  const auto say = [](const char* event, nlohmann::ordered_json details) {
    nlohmann::ordered_json line = {{"event", event}};
    line.update(details);
    std::cout << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
  };
  pipeline::RunEvents events;
  events.checking = [=](std::size_t results) { say("checking", {{"results", results}}); };
  events.started = [=](const auto& stage) { say("started", {{"stage", stage.label()}, {"run", stage.run()}}); };
  events.waiting = [=](const auto& stage) { say("waiting", {{"stage", stage.label()}}); };
  events.progress = [=](const auto& stage, const pipeline::Progress& progress) {
    nlohmann::ordered_json details = {
        {"stage", stage.label()}, {"done", progress.done}, {"total", progress.total}, {"of", progress.what}};
    if (progress.loss) details["loss"] = *progress.loss;
    say("progress", details);
  };
  events.finished = [=](const auto& stage, const pipeline::StageOutcome& outcome) {
    nlohmann::ordered_json details = {{"stage", outcome.stage},
                                      {"state", name_of(outcome.state)},
                                      {"fingerprint", stage.fingerprint},
                                      {"seconds", outcome.seconds}};
    if (!outcome.message.empty()) details["message"] = outcome.message;
    if (!outcome.remedy.empty()) details["remedy"] = outcome.remedy;
    if (!outcome.log.empty()) details["log"] = outcome.log.string();
    say("finished", details);
  };
  events.warning = [=](const std::string& text) { say("warning", {{"message", text}}); };
  events.message = [=](const auto& stage, int level, const std::string& text) {
    say("message", {{"stage", stage.label()}, {"level", level}, {"message", text}});
  };
  return events;
}

pipeline::RunEvents shown_events(ProgressDisplay& display, bool quiet) {
  pipeline::RunEvents events;
  events.checking = [&](std::size_t results) { display.checking(results); };
  events.started = [&](const auto& stage) { display.started(stage); };
  events.waiting = [&](const auto& stage) { display.waiting(stage); };
  events.progress = [&](const auto& stage, const auto& progress) { display.progress(stage, progress); };
  events.finished = [&](const auto& stage, const auto& outcome) { display.finished(stage, outcome); };
  events.warning = [&](const std::string& text) { display.say("warning: " + text); };
  events.message = [&display, quiet](const auto& stage, int level, const std::string& text) {
    if (level >= REVERIE_LOG_WARNING)
      display.say(fmt::format("warning: {}: {}", stage.label(), text));
    else if (level >= REVERIE_LOG_INFO && !quiet)
      display.say(fmt::format("{}: {}", stage.label(), text));
  };
  return events;
}

/// What `reverie run` was asked for.
struct RunRequest {
  bool json = false, quiet = false;
  pipeline::RunOptions options;
  pipeline::Plan plan;
};

/// nullopt: --help was given, and answered.
std::optional<RunRequest> read_request(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_settings(description);
  add_runs(description);
  add_running(description);
  add_only(description, "run");
  add_scheduling(description);
  add_common(description);
  const auto values = parse(command, description, {"PIPELINE"}, arguments);
  if (!values) return std::nullopt;
  apply_threads(*values);
  RunRequest request;
  request.json = values->count("json") != 0;
  request.quiet = values->count("quiet") != 0 || request.json;
  auto& running = request.options;
  running.strict = values->count("strict") != 0;
  running.runs = (*values)["runs"].as<std::string>();
  running.memory = values->count("memory") != 0 ? bytes_of((*values)["memory"].as<std::string>()) : default_memory();
  running.checkpoint_seconds = (*values)["checkpoint"].as<double>();
  if (!(running.checkpoint_seconds >= 0)) throw UsageError("--checkpoint must be a number of seconds, at least 0");
  running.page_seconds = (*values)["page"].as<double>();
  if (!(running.page_seconds >= 0 && running.page_seconds <= 86400))
    throw UsageError("--page must be a number of seconds, from 0 to 86400");
  running.fail_fast = values->count("fail-fast") != 0;
  running.in_process = values->count("in-process") != 0;
  running.only = texts(*values, "only");
  running.from = texts(*values, "from");
  running.force = texts(*values, "force");
  running.worker = values->count("worker") != 0;
  for (const char* other : {"from", "force", "strict"})
    if (running.worker && values->count(other) != 0)
      throw UsageError(
          fmt::format("--worker does not go with --{}: workers compute what is missing, and judge nothing", other),
          fmt::format("Use --{} in a run without --worker.", other));
  running.stop = stop_requested;
  end_at_first_signal();
  request.plan = read_plan(*values);
  end_at_first_signal(false);
  return request;
}

int run_pipeline(RunRequest& request) {
  const auto& [json, quiet, options, plan] = request;
  ProgressDisplay display(plan, quiet);
  request.options.events = json ? json_events() : shown_events(display, quiet);
  plugin::set_log_sink([&](int level, const std::string& text) {
    if (level >= REVERIE_LOG_WARNING)
      display.say("warning: " + text);
    else if (level >= REVERIE_LOG_INFO && !request.quiet)
      display.say(text);
  });
  pipeline::require_writable(options.runs);
  if (!quiet) print_header(plan, options, display);
  pipeline::RunResult result;
  try {
    result = pipeline::run(plan, options);
  } catch (...) {
    display.clear();
    plugin::set_log_sink({});
    throw;
  }
  display.clear();
  plugin::set_log_sink({});

  if (options.worker) {
    print_failures(result.stages);
    print_work(result.stages, json);
    return static_cast<int>(result.code);
  }
  if (!quiet) std::cerr << "\n";
  if (!json) print_numbers(result);
  json ? tell_claims(result.claims) : print_claims(result.claims);
  std::cout << std::flush;
  print_failures(result.stages);
  if (!quiet && !result.report.empty()) std::cerr << fmt::format("\nReport: {}\n", result.report.string());
  return static_cast<int>(result.code);
}

/// One run on all ranks of an MPI job.
int run_with_ranks(const Command& command, const Arguments& arguments) {
  const auto ranks = mpi::start();
  const bool first = ranks->rank() == 0;
  if (!first) std::cout.rdbuf(nullptr);
  std::optional<RunRequest> request;
  try {
    std::exception_ptr failure;
    try {
      request = read_request(command, arguments);
    } catch (...) {
      failure = std::current_exception();
    }
    numeric::agree(ranks.get(), failure);
    if (!request) return 0;
    pipeline::require_equal_plans(request->plan, *ranks);
  } catch (const Error& error) {
    if (first) throw;
    return static_cast<int>(error.exit_code());
  }
  if (first) {
    const pipeline::Dismissal at_the_end(*ranks);
    request->options.in_process = true;
    request->options.ranks = ranks.get();
    return run_pipeline(*request);
  }
  try {
    pipeline::help(request->plan, *ranks);
  } catch (const std::exception& error) {
    // Rank 0 waits for this one.
    complain(fmt::format("rank {} of {}: internal error: {}", ranks->rank(), ranks->size(), error.what()), "");
    mpi::abort(static_cast<int>(ExitCode::run_failed));
  }
  return 0;
}

/// Copies of this command that know nothing of each other would all do the same. The first one says so.
int refuse_copies(const Launch& launch) {
  if (launch.rank != 0) return static_cast<int>(ExitCode::usage);
  throw UsageError(fmt::format("{} started {} copies of this command, which {}.", launch.launcher, launch.copies,
                               mpi::available() ? "cannot find each other" : "was built without MPI"),
                   mpi::available()
                       ? "Start it with mpirun or srun --mpi=pmix for one run on all of them, or give --worker "
                         "for a sweep that they share."
                       : "Start it once, or build reverie with MPI (libopenmpi-dev), or give --worker for a "
                         "sweep that they share.");
}

/// What only a scale that was not chosen says is wrong in the file as well.
void require_valid_scale(const options::variables_map& values, const std::string& scale) {
  auto settings = texts(values, "set");
  const auto choice = fmt::format("scale={}", nlohmann::json(scale).dump());
  settings.push_back(choice);
  try {
    pipeline::make_plan(pipeline::read_document(values["PIPELINE"].as<std::string>(), settings), plugin_search(values));
  } catch (const pipeline::PipelineError& error) {
    throw pipeline::PipelineError(error.what(), fmt::format("This is so with --set '{}'.", choice));
  }
}

}  // namespace

int run_command(const Command& command, const Arguments& arguments) {
  const auto launch = launch_of_this_process();
  if (launch.copies > 1) {
    if (launch.for_mpi && mpi::available()) return run_with_ranks(command, arguments);
    const bool worker = std::find(arguments.begin(), arguments.end(), "--worker") != arguments.end();
    if (!worker) return refuse_copies(launch);
  }
  auto request = read_request(command, arguments);
  return request ? run_pipeline(*request) : 0;
}

int plan_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_settings(description);
  add_runs(description);
  add_only(description, "show");
  description.add_options()("json", "as json");
  add_common(description);
  const auto values = parse(command, description, {"PIPELINE"}, arguments);
  if (!values) return 0;
  const auto plan = read_plan(*values);
  const auto asked = pipeline::asked_for(plan, texts(*values, "only"));
  const auto decisions = pipeline::decide(plan, asked, (*values)["runs"].as<std::string>(), numeric::thread_count());
  auto list = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < plan.stages.size(); ++k)
    if (asked[k])
      list.push_back({{"stage", plan.stages[k].label()},
                      {"run", plan.stages[k].run()},
                      {"fingerprint", plan.stages[k].fingerprint},
                      {"runs", decisions[k].run},
                      {"why", decisions[k].why}});
  if (values->count("json") != 0) {
    std::cout << list.dump(1) << "\n";
    return 0;
  }
  std::size_t width = 5;
  for (const auto& entry : list) width = std::max(width, entry["stage"].get_ref<const std::string&>().size());
  std::cout << fmt::format("{:<{}}  {:<8}  {:<16}  {}\n", "stage", width, "run", "fingerprint", "decision");
  for (const auto& entry : list)
    std::cout << fmt::format("{:<{}}  {:<8}  {:.16}  {}{}\n", entry["stage"].get<std::string>(), width,
                             entry["run"].get<std::string>(), entry["fingerprint"].get<std::string>(),
                             entry["runs"].get<bool>() ? "runs: " : "", entry["why"].get<std::string>());
  return 0;
}

int validate_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_settings(description);
  add_common(description);
  const auto values = parse(command, description, {"PIPELINE"}, arguments);
  if (!values) return 0;
  const auto plan = read_plan(*values);
  for (const auto& scale : pipeline::read_document(plan.file, texts(*values, "set")).scales)
    require_valid_scale(*values, scale);
  std::cerr << fmt::format("{}: valid, {}\n", plan.file.string(), count_of(plan.stages.size(), "stage"));
  return 0;
}

}  // namespace reverie::cli
