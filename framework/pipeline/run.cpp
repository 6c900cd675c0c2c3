// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <numeric/threads.hpp>
#include <pipeline/failures.hpp>
#include <pipeline/provenance.hpp>
#include <pipeline/run.hpp>
#include <pipeline/run_page.hpp>
#include <pipeline/run_stages.hpp>
#include <pipeline/selection.hpp>
#include <pipeline/stored_result.hpp>
#include <pipeline/summary.hpp>
#include <pipeline/turn.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

void require_writable(const fs::path& folder) {
  const char* remedy = "Choose a folder you may write to with --runs DIR.";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw store::DataError(
        fmt::format("{}: the folder for results cannot be created: {}", folder.string(), error.message()), remedy);
  const auto probe = store::temporary_beside(folder / "probe");
  const int opened = ::open(probe.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (opened < 0)
    throw store::DataError(
        fmt::format("{}: the folder for results cannot be written: {}", folder.string(), store::reason_of(errno)),
        remedy);
  ::close(opened);
  fs::remove(probe, error);
}

namespace {

/// Labels of the stages that --only does not ask for.
std::vector<std::string> left_out(const Plan& plan, const StageSet& asked) {
  std::vector<std::string> labels;
  for (std::size_t k = 0; k < plan.stages.size(); ++k)
    if (!asked[k]) labels.push_back(plan.stages[k].label());
  return labels;
}

constexpr const char *numbers_file = "metrics.csv", *summary_file = "metrics_summary.csv", *claims_file = "claims.json";

/// Numbers of what --only leaves out are shown and judged, too: damaged ones are not.
void set_damaged_aside(const Plan& plan, const StageSet& asked, const RunOptions& options, const fs::path& index) {
  std::vector<std::size_t> unchecked;
  for (std::size_t k = 0; k < plan.stages.size(); ++k) {
    const auto& stage = plan.stages[k];
    const bool has_numbers = stage.run() == "measure" || stage.run() == "train";
    if (!asked[k] && has_numbers && fs::exists(result_folder(options.runs, stage))) unchecked.push_back(k);
  }
  for (const auto& finding :
       verify_results(plan, options.runs, unchecked, options.in_process ? 0 : numeric::thread_count())) {
    const auto& stage = plan.stages[finding.stage];
    const auto result = result_folder(options.runs, stage);
    auto lock = finding.problems.empty() ? std::nullopt : store::Lock::try_take(result);
    if (!lock) continue;
    if (const auto aside = set_aside_if_damaged(result, stage.fingerprint)) {
      unlink_result(index, stage);
      if (options.events.warning)
        options.events.warning(fmt::format("stage '{}': its stored result was damaged: {} (moved to {})", stage.label(),
                                           aside->problems.front(), aside->to.string()));
    }
    lock->release();
  }
}

}  // namespace

RunResult run(const Plan& plan, const RunOptions& given) {
  auto options = given;
  const auto asked = asked_for(plan, options.only);
  for (const auto* names : {&options.from, &options.force}) require_among(plan, asked, *names);
  if (plan.stages.empty())
    throw Error(ExitCode::pipeline_invalid,
                fmt::format("{}: every stage has 'when_needed = true', and nothing needs one", plan.file.string()),
                "Include the file in a pipeline whose stages or claims need them.");
  const auto index = index_folder(options.runs, plan);
  require_writable(options.runs / "store");
  if (fs::is_symlink(index))
    throw store::DataError(
        fmt::format("{}: is a symbolic link, and links to results would lead nowhere", index.string()),
        "Move the whole folder of results, and name it with --runs DIR.");
  require_writable(index);
  const auto asked_at = Clock::now();
  std::optional<Turn> turn(std::in_place, index / plan_file, [&, told = false]() mutable {
    if (options.stop)
      if (const auto code = options.stop()) throw Interrupted(*code);
    if (told || Clock::now() - asked_at < std::chrono::seconds(1) || !options.events.warning) return;
    options.events.warning(fmt::format("{}: another run begins here; this one waits", index.string()));
    told = true;
  });
  require_own_folder(index);
  require_same_pipeline(index, plan);
  const bool is_other = !is_recorded(index, plan);
  if (is_other) require_alone(index, logs_of(index));
  if (!options.worker || is_other) {
    remove_stale_links(index, plan);
    // They are of an earlier run, perhaps with other settings; this one writes its own at the end.
    std::error_code ignored;
    for (const char* file : {numbers_file, summary_file, claims_file}) fs::remove(index / file, ignored);
    write_plan_record(index, plan);
  }
  if (!options.worker) forget_failures(index);
  EventLog log(index / (options.worker ? worker_log() : main_log));
  Times times{std::chrono::system_clock::now(), {}};
  nlohmann::ordered_json begun = {{"pipeline", plan.file.string()},
                                  {"version", version()},
                                  {"stages", plan.stages.size()},
                                  {"process", getpid()},
                                  {"host", store::host_name()}};
  if (!options.only.empty() && !options.worker) begun["left_out"] = left_out(plan, asked);
  log.write("run", begun);
  turn.reset();

  std::optional<RunPage> page;
  if (!options.worker) page.emplace(index, options.page_seconds);
  options.events.tick = [&] {
    if (page) page->update();
  };
  RunResult result;
  const auto log_end = [&](ExitCode code) {
    times.finished = std::chrono::system_clock::now();
    log.write("end", {{"seconds", times.seconds()}, {"exit", static_cast<int>(code)}});
  };
  try {
    result.stages = run_stages(plan, options, index, log);
  } catch (const Interrupted&) {
    log.write("interrupted");
    throw;
  } catch (const Error& error) {
    log_end(error.exit_code());
    throw;
  }
  for (const auto& outcome : result.stages)
    if (result.code == ExitCode::ok && outcome.state == StageState::failed) result.code = outcome.code;

  if (options.worker) {
    log_end(result.code);
    return result;
  }
  if (!options.only.empty()) set_damaged_aside(plan, asked, options, index);
  const auto keep = [&](const char* file, const std::string& text) {
    try {
      store::write_file_atomically(index / file, text);
    } catch (const std::exception& error) {
      if (options.events.warning) options.events.warning(error.what());
      if (result.code == ExitCode::ok) result.code = ExitCode::run_failed;
    }
  };
  // The tables are of all that is there, also what this run did not ask for, as claims and the report are.
  auto measured = measured_results(plan, options.runs);
  result.over_seeds = over_seeds(measured);
  const auto name = plan.file.stem().string();
  if (!measured.empty()) {
    keep(numbers_file, metrics_table(name, measured));
    keep(summary_file, metrics_summary(name, result.over_seeds));
  }
  const auto others =
      std::erase_if(measured, [&](const MeasuredResult& one) { return !result.stages[one.number].has_result(); });
  if (others > 0) result.over_seeds = over_seeds(measured);
  result.metrics = scalar_results(plan, measured);
  result.claims = judge_claims(plan, options.runs);
  const bool all_hold = std::all_of(result.claims.begin(), result.claims.end(),
                                    [](const ClaimResult& claim) { return claim.verdict == Verdict::holds; });
  if (options.strict && result.code == ExitCode::ok && !all_hold) result.code = ExitCode::check_failed;
  if (!result.claims.empty()) keep(claims_file, describe(result.claims).dump(1) + "\n");
  log_end(result.code);
  try {
    page->finish();
    result.report = page->file();
  } catch (const std::exception& error) {
    if (options.events.warning) options.events.warning(fmt::format("no report was written: {}", error.what()));
  }
  return result;
}

}  // namespace reverie::pipeline
