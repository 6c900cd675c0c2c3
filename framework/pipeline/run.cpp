// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <unistd.h>

#include <pipeline/event_log.hpp>
#include <pipeline/run.hpp>
#include <pipeline/summary.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

/// Seconds between lines of progress in the log.
constexpr double log_interval = 5;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void run_work(const StageRun& run) {
  std::visit(
      [&](const auto& work) {
        using Work = std::decay_t<decltype(work)>;
        if constexpr (std::is_same_v<Work, TrainStage>)
          run_train(work, run);
        else if constexpr (std::is_same_v<Work, SimulateStage>)
          run_simulate(work, run);
        else if constexpr (std::is_same_v<Work, MeasureStage>)
          run_measure(work, run);
        else if constexpr (std::is_same_v<Work, GatherStage>)
          run_gather(work, run);
        else
          run_figure(work, run);
      },
      run.stage.work);
}

/// Points <index>/<stage> to the stage's result; a reader sees the old link or the new one.
void link_result(const std::filesystem::path& index, const Stage& stage, const std::filesystem::path& folder) {
  const auto link = index / stage.place();
  const auto temporary = index / fmt::format(".tmp-{}-link", getpid());
  std::error_code error;
  std::filesystem::remove(temporary, error);
  auto up = std::filesystem::path("..");
  if (!stage.point.empty()) {
    up /= "..";
    std::filesystem::create_directories(link.parent_path(), error);
  }
  std::filesystem::create_directory_symlink(up / "store" / folder.filename(), temporary, error);
  if (!error) std::filesystem::rename(temporary, link, error);
  if (error)
    throw store::DataError(fmt::format("{}: cannot be made a link to the result: {}", link.string(), error.message()),
                           "Move away what lies there, or choose another folder with --runs.");
}

/// The link of a stage whose result is not there yet would show an older one's.
void unlink_result(const std::filesystem::path& index, const Stage& stage) {
  std::error_code ignored;
  if (const auto link = index / stage.place(); std::filesystem::is_symlink(link, ignored))
    std::filesystem::remove(link, ignored);
}

/// One run of a plan: folders, log and the user's wishes.
struct Runner {
  const Plan& plan;
  const RunOptions& options;
  std::filesystem::path index;
  EventLog log;

  void stop_if_asked() const {
    if (!options.stop) return;
    if (const auto code = options.stop()) throw Interrupted(*code);
  }

  ProgressSink progress_of(const Stage& stage) {
    return [this, &stage, last = Clock::now()](const Progress& progress) mutable {
      if (options.events.progress) options.events.progress(stage, progress);
      if (seconds_since(last) > log_interval) {
        last = Clock::now();
        nlohmann::ordered_json details = {
            {"stage", stage.name}, {"done", progress.done}, {"total", progress.total}, {"of", progress.what}};
        if (progress.loss) details["loss"] = *progress.loss;
        log.write("progress", details);
      }
      return !(options.stop && options.stop());
    };
  }

  /// Computes and publishes.
  void produce(const Stage& stage) {
    const auto started = std::chrono::system_clock::now();
    store::Publication publication(result_folder(options.runs, stage));
    StageRun work{stage, publication.folder(), {}, {}, progress_of(stage)};
    for (const auto input : stage.inputs) {
      work.inputs.push_back(result_folder(options.runs, plan.stages[input]));
      work.input_stages.push_back(&plan.stages[input]);
    }
    run_work(work);
    stop_if_asked();
    store::write_file_atomically(publication.folder() / "stage.json", describe(stage).dump(1) + "\n");
    const Times times{started, std::chrono::system_clock::now()};
    store::write_file_atomically(publication.folder() / "provenance.json",
                                 provenance(times, stage.plugins).dump(1) + "\n");
    publication.publish();
  }

  StageOutcome attempt(const Stage& stage) {
    const auto start = Clock::now();
    StageOutcome outcome{stage.name, StageState::done, 0, "", "", ExitCode::ok};
    const auto fail = [&](const std::string& message, const std::string& remedy, ExitCode code) {
      outcome.state = StageState::failed;
      outcome.message = fmt::format("stage '{}' failed: {}", stage.name, message);
      outcome.remedy = remedy;
      outcome.code = code;
    };
    try {
      const auto folder = result_folder(options.runs, stage);
      if (std::filesystem::exists(folder)) {
        outcome.state = StageState::done_before;
      } else {
        unlink_result(index, stage);
        if (options.events.started) options.events.started(stage);
        log.write("started", {{"stage", stage.name}, {"run", stage.run()}, {"fingerprint", stage.fingerprint}});
        produce(stage);
      }
      link_result(index, stage, folder);
    } catch (const Interrupted&) {
      log.write("interrupted", {{"stage", stage.name}});
      stop_if_asked();
      throw;
    } catch (const Error& error) {
      // A signal may reach gnuplot as well, and make it fail.
      stop_if_asked();
      fail(error.what(), error.remedy(), error.exit_code());
    } catch (const std::bad_alloc&) {
      fail("out of memory", "Take fewer trials, steps or units, or a smaller batch_size.", ExitCode::run_failed);
    } catch (const std::exception& error) {
      fail(fmt::format("internal error: {}", error.what()), "Please report this, with the pipeline.",
           ExitCode::run_failed);
    }
    outcome.seconds = seconds_since(start);
    return outcome;
  }

  /// The first input without a result, or nullptr.
  const Stage* missing_input(const Stage& stage, const std::vector<StageOutcome>& outcomes) const {
    for (const auto input : stage.inputs)
      if (outcomes[input].state == StageState::failed || outcomes[input].state == StageState::skipped)
        return &plan.stages[input];
    return nullptr;
  }

  void finish(const Stage& stage, const StageOutcome& outcome) {
    nlohmann::ordered_json details = {{"stage", stage.name}, {"seconds", outcome.seconds}};
    if (!outcome.message.empty()) details["message"] = outcome.message;
    log.write(std::string(name_of(outcome.state)), details);
    if (options.events.finished) options.events.finished(stage, outcome);
  }
};

}  // namespace

std::string_view name_of(StageState state) {
  switch (state) {
    case StageState::done:
      return "done";
    case StageState::done_before:
      return "done before";
    case StageState::failed:
      return "failed";
    case StageState::skipped:
      return "skipped";
  }
  throw std::logic_error("unknown state of a stage");
}

std::filesystem::path index_folder(const std::filesystem::path& runs, const Plan& plan) {
  return runs / plan.file.stem();
}

void require_writable(const std::filesystem::path& folder) {
  const char* remedy = "Choose a folder you may write to with --runs DIR.";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw store::DataError(
        fmt::format("{}: the folder for results cannot be created: {}", folder.string(), error.message()), remedy);
  const auto probe = folder / fmt::format(".tmp-{}-probe", getpid());
  const bool written = std::ofstream(probe).good();
  std::filesystem::remove(probe, error);
  if (!written)
    throw store::DataError(fmt::format("{}: the folder for results cannot be written", folder.string()), remedy);
}

RunResult run(const Plan& plan, const RunOptions& options) {
  const auto index = index_folder(options.runs, plan);
  require_writable(options.runs / "store");
  require_writable(index);
  Runner runner{plan, options, index, EventLog(index / "log.jsonl")};
  Times times{std::chrono::system_clock::now(), {}};
  runner.log.write("run", {{"pipeline", plan.file.string()}, {"version", version()}, {"stages", plan.stages.size()}});

  RunResult result;
  for (const auto& stage : plan.stages) {
    runner.stop_if_asked();
    StageOutcome outcome;
    if (const Stage* missing = runner.missing_input(stage, result.stages)) {
      unlink_result(index, stage);
      outcome = {stage.name, StageState::skipped,
                 0,          fmt::format("stage '{}' was skipped: it needs '{}'", stage.name, missing->name),
                 "",         ExitCode::run_failed};
    } else {
      outcome = runner.attempt(stage);
    }
    runner.finish(stage, outcome);
    if (result.code == ExitCode::ok) result.code = outcome.code;
    result.stages.push_back(std::move(outcome));
  }

  times.finished = std::chrono::system_clock::now();
  result.metrics = scalar_results(plan, result.stages, options.runs);
  result.report = index / "report.html";
  analysis::write_report(summarise(plan, result, options.runs, times), result.report);
  runner.log.write("end", {{"seconds", times.seconds()}, {"exit", static_cast<int>(result.code)}});
  return result;
}

}  // namespace reverie::pipeline
