// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <new>
#include <pipeline/provenance.hpp>
#include <pipeline/stage_work.hpp>
#include <pipeline/stored_result.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

bool run_work(const StageRun& run) {
  return std::visit(
      [&](const auto& work) {
        using Work = std::decay_t<decltype(work)>;
        if constexpr (std::is_same_v<Work, TrainStage>)
          return run_train(work, run);
        else if constexpr (std::is_same_v<Work, ImportStage>)
          return run_import(work, run);
        else if constexpr (std::is_same_v<Work, SimulateStage>)
          return run_simulate(work, run);
        else if constexpr (std::is_same_v<Work, MeasureStage>)
          return run_measure(work, run);
        else if constexpr (std::is_same_v<Work, GatherStage>)
          return run_gather(work, run);
        else
          return run_figure(work, run);
      },
      run.stage.work);
}

/// False: stopped.
bool produce(const StageRequest& request, const ProgressSink& progress) {
  const auto& stage = request.stage;
  const auto started = std::chrono::system_clock::now();
  const auto result = result_folder(request.runs, stage);
  if (request.start_over) store::remove_work_folder(result);
  store::open_work_folder(result);
  StageRun run{stage,
               store::unpublished(result),
               {},
               {},
               progress,
               store::work_folder(result),
               request.checkpoint_seconds,
               request.ranks};
  for (const auto input : stage.inputs) {
    run.inputs.push_back(result_folder(request.runs, request.plan.stages[input]));
    run.input_stages.push_back(&request.plan.stages[input]);
  }
  if (!run_work(run)) return false;
  seal_result(run.folder, stage, provenance({started, std::chrono::system_clock::now()}, stage.plugins));
  store::publish(result, request.start_over);
  return true;
}

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
    case StageState::stopped:
      return "stopped";
    case StageState::left_out:
      return "left out";
  }
  throw std::logic_error("unknown state of a stage");
}

Report work_on(const StageRequest& request, store::Lock& lock, const ProgressSink& progress) {
  Report report;
  try {
    lock.keep();
    if (!produce(request, progress)) report.state = StageState::stopped;
  } catch (const Interrupted&) {
    report.state = StageState::stopped;
  } catch (const Error& error) {
    report = {StageState::failed, error.what(), error.remedy(), error.exit_code()};
  } catch (const std::bad_alloc&) {
    report = {StageState::failed, "out of memory", "Take fewer trials, steps or units, or a smaller batch_size.",
              ExitCode::run_failed};
  } catch (const std::exception& error) {
    report = {StageState::failed, fmt::format("internal error: {}", error.what()),
              "Please report this, with the pipeline.", ExitCode::run_failed};
  }
  if (report.state != StageState::done) store::close_work_folder(result_folder(request.runs, request.stage));
  lock.release();
  return report;
}

}  // namespace reverie::pipeline
