// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <pipeline/estimate.hpp>
#include <pipeline/slurm.hpp>
#include <set>

namespace reverie::pipeline {
namespace {

using Group = std::vector<std::size_t>;  // stages

bool combines(const Stage& stage) {
  return std::holds_alternative<GatherStage>(stage.work) || std::holds_alternative<FigureStage>(stage.work);
}

/// Shares stages out to tasks of about the same work: the largest first, each to the task with the least so far.
std::vector<Group> share_out(const Group& stages, const std::vector<Estimate>& estimates, std::size_t per_task) {
  auto by_work = stages;
  std::stable_sort(by_work.begin(), by_work.end(),
                   [&](auto a, auto b) { return estimates[a].work > estimates[b].work; });
  std::vector<Group> tasks((stages.size() + per_task - 1) / per_task);
  std::vector<std::pair<double, std::size_t>> loads(tasks.size());  // work, stages
  for (const auto stage : by_work) {
    const auto least = std::min_element(loads.begin(), loads.end());
    *least = {least->first + estimates[stage].work, least->second + 1};
    tasks[static_cast<std::size_t>(least - loads.begin())].push_back(stage);
  }
  for (auto& task : tasks) std::sort(task.begin(), task.end());
  return tasks;
}

/// Within '...' the shell leaves everything but ' as it is.
std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shell_words(const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  for (const auto& argument : arguments) words.push_back(shell_quoted(argument));
  return fmt::format("{}", fmt::join(words, " "));
}

/// A value on a line #SBATCH, where within "..." a backslash takes the meaning from " and \.
std::string sbatch_quoted(const std::string& text) {
  if (text.find_first_of("\n\r") != std::string::npos)
    throw Error(ExitCode::usage, fmt::format("'{}' has a line break in it, which sbatch cannot be told", text),
                "Rename the folder or the file.");
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// A path as --output takes it, where % begins a placeholder.
std::string without_placeholders(const std::string& path) {
  std::string text;
  for (const char c : path) text += c == '%' ? std::string("%%") : std::string(1, c);
  return text;
}

std::string directives(const Plan& plan, const SlurmJob& job, const SlurmCommand& command) {
  const auto& options = plan.slurm;
  std::string text;
  const auto say = [&](const std::string& name, const std::string& value) {
    text += fmt::format("#SBATCH --{}={}\n", name, value);
  };
  say("job-name", sbatch_quoted(fmt::format("{}-{}", plan.file.stem().string(), job.name)));
  for (const auto& [name, value] : std::vector<std::pair<const char*, std::string>>{{"partition", options.partition},
                                                                                    {"account", options.account},
                                                                                    {"qos", options.qos},
                                                                                    {"time", options.time},
                                                                                    {"mem", options.memory}})
    if (!value.empty()) say(name, sbatch_quoted(value));
  say("cpus-per-task", fmt::format("{}", options.cpus));
  say("signal", "B:USR1@60");
  for (const auto& line : options.extra) text += fmt::format("#SBATCH {}\n", line);
  // What must be so stands last: of two options sbatch takes the later one.
  say("output",
      sbatch_quoted(fmt::format(
          "{}/{}{}.log", without_placeholders((command.working_folder / command.folder).lexically_normal().string()),
          job.name, job.last ? "" : "-%a")));
  text += "#SBATCH --open-mode=append\n";
  text += options.requeue > 0 ? "#SBATCH --requeue\n" : "#SBATCH --no-requeue\n";
  return text;
}

bool has_ranks(const Plan& plan, const SlurmJob& job) {
  if (plan.slurm.ranks == 1 || job.last) return false;
  const auto& work = plan.stages[job.tasks.front().front()].work;
  return std::holds_alternative<TrainStage>(work) || std::holds_alternative<SimulateStage>(work);
}

std::string array_directives(const Plan& plan, const SlurmJob& job) {
  std::string text = fmt::format("#SBATCH --array=0-{}", job.tasks.size() - 1);
  if (plan.slurm.at_once > 0) text += fmt::format("%{}", plan.slurm.at_once);
  text += "\n";
  if (has_ranks(plan, job)) text += fmt::format("#SBATCH --ntasks={}\n", plan.slurm.ranks);
  return text;
}

}  // namespace

std::vector<SlurmJob> make_slurm_jobs(const Plan& plan, const std::vector<std::size_t>& missing,
                                      std::size_t largest_array) {
  const auto estimates = estimate(plan);
  // By level, one more than the highest of its inputs, then by kind.
  std::map<std::pair<std::size_t, std::size_t>, Group> arrays;
  std::vector<std::size_t> levels(plan.stages.size(), 0);  // 0: not to be run
  std::vector<bool> last(plan.stages.size());
  SlurmJob end{"", {{}}, {}, true};
  // Of stages with one fingerprint the first stands for all.
  std::map<std::string, std::size_t> by_fingerprint;
  for (const auto k : missing) by_fingerprint[plan.stages[k].fingerprint] = k;
  const auto missing_inputs = [&](std::size_t k) {
    Group inputs;
    for (const auto input : plan.stages[k].inputs)
      if (const auto found = by_fingerprint.find(plan.stages[input].fingerprint); found != by_fingerprint.end())
        inputs.push_back(found->second);
    return inputs;
  };
  for (const auto k : missing) {
    const auto inputs = missing_inputs(k);
    for (const auto input : inputs) levels[k] = std::max(levels[k], levels[input]);
    ++levels[k];
    last[k] =
        combines(plan.stages[k]) || std::any_of(inputs.begin(), inputs.end(), [&](auto input) { return last[input]; });
    if (last[k])
      end.tasks.front().push_back(k);
    else
      arrays[{levels[k], plan.stages[k].work.index()}].push_back(k);
  }
  std::vector<SlurmJob> jobs;
  std::vector<std::size_t> job_of(plan.stages.size());
  for (const auto& [place, stages] : arrays) {
    const auto& kind = plan.stages[stages.front()].run();
    const auto tasks = share_out(stages, estimates, static_cast<std::size_t>(plan.slurm.stages_per_task.at(kind)));
    for (std::size_t begin = 0; begin < tasks.size(); begin += largest_array) {
      const auto first = tasks.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto count = static_cast<std::ptrdiff_t>(std::min(largest_array, tasks.size() - begin));
      std::set<std::size_t> after;
      for (auto task = first; task != first + count; ++task)
        for (const auto stage : *task) {
          job_of[stage] = jobs.size();
          for (const auto input : missing_inputs(stage)) after.insert(job_of[input]);
        }
      jobs.push_back(
          {fmt::format("{}-{}", jobs.size() + 1, kind), {first, first + count}, {after.begin(), after.end()}, false});
    }
  }
  for (std::size_t job = 0; job < jobs.size(); ++job) end.after.push_back(job);
  end.name = fmt::format("{}-last", jobs.size() + 1);
  jobs.push_back(std::move(end));
  return jobs;
}

std::string slurm_script(const Plan& plan, const SlurmJob& job, const SlurmCommand& command) {
  const auto& options = plan.slurm;
  auto text = "#!/bin/bash\n" + directives(plan, job, command);
  if (!job.last) text += array_directives(plan, job);

  text += fmt::format("\ncd -- {} || exit 1\n", shell_quoted(command.working_folder.string()));
  for (const auto& module : options.modules) text += fmt::format("module load {}\n", shell_quoted(module));
  for (const auto& line : options.setup) text += line + "\n";

  auto words = shell_words({command.program.string(), "run"}) + " " + shell_words(command.arguments) +
               " --threads \"$SLURM_CPUS_PER_TASK\"";
  // What the job's processes need beside the stages' arrays stays free, as on a machine of one's own.
  if (const auto memory = bytes_of_memory(options); memory > 0)
    words += fmt::format(" --memory {}KiB", memory / 1024 / 5 * 4);
  if (job.last) {
    words += command.only.empty() ? "" : " " + shell_words(command.only);
  } else {
    words += " --worker \"${only[@]}\"";
    const auto list = shell_quoted((command.folder / (job.name + ".list")).string());
    text += fmt::format(R"(
# The stages of this task: a line of the list.
read -r -a stages < <(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" {0})
[ ${{#stages[@]}} -gt 0 ] || {{ echo "task $SLURM_ARRAY_TASK_ID is not in" {0} >&2; exit 1; }}
only=()
for stage in "${{stages[@]}}"; do only+=(--only "$stage"); done
)",
                        list);
  }
  const bool ranked = has_ranks(plan, job);
  if (ranked)
    words = fmt::format("srun --mpi={} --ntasks={} --cpus-per-task=\"$SLURM_CPUS_PER_TASK\" {}", options.mpi,
                        options.ranks, words);
  // An array's last task has the array's own number as SLURM_JOB_ID.
  const std::string id = job.last ? "$SLURM_JOB_ID" : "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID";
  text += fmt::format(R"(
# USR1 comes to this script alone, a minute before the time is over; TERM, when the task is cancelled, requeued or
# preempted, to all its processes. On TERM trainings save a checkpoint.
out_of_time=
trap 'out_of_time=yes; {}' USR1
trap : TERM
{} &
command=$!
while kill -0 "$command" 2>/dev/null; do wait "$command" || :; done  # a signal ends wait early
code=0
wait "$command" || code=$?
)",
                      ranked ? fmt::format("scancel --signal=TERM \"{}\"", id) : "kill -TERM \"$command\"", words);
  if (options.requeue > 0)
    text +=
        fmt::format(R"(if [ "$code" -eq 143 ] && [ -n "$out_of_time" ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {} ]; then
  scontrol requeue "{}"
fi
)",
                    options.requeue, id);
  return text + "exit \"$code\"\n";
}

std::string slurm_list(const Plan& plan, const SlurmJob& job) {
  std::string text;
  if (job.last) return text;
  for (const auto& task : job.tasks) {
    std::vector<std::string> labels;
    for (const auto stage : task) labels.push_back(plan.stages[stage].label());
    text += fmt::format("{}\n", fmt::join(labels, " "));
  }
  return text;
}

}  // namespace reverie::pipeline
