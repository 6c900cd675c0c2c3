// SPDX-License-Identifier: BSD-3-Clause
/// Plans as jobs of Slurm: arrays, their order and sizes, and the scripts, which are compared with golden/*.
///
/// To write the golden files anew: REVERIE_WRITE_GOLDEN=1 test_slurm_jobs; then read what has changed.
#include <doctest/doctest.h>

#include <cstdlib>
#include <pipeline/slurm.hpp>
#include <set>
#include <store/publication.hpp>

#include "sweep.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

std::vector<std::string> names_of(const std::vector<SlurmJob>& jobs) {
  std::vector<std::string> names;
  for (const auto& job : jobs) names.push_back(job.name);
  return names;
}

std::vector<std::size_t> sizes_of(const SlurmJob& job) {
  std::vector<std::size_t> sizes;
  for (const auto& task : job.tasks) sizes.push_back(task.size());
  return sizes;
}

void compare_with_golden(const std::string& name, const std::string& text) {
  CAPTURE(name);
  const auto file = std::filesystem::path(REVERIE_GOLDEN_SCRIPTS) / name;
  if (std::getenv("REVERIE_WRITE_GOLDEN") != nullptr) {
    store::write_file_atomically(file, text);
    FAIL_CHECK("written anew; run again without REVERIE_WRITE_GOLDEN");
  }
  CHECK(text == store::read_file(file));
}

const SlurmCommand command = {"/opt/re verie/bin/reverie",
                              "/home/me/o'clock 100% \"done\"",
                              "runs/test/slurm/1",
                              {"test.toml", "--runs", "runs", "--set", "title=\"it's $HOME\""},
                              {"--only", "box"}};

}  // namespace

TEST_CASE("levels of a sweep become arrays that wait for those they read") {
  const auto plan = plan_of(sweep);
  const auto jobs = make_slurm_jobs(plan, all_stages(plan), 1000);
  CHECK(names_of(jobs) == std::vector<std::string>{"1-train", "2-simulate", "3-measure", "4-last"});
  CHECK(sizes_of(jobs[0]) == std::vector<std::size_t>{1, 1});
  CHECK(sizes_of(jobs[1]) == std::vector<std::size_t>(6, 1));
  CHECK(sizes_of(jobs[2]) == std::vector<std::size_t>{6});  // ten measures per task unless the table says otherwise
  CHECK(jobs[0].after.empty());
  CHECK(jobs[1].after == std::vector<std::size_t>{0});
  CHECK(jobs[2].after == std::vector<std::size_t>{1});
  CHECK(jobs[3].after == std::vector<std::size_t>{0, 1, 2});
  CHECK(jobs[3].last);
  REQUIRE(jobs[3].tasks.size() == 1);
  CHECK(plan.stages[jobs[3].tasks[0].at(0)].name == "box");
}

TEST_CASE("what has a result is in no job, and nobody waits for it") {
  const auto plan = plan_of(sweep);
  std::vector<std::size_t> missing;
  for (const auto k : all_stages(plan))
    if (plan.stages[k].run() == "measure") missing.push_back(k);
  const auto jobs = make_slurm_jobs(plan, missing, 1000);
  CHECK(names_of(jobs) == std::vector<std::string>{"1-measure", "2-last"});
  CHECK(jobs[0].after.empty());
  CHECK(names_of(make_slurm_jobs(plan, {}, 1000)) == std::vector<std::string>{"1-last"});
}

TEST_CASE("a figure alone is the last job's") {
  const auto plan = plan_of(sweep);
  const auto jobs = make_slurm_jobs(plan, {plan.stages.size() - 1}, 1000);
  CHECK(names_of(jobs) == std::vector<std::string>{"1-last"});
  CHECK(jobs[0].after.empty());
}

TEST_CASE("a simulation that starts from another one waits for it") {
  const auto plan = plan_of(task_and_network + training + awake +
                            "record = [\"state\"]\n"
                            "[stage.replay]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\n"
                            "start = { of = \"awake\" }\n");
  const auto jobs = make_slurm_jobs(plan, all_stages(plan), 1000);
  CHECK(names_of(jobs) == std::vector<std::string>{"1-train", "2-simulate", "3-simulate", "4-last"});
  CHECK(jobs[2].after == std::vector<std::size_t>{0, 1});
}

TEST_CASE("stages of one fingerprint are one, for those that read them, too") {
  const auto plan = plan_of(task_and_network + training + awake +
                            "[stage.again]\nrun = \"simulate\"\nof = \"train\"\nphase = \"awake\"\ntrials = 5\n"
                            "[stage.distance]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\n"
                            "recording = \"again\"\n");
  std::vector<std::size_t> missing;
  std::set<std::string> seen;
  for (const auto k : all_stages(plan))
    if (seen.insert(plan.stages[k].fingerprint).second) missing.push_back(k);
  REQUIRE(missing.size() == 3);
  const auto jobs = make_slurm_jobs(plan, missing, 1000);
  REQUIRE(jobs.size() == 4);
  CHECK(jobs[2].after == std::vector<std::size_t>{1});
}

TEST_CASE("large arrays are cut, and what waits for one waits for all pieces it reads") {
  const auto plan = plan_of(sweep);
  const auto jobs = make_slurm_jobs(plan, all_stages(plan), 4);
  CHECK(names_of(jobs) == std::vector<std::string>{"1-train", "2-simulate", "3-simulate", "4-measure", "5-last"});
  CHECK(jobs[1].tasks.size() == 4);
  CHECK(jobs[2].tasks.size() == 2);
  CHECK(jobs[3].after == std::vector<std::size_t>{1, 2});
}

TEST_CASE("stages share tasks of about the same work") {
  const auto plan = plan_of("[axes]\nbatches = [1000, 10, 20, 30, 40]\n" + task_and_network +
                                "[stage.train]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatches = "
                                "\"$batches\"\nbatch_size = 10\n",
                            {"slurm.stages_per_task = { train = 2 }"});
  const auto jobs = make_slurm_jobs(plan, all_stages(plan), 1000);
  REQUIRE(jobs.size() == 2);
  // The large one has a task of its own; 40 and 10, 30 and 20.
  CHECK(jobs[0].tasks == std::vector<std::vector<std::size_t>>{{0}, {1, 4}, {2, 3}});
}

TEST_CASE("every stage that is missing is in one job, however it is packed and cut") {
  for (const char* per_task : {"1", "2", "5", "100"})
    for (const std::size_t largest : {1, 2, 3, 1000}) {
      CAPTURE(per_task);
      CAPTURE(largest);
      const auto plan = plan_of(sweep, {std::string("slurm.stages_per_task = ") + per_task});
      std::multiset<std::size_t> found;
      const auto jobs = make_slurm_jobs(plan, all_stages(plan), largest);
      for (std::size_t k = 0; k < jobs.size(); ++k) {
        CHECK(jobs[k].tasks.size() <= largest);
        for (const auto after : jobs[k].after) CHECK(after < k);
        for (const auto& task : jobs[k].tasks) {
          CHECK(!task.empty());
          found.insert(task.begin(), task.end());
        }
      }
      const auto all = all_stages(plan);
      CHECK(found == std::multiset<std::size_t>(all.begin(), all.end()));
    }
}

TEST_CASE("scripts and lists are as they have been read and tried") {
  const auto plan = plan_of(sweep);
  const auto jobs = make_slurm_jobs(plan, all_stages(plan), 1000);
  compare_with_golden("plain-train.sh", slurm_script(plan, jobs.at(0), command));
  compare_with_golden("plain-last.sh", slurm_script(plan, jobs.at(3), command));
  compare_with_golden("measure.list", slurm_list(plan, jobs.at(2)));
  CHECK(slurm_list(plan, jobs.at(3)).empty());

  const auto full = plan_of(sweep +
                            "[slurm]\npartition = \"cpu,long\"\naccount = \"lab's\"\nqos = \"low\"\ntime = \"2-12\"\n"
                            "memory = \"8G\"\ncpus = 4\nranks = 2\narray_limit = 3\nat_once = 2\nrequeue = 0\n"
                            "modules = [\"gcc/12\"]\nsetup = [\"export X=\\\"$HOME\\\"\"]\n"
                            "extra = [\"--constraint=avx512\"]\n");
  const auto of_full = make_slurm_jobs(full, all_stages(full), 3);
  compare_with_golden("full-train.sh", slurm_script(full, of_full.at(0), command));
  compare_with_golden("full-measure.sh", slurm_script(full, of_full.at(3), command));
}

TEST_CASE("a folder with a line break in its name cannot stand in a script") {
  const auto plan = plan_of(sweep);
  const auto jobs = make_slurm_jobs(plan, all_stages(plan), 1000);
  auto broken = command;
  broken.working_folder = "/home/a\nb";
  CHECK_THROWS_WITH_AS(slurm_script(plan, jobs.at(0), broken), doctest::Contains("has a line break in it"), Error);
}
