// SPDX-License-Identifier: BSD-3-Clause
/// Plugins that take their process down take one stage down, and no more.
#include <doctest/doctest.h>

#include <fstream>
#include <numeric/threads.hpp>
#include <pipeline/run.hpp>
#include <store/publication.hpp>

#include "folder.hpp"
#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;

TEST_CASE("a crash fails its stage with the signal, the plugin and the slot; the others run") {
  struct Way {
    std::string how, words;
    ExitCode code = ExitCode::plugin;
  };
  const std::string in_plugin = " in 'advance' of dynamics 'crashing'";
  const std::vector<Way> ways = {
      {"segv", "SIGSEGV (invalid memory access)" + in_plugin},
      {"abort", "SIGABRT (abort)" + in_plugin},
      {"exit", "left with exit code 7" + in_plugin},
      {"kill", "killed (SIGKILL), as the system does when memory runs out", ExitCode::run_failed}};
  for (const auto& way : ways) {
    CAPTURE(way.how);
    const Folder folder;
    auto plan =
        plan_of("plugins = [\"" REVERIE_CRASHING_PLUGIN "\"]\n" + task_and_network +
                "[stage.bad]\nrun = \"simulate\"\ntask = \"box\"\nnetwork = \"small\"\nphase = \"quiescent\"\n"
                "trials = 5\nsteps = 10\ndynamics = [{ plugin = \"crashing\", how = \"" +
                way.how + "\" }]\n[stage.good]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatches = 0\n");
    RunOptions options;
    options.runs = folder.path;
    const auto result = run(plan, options);
    const auto& bad = stage_of(plan, "bad");
    for (std::size_t k = 0; k < plan.stages.size(); ++k) {
      const auto& outcome = result.stages[k];
      if (plan.stages[k].name == "good") {
        CHECK(outcome.state == StageState::done);
        continue;
      }
      CHECK(outcome.state == StageState::failed);
      CHECK(outcome.code == way.code);
      CHECK_MESSAGE(contains(outcome.message, way.words), outcome.message);
      CHECK(contains(store::read_file(outcome.log), way.words));
    }
    CHECK(result.code == way.code);
    CHECK_FALSE(std::filesystem::exists(result_folder(folder.path, bad)));
    CHECK_FALSE(std::filesystem::exists(store::work_folder(result_folder(folder.path, bad))));
  }
}

TEST_CASE("--fail-fast ends what runs and starts nothing more") {
  const Folder folder;
  const auto stage = [](const std::string& name, int seed, const std::string& more) {
    return "[stage." + name +
           "]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatch_size = 10\nseed = " + std::to_string(seed) +
           "\n" + more;
  };
  const auto plan =
      plan_of(task_and_network + stage("long", 1, "batches = 1000000\n") +
              stage("bad", 2, "batches = 1000001\nlearning_rate = 1e30\n") + stage("later", 3, "batches = 1\n"));
  numeric::set_thread_count(2);
  RunOptions options;
  options.runs = folder.path;
  options.fail_fast = true;
  const auto result = run(plan, options);
  CHECK(result.code == ExitCode::run_failed);
  CAPTURE(result.stages[0].message);
  CHECK(result.stages[0].state == StageState::stopped);
  CHECK(result.stages[1].state == StageState::failed);
  CHECK(result.stages[2].state == StageState::stopped);
}
