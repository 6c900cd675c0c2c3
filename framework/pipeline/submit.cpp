// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <pipeline/event_log.hpp>
#include <pipeline/explain.hpp>
#include <pipeline/failures.hpp>
#include <pipeline/stored_result.hpp>
#include <pipeline/submit.hpp>
#include <pipeline/tasks.hpp>
#include <pipeline/turn.hpp>
#include <set>
#include <store/lock.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;

std::string short_fingerprint(const Stage& stage) { return result_folder("", stage).filename().string(); }

/// Numbers of jobs that will bring a result, by its fingerprint.
using Queued = std::map<std::string, std::set<std::string>>;

Queued queued_results(const std::vector<SubmittedJob>& jobs, const SlurmStates& states) {
  Queued queued;
  for (const auto& job : jobs)
    for (std::size_t task = 0; task < job.tasks.size(); ++task)
      if (is_live(states, job, task))
        for (const auto& fingerprint : job.tasks[task]) queued[fingerprint].insert(job.id);
  return queued;
}

bool has_begun(const SubmittedJob& job, const SlurmStates& states) {
  const auto found = states.find({job.id, 0});
  return found != states.end() && found->second != SlurmState::pending;
}

/// What the last job shall run: with its own stages those of earlier last jobs, to which it is a successor; none: all.
std::vector<std::string> only_of_last(std::vector<std::string> only, const std::vector<SubmittedJob>& earlier,
                                      const SlurmStates& states) {
  for (const auto& job : earlier) {
    if (!job.last || has_begun(job, states)) continue;
    if (job.only.empty()) return {};
    if (only.empty()) break;
    for (const auto& name : job.only)
      if (std::find(only.begin(), only.end(), name) == only.end()) only.push_back(name);
  }
  return only;
}

/// Damaged results give way: an array's task would take them for done.
void set_damaged_aside(const Plan& plan, const fs::path& runs, const Submission& submission) {
  for (const auto& job : submission.jobs)
    for (const auto& task : job.tasks)
      for (const auto stage : task) {
        const auto result = result_folder(runs, plan.stages[stage]);
        if (!fs::exists(result)) continue;
        auto lock = store::Lock::try_take(result);
        if (!lock) continue;  // a run is at it
        set_aside_if_damaged(result, plan.stages[stage].fingerprint);
        lock->release();
      }
}

/// <slurm>/<n>, n being one more than the largest there is.
fs::path next_folder(const fs::path& slurm) {
  int last = 0;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(slurm, missing)) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos && name.size() < 9)
      last = std::max(last, std::stoi(name));
  }
  return slurm / fmt::format("{}", last + 1);
}

}  // namespace

Submission prepare_submission(const Plan& plan, const SubmitOptions& options, const SlurmStates& states,
                              std::size_t largest_array) {
  const auto index = index_folder(options.runs, plan);
  require_own_folder(index);
  require_same_pipeline(index, plan);
  Submission submission;
  for (const auto& job : read_submitted(index))
    if (is_live(states, job)) submission.earlier.push_back(job);
  const auto queued = queued_results(submission.earlier, states);

  RunOptions running;
  running.only = options.only;
  const auto decisions = decide(plan, asked_for(plan, options.only), options.runs, options.workers, options.meanwhile);
  std::vector<std::size_t> missing;
  for (const auto& task : make_tasks(plan, running).list) {
    const auto stage = task.stages.front();
    if (!decisions[stage].run)
      submission.done += task.stages.size();
    else if (queued.contains(short_fingerprint(plan.stages[stage])))
      submission.queued += task.stages.size();
    else
      missing.push_back(stage);
  }
  const bool ends = std::any_of(submission.earlier.begin(), submission.earlier.end(),
                                [](const SubmittedJob& job) { return job.last; });
  // A last job that Slurm refused is missing when arrays are queued that it should end.
  if (!missing.empty() || (submission.queued > 0 && !ends))
    submission.jobs = make_slurm_jobs(plan, missing, largest_array);
  for (const auto& job : submission.jobs) {
    std::set<std::string> after;
    for (const auto& task : job.tasks)
      for (const auto stage : task)
        for (const auto input : plan.stages[stage].inputs)
          if (const auto found = queued.find(short_fingerprint(plan.stages[input])); found != queued.end())
            after.insert(found->second.begin(), found->second.end());
    if (job.last)
      for (const auto& earlier : submission.earlier)
        if (!earlier.last || has_begun(earlier, states)) after.insert(earlier.id);
    submission.after.emplace_back(after.begin(), after.end());
  }
  submission.command = {
      options.program, options.working_folder, next_folder(slurm_folder(index)), options.arguments, {}};
  submission.only = only_of_last(options.only, submission.earlier, states);
  for (const auto& name : submission.only)
    submission.command.only.insert(submission.command.only.end(), {"--only", name});
  return submission;
}

void submit_all(const Plan& plan, const SubmitOptions& options, const Submission& submission,
                const std::function<void(const SlurmJob&, const std::string& id)>& tell) {
  const auto index = index_folder(options.runs, plan);
  const auto& folder = submission.command.folder;
  if (submission.jobs.empty()) return;
  {
    const Turn turn(index / plan_file, options.meanwhile);
    require_writable(folder);
    // Workers may be at it: they read the pipeline's file when they begin.
    if (!is_recorded(index, plan)) require_alone(index, {index / main_log});
    write_plan_record(index, plan);
  }
  forget_failures(index);
  set_damaged_aside(plan, options.runs, submission);
  EventLog log(index / main_log);
  for (const auto& job : submission.jobs) {
    store::write_file_atomically(folder / (job.name + ".sh"), slurm_script(plan, job, submission.command));
    if (!job.last) store::write_file_atomically(folder / (job.name + ".list"), slurm_list(plan, job));
  }
  auto submitted = submission.earlier;
  std::vector<std::string> ids;
  for (std::size_t k = 0; k < submission.jobs.size(); ++k) {
    const auto& job = submission.jobs[k];
    auto after = submission.after[k];
    for (const auto other : job.after) after.push_back(ids[other]);
    ids.push_back(submit(folder / (job.name + ".sh"), after));
    SubmittedJob record{ids.back(), (folder.filename() / job.name).string(), {}, job.last, {}};
    if (job.last) record.only = submission.only;
    for (const auto& task : job.tasks) {
      record.tasks.emplace_back();
      for (const auto stage : task) record.tasks.back().push_back(short_fingerprint(plan.stages[stage]));
    }
    submitted.push_back(std::move(record));
    write_submitted(index, submitted);
    log.write("submitted", {{"job", ids.back()}, {"name", submitted.back().name}});
    tell(job, ids.back());
  }
  for (const auto& job : submission.earlier)
    if (job.last) cancel_pending(job.id);
}

}  // namespace reverie::pipeline
