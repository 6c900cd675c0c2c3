// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <pipeline/failures.hpp>
#include <pipeline/run.hpp>
#include <pipeline/run_page.hpp>
#include <pipeline/run_stages.hpp>
#include <pipeline/selection.hpp>
#include <pipeline/summary.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {

namespace fs = std::filesystem;

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

/// Nothing to write: what an earlier run wrote goes.
void write_or_remove(const fs::path& file, const std::string& text) {
  if (text.empty())
    fs::remove(file);
  else
    store::write_file_atomically(file, text);
}

}  // namespace

RunResult run(const Plan& plan, const RunOptions& given) {
  auto options = given;
  const auto asked = asked_for(plan, options.only);
  for (const auto* names : {&options.from, &options.force}) require_among(plan, asked, *names);
  const auto index = index_folder(options.runs, plan);
  require_writable(options.runs / "store");
  require_writable(index);
  require_same_pipeline(index, plan);
  if (!options.worker || !is_recorded(index, plan)) {
    remove_stale_links(index, plan);
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

  std::optional<RunPage> page;
  if (!options.worker) page.emplace(index, options.page_seconds);
  options.events.tick = [&] {
    if (page) page->update();
  };
  RunResult result;
  result.stages = run_stages(plan, options, index, log);
  for (const auto& outcome : result.stages)
    if (result.code == ExitCode::ok && outcome.state == StageState::failed) result.code = outcome.code;

  times.finished = std::chrono::system_clock::now();
  const auto log_end = [&] {
    log.write("end", {{"seconds", times.seconds()}, {"exit", static_cast<int>(result.code)}});
  };
  if (options.worker) {
    log_end();
    return result;
  }
  // The tables are of all that is there, also what this run did not ask for, as claims and the report are.
  auto measured = measured_results(plan, options.runs);
  result.over_seeds = over_seeds(measured);
  const auto name = plan.file.stem().string();
  write_or_remove(index / "metrics.csv", measured.empty() ? "" : metrics_table(name, measured));
  write_or_remove(index / "metrics_summary.csv", measured.empty() ? "" : metrics_summary(name, result.over_seeds));
  const auto others =
      std::erase_if(measured, [&](const MeasuredResult& one) { return !result.stages[one.number].has_result(); });
  if (others > 0) result.over_seeds = over_seeds(measured);
  result.metrics = scalar_results(plan, measured);
  result.claims = judge_claims(plan, options.runs);
  const bool all_hold = std::all_of(result.claims.begin(), result.claims.end(),
                                    [](const ClaimResult& claim) { return claim.verdict == Verdict::holds; });
  if (options.strict && result.code == ExitCode::ok && !all_hold) result.code = ExitCode::check_failed;
  write_or_remove(index / "claims.json", result.claims.empty() ? "" : describe(result.claims).dump(1) + "\n");
  log_end();
  try {
    page->finish();
    result.report = page->file();
  } catch (const std::exception& error) {
    if (options.events.warning) options.events.warning(fmt::format("no report was written: {}", error.what()));
  }
  return result;
}

}  // namespace reverie::pipeline
