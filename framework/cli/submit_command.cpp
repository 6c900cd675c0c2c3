// SPDX-License-Identifier: BSD-3-Clause
// submit: a pipeline as jobs of a cluster.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cli/commands.hpp>
#include <cli/run_summary.hpp>
#include <cli/signals.hpp>
#include <iostream>
#include <numeric/threads.hpp>
#include <pipeline/run.hpp>
#include <pipeline/submit.hpp>
#include <pipeline/turn.hpp>
#include <utility>

namespace reverie::cli {
namespace {

/// Slurm's MaxArraySize where nobody says otherwise.
constexpr std::size_t usual_array = 1001;

pipeline::SubmitOptions submit_options(const options::variables_map& values) {
  pipeline::SubmitOptions submitting;
  submitting.runs = values["runs"].as<std::string>();
  submitting.only = texts(values, "only");
  submitting.program = std::filesystem::read_symlink("/proc/self/exe");
  submitting.working_folder = std::filesystem::current_path();
  submitting.workers = numeric::thread_count();
  submitting.arguments = {values["PIPELINE"].as<std::string>(), "--runs", submitting.runs.string()};
  for (const char* option : {"set", "plugin"})
    for (const auto& text : texts(values, option))
      submitting.arguments.insert(submitting.arguments.end(), {fmt::format("--{}", option), text});
  return submitting;
}

std::string size_of(const pipeline::SlurmJob& job) {
  if (job.last) return "what is left, and the report";
  std::size_t stages = 0;
  for (const auto& task : job.tasks) stages += task.size();
  return fmt::format("{}, {}", count_of(job.tasks.size(), "task"), count_of(stages, "stage"));
}

void print_dry_run(const pipeline::Plan& plan, const pipeline::Submission& submission) {
  for (std::size_t k = 0; k < submission.jobs.size(); ++k) {
    const auto& job = submission.jobs[k];
    auto after = submission.after[k];
    for (const auto other : job.after) after.push_back(submission.jobs[other].name);
    std::cerr << fmt::format("{}: {}{}\n", job.name, size_of(job),
                             after.empty() ? "" : fmt::format("; after {}", fmt::join(after, ", ")));
    std::cout << fmt::format("==> {}.sh <==\n{}\n", (submission.command.folder / job.name).string(),
                             slurm_script(plan, job, submission.command));
    if (!job.last)
      std::cout << fmt::format("==> {}.list <==\n{}\n", (submission.command.folder / job.name).string(),
                               slurm_list(plan, job));
  }
}

/// What has become of earlier submissions; a dry run does without Slurm.
pipeline::SlurmStates earlier_states(const std::filesystem::path& index, bool dry_run) {
  if (!dry_run) return pipeline::ask_squeue();
  if (pipeline::read_submitted(index).empty()) return {};
  try {
    return pipeline::ask_squeue();
  } catch (const store::DataError& error) {
    warn(fmt::format("{}; stages that are queued are not left out", error.what()));
    return {};
  }
}

}  // namespace

int submit_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()                                             //
      ("slurm", "to Slurm, as the table [slurm] of the pipeline says")  //
      ("dry-run", "submit nothing; show scripts and lists instead");
  add_only(description, "submit");
  add_settings(description);
  add_runs(description);
  add_common(description);
  const auto values = parse(command, description, {"PIPELINE"}, arguments);
  if (!values) return 0;
  if (values->count("slurm") == 0)
    throw UsageError("which system shall run the pipeline?", "Say --slurm, the only one there is so far.");
  const bool dry_run = values->count("dry-run") != 0;
  const auto plan = read_plan(*values);
  auto submitting = submit_options(*values);
  const auto index = pipeline::index_folder(submitting.runs, plan);
  // Of two submissions of a pipeline the second waits for the first, whose jobs it would not see.
  std::optional<pipeline::Turn> turn;
  if (!dry_run) {
    pipeline::require_writable(index);
    turn.emplace(pipeline::slurm_folder(index), [told = false]() mutable {
      stop_if_asked();
      if (!std::exchange(told, true)) warn("another 'reverie submit' of this pipeline is at work; this one waits");
    });
  }
  submitting.meanwhile = [&] {
    stop_if_asked();
    if (turn) turn->lock().renew();
  };
  const auto states = earlier_states(index, dry_run);
  auto largest = dry_run ? usual_array : pipeline::largest_array();
  if (plan.slurm.array_limit > 0) largest = std::min(largest, static_cast<std::size_t>(plan.slurm.array_limit));

  const auto submission = prepare_submission(plan, submitting, states, largest);
  std::cerr << fmt::format("{}: {} with results, {} queued, {} to submit\n", plan.file.string(),
                           count_of(submission.done, "stage"), submission.queued,
                           count_of(submission.jobs.size(), "job"));
  if (dry_run) {
    print_dry_run(plan, submission);
    return 0;
  }
  turn->lock().keep();
  submit_all(plan, submitting, submission, [](const pipeline::SlurmJob& job, const std::string& id) {
    std::cout << fmt::format("{}  {}  ({})\n", id, job.name, size_of(job)) << std::flush;
    stop_if_asked();
  });
  return 0;
}

}  // namespace reverie::cli
