// SPDX-License-Identifier: BSD-3-Clause
/// What a second submission leaves out: jobs.json, and what Slurm says of the jobs in it.
#include <doctest/doctest.h>

#include <fstream>
#include <pipeline/event_log.hpp>
#include <pipeline/index.hpp>
#include <pipeline/submit.hpp>
#include <store/files.hpp>

#include "folder.hpp"
#include "sweep.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

SubmitOptions options_in(const Folder& folder, std::vector<std::string> only = {}) {
  SubmitOptions options;
  options.runs = folder.path;
  options.only = std::move(only);
  options.program = "/bin/reverie";
  options.working_folder = "/work";
  options.arguments = {"test.toml"};
  return options;
}

std::filesystem::path index_in(const Folder& folder) {
  std::filesystem::create_directories(folder.path / "test" / "slurm");
  return folder.path / "test";
}

/// jobs.json as if these jobs had been submitted; numbers from 100 on.
std::vector<SubmittedJob> record(const Folder& folder, const Plan& plan, const std::vector<SlurmJob>& jobs) {
  std::vector<SubmittedJob> submitted;
  for (std::size_t k = 0; k < jobs.size(); ++k) {
    submitted.push_back({std::to_string(100 + k), "1/" + jobs[k].name, {}, jobs[k].last});
    for (const auto& task : jobs[k].tasks) {
      submitted.back().tasks.emplace_back();
      for (const auto stage : task)
        submitted.back().tasks.back().push_back(plan.stages[stage].fingerprint.substr(0, 16));
    }
  }
  write_submitted(index_in(folder), submitted);
  return submitted;
}

SlurmStates all(const std::vector<SubmittedJob>& jobs, SlurmState state) {
  SlurmStates states;
  for (const auto& job : jobs)
    for (std::size_t task = 0; task < job.tasks.size(); ++task) states[{job.id, task}] = state;
  return states;
}

}  // namespace

TEST_CASE("jobs.json gives back what was written") {
  const Folder folder;
  CHECK(read_submitted(index_in(folder)).empty());
  write_submitted(index_in(folder), {{"17", "1/1-train", {{"a", "b"}, {"c"}}, false}, {"18", "1/2-last", {{}}, true}});
  const auto jobs = read_submitted(index_in(folder));
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].id == "17");
  CHECK(jobs[0].name == "1/1-train");
  CHECK(jobs[0].tasks == std::vector<std::vector<std::string>>{{"a", "b"}, {"c"}});
  CHECK(!jobs[0].last);
  CHECK(jobs[1].last);
}

TEST_CASE("a damaged jobs.json is an error that names it") {
  const Folder folder;
  for (const char* text : {"", "{", "[]", "{\"jobs\": 3}", "{\"jobs\": [{}]}", "{\"jobs\": [{\"id\": 3}]}"}) {
    CAPTURE(text);
    std::ofstream(index_in(folder) / "slurm" / "jobs.json") << text;
    CHECK_THROWS_WITH_AS(read_submitted(index_in(folder)), doctest::Contains("slurm/jobs.json: damaged: "),
                         store::DataError);
  }
}

TEST_CASE("what is queued or running is not submitted again") {
  const Folder folder;
  const auto plan = plan_of(sweep);
  const auto first = prepare_submission(plan, options_in(folder), {}, 1000);
  CHECK(first.jobs.size() == 4);
  CHECK(first.command.folder == folder.path / "test/slurm/1");
  const auto submitted = record(folder, plan, first.jobs);
  for (const auto state : {SlurmState::pending, SlurmState::running}) {
    const auto again = prepare_submission(plan, options_in(folder), all(submitted, state), 1000);
    CHECK(again.jobs.empty());
    CHECK(again.queued == plan.stages.size());
    CHECK(again.earlier.size() == 4);
  }
}

TEST_CASE("what has failed or is forgotten is submitted again, in a folder of its own") {
  const Folder folder;
  const auto plan = plan_of(sweep);
  const auto submitted = record(folder, plan, prepare_submission(plan, options_in(folder), {}, 1000).jobs);
  std::filesystem::create_directories(folder.path / "test/slurm/1");
  for (const auto& states : {all(submitted, SlurmState::failed), SlurmStates{}}) {
    const auto again = prepare_submission(plan, options_in(folder), states, 1000);
    CHECK(again.jobs.size() == 4);
    CHECK(again.earlier.empty());
    CHECK(again.command.folder == folder.path / "test/slurm/2");
    for (const auto& after : again.after) CHECK(after.empty());
  }
}

TEST_CASE("one failed training is submitted again, and what comes after waits for old and new jobs") {
  const Folder folder;
  const auto plan = plan_of(sweep);
  const auto submitted = record(folder, plan, prepare_submission(plan, options_in(folder), {}, 1000).jobs);
  auto states = all(submitted, SlurmState::pending);
  states[{"100", 1}] = SlurmState::failed;
  const auto again = prepare_submission(plan, options_in(folder), states, 1000);
  REQUIRE(again.jobs.size() == 2);
  CHECK(again.jobs[0].name == "1-train");
  CHECK(again.jobs[0].tasks.size() == 1);
  CHECK(again.after[0].empty());
  // For all arrays, but not for the old last job, which has not begun and is cancelled.
  CHECK(again.jobs[1].last);
  CHECK(again.after[1] == std::vector<std::string>{"100", "101", "102"});
}

TEST_CASE("a stage whose input is queued waits for the job that brings it") {
  const Folder folder;
  const auto plan = plan_of(sweep);
  const auto trainings = prepare_submission(plan, options_in(folder, {"train"}), {}, 1000);
  REQUIRE(trainings.jobs.size() == 2);
  CHECK(trainings.command.only == std::vector<std::string>{"--only", "train"});
  const auto submitted = record(folder, plan, {trainings.jobs[0]});
  const auto again = prepare_submission(plan, options_in(folder), all(submitted, SlurmState::running), 1000);
  REQUIRE(again.jobs.size() == 3);
  CHECK(again.jobs[0].name == "1-simulate");
  CHECK(again.after[0] == std::vector<std::string>{"100"});
  CHECK(again.after[1].empty());
}

TEST_CASE("a last job that Slurm refused is submitted with the next submission") {
  const Folder folder;
  const auto plan = plan_of(sweep);
  auto jobs = prepare_submission(plan, options_in(folder), {}, 1000).jobs;
  jobs.pop_back();
  const auto submitted = record(folder, plan, jobs);
  const auto again = prepare_submission(plan, options_in(folder), all(submitted, SlurmState::pending), 1000);
  REQUIRE(again.jobs.size() == 1);
  CHECK(again.jobs[0].last);
  CHECK(again.after[0] == std::vector<std::string>{"100", "101", "102"});
}

TEST_CASE("a new last job runs what the one that it replaces would have run") {
  const Folder folder;
  const auto plan = plan_of(sweep);
  auto submitted = record(folder, plan, prepare_submission(plan, options_in(folder), {}, 1000).jobs);
  auto states = all(submitted, SlurmState::pending);
  states[{"100", 1}] = SlurmState::failed;
  CHECK(prepare_submission(plan, options_in(folder, {"train"}), states, 1000).only.empty());
  submitted.back().only = {"activity"};
  write_submitted(index_in(folder), submitted);
  CHECK(prepare_submission(plan, options_in(folder, {"train"}), states, 1000).only ==
        std::vector<std::string>{"train", "activity"});
  CHECK(prepare_submission(plan, options_in(folder), states, 1000).only.empty());
  states[{"103", 0}] = SlurmState::running;
  CHECK(prepare_submission(plan, options_in(folder, {"train"}), states, 1000).only ==
        std::vector<std::string>{"train"});
}

TEST_CASE("a last job that has begun is waited for") {
  const Folder folder;
  const auto plan = plan_of(sweep);
  const auto submitted = record(folder, plan, prepare_submission(plan, options_in(folder), {}, 1000).jobs);
  const auto again = prepare_submission(plan, options_in(folder), {{{"103", 0}, SlurmState::running}}, 1000);
  REQUIRE(again.jobs.size() == 4);
  CHECK(again.after[3] == std::vector<std::string>{"103"});
}

TEST_CASE("while a run with other settings is at work nothing is submitted, and what its folder says stays") {
  const Folder folder;
  const auto plan = plan_of(sweep), other = plan_of(sweep, {"stage.train.batches=3"});
  const auto index = index_in(folder);
  write_plan_record(index, other);
  EventLog(index / main_log).write("run", {{"process", getpid()}, {"host", store::host_name()}});
  const auto submission = prepare_submission(plan, options_in(folder), {}, 1000);
  CHECK_THROWS_WITH_AS(submit_all(plan, options_in(folder), submission, {}),
                       doctest::Contains("a run of this pipeline with other settings is at work"), store::DataError);
  CHECK(is_recorded(index, other));
}
