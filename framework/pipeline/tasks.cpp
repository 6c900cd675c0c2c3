// SPDX-License-Identifier: BSD-3-Clause
#include <map>
#include <pipeline/estimate.hpp>
#include <pipeline/selection.hpp>
#include <pipeline/tasks.hpp>

namespace reverie::pipeline {

Tasks make_tasks(const Plan& plan, const RunOptions& options) {
  const auto count = plan.stages.size();
  const auto selected = asked_for(plan, options.only);
  const auto forced = stages_named(plan, options.force);
  const auto from = with_dependents(plan, stages_named(plan, options.from));
  Tasks tasks{{}, std::vector<std::size_t>(count)};
  std::map<std::string, std::size_t> known;
  for (std::size_t k = 0; k < count; ++k) {
    if (!selected[k]) continue;
    const auto [found, fresh] = known.emplace(plan.stages[k].fingerprint, tasks.list.size());
    if (fresh) tasks.list.emplace_back();
    tasks.of_stage[k] = found->second;
    auto& task = tasks.list[found->second];
    task.stages.push_back(k);
    task.anew = task.anew || forced[k] || from[k];
  }
  return tasks;
}

std::vector<Job> make_jobs(const Plan& plan, const Tasks& tasks, const std::vector<std::size_t>& open) {
  std::vector<std::size_t> job_of(tasks.list.size(), open.size());
  for (std::size_t job = 0; job < open.size(); ++job) job_of[open[job]] = job;
  const auto estimates = estimate(plan);
  std::vector<Job> jobs;
  for (const auto t : open) {
    const auto first = tasks.list[t].stages.front();
    const auto& stage = plan.stages[first];
    const auto& sizes = estimates[first];
    Job job{{},
            static_cast<int>(stage.work.index()),
            sizes.work,
            sizes.memory,
            sizes.memory_per_thread,
            sizes.useful_threads,
            std::holds_alternative<TrainStage>(stage.work)};
    for (const auto input : stage.inputs)
      if (const auto needed = job_of[tasks.of_stage[input]]; needed < open.size()) job.needs.push_back(needed);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace reverie::pipeline
