// SPDX-License-Identifier: BSD-3-Clause
/// What a run leaves in the pipeline's folder: links, tables and the report are those of the plan that ran last.
#include <doctest/doctest.h>

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <pipeline/catalog.hpp>
#include <pipeline/event_log.hpp>
#include <pipeline/index.hpp>
#include <pipeline/run.hpp>
#include <set>
#include <sstream>
#include <store/lock.hpp>
#include <store/publication.hpp>

#include "folder.hpp"
#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;
namespace fs = std::filesystem;

TEST_CASE("links of stages that the pipeline no longer has disappear, other things stay") {
  const Folder folder;
  run(plan_of(task_and_network + fresh_stage("one")), options_for(folder));
  std::ofstream(folder.path / "test/notes.txt") << "mine";
  run(plan_of(task_and_network + fresh_stage("two")), options_for(folder));
  CHECK_FALSE(fs::is_symlink(folder.path / "test/one"));
  CHECK(fs::is_symlink(folder.path / "test/two"));
  CHECK(fs::exists(folder.path / "test/notes.txt"));
}

TEST_CASE("a link of a stage without axes makes way for the points of a sweep, and its result keeps what it has") {
  const Folder folder;
  const auto before = folder.path / "store/aaaaaaaaaaaaaaaa", after = folder.path / "store/bbbbbbbbbbbbbbbb";
  for (const auto& result : {before, after, folder.path / "test"}) fs::create_directories(result);
  Stage stage;
  stage.name = "one";
  link_result(folder.path / "test", stage, before);
  stage.point = {{"seed", 0}};
  link_result(folder.path / "test", stage, after);
  CHECK(fs::is_empty(before));
  CHECK(fs::equivalent(folder.path / "test/one/seed=0", after));
}

TEST_CASE("links and tables show the results of this plan, whatever was asked for") {
  const Folder folder;
  const auto text = pipeline_text + "[stage.draw]\nrun = \"figure\"\ndraw = { kind = \"paths\", of = \"awake\" }\n";
  run(plan_of(text), options_for(folder));
  const auto table = store::read_file(folder.path / "test/metrics.csv");
  run(plan_of(text, {"stage.awake.trials=7"}), options_for(folder));
  CHECK(store::read_file(folder.path / "test/metrics.csv") != table);
  auto only = options_for(folder);
  only.only = {"train"};
  const auto result = run(plan_of(text), only);
  CHECK(result.metrics.empty());
  CHECK_FALSE(fs::is_symlink(folder.path / "test/awake"));
  CHECK(store::read_file(folder.path / "test/metrics.csv") == table);
  CHECK(contains(store::read_file(folder.path / "test/report.html"), "5 trials"));
  run(plan_of(task_and_network + training), options_for(folder));
  CHECK_FALSE(fs::exists(folder.path / "test/metrics.csv"));
}

TEST_CASE("a point too long for a file's name gets a link that is cut") {
  const Folder folder;
  const std::string one(95, 'x'), two = std::string(94, 'x') + 'y';
  const auto axis = [&](const std::string& name) { return "[axes." + name + "]\n" + one + " = 2\n" + two + " = 3\n"; };
  run(plan_of(axis("trials") + axis("steps") + axis("draw") + task_and_network + fresh_stage("train") +
              "[stage.awake]\nrun = \"simulate\"\nof = \"train\"\nphase = \"awake\"\n"
              "trials = \"$trials\"\nsteps = \"$steps\"\ndraw = \"$draw\"\n"
              "[stage.draw]\nrun = \"figure\"\ndraw = { kind = \"paths\", of = \"awake\" }\n"),
      options_for(folder));
  std::set<fs::path> results;
  for (const auto& link : fs::directory_iterator(folder.path / "test/awake"))
    results.insert(fs::canonical(link.path() / "recording.nc"));
  CHECK(results.size() == 8);
  CHECK_FALSE(contains(store::read_file(folder.path / "test/report.html"), "store/"));
}

TEST_CASE("a report that cannot be written is a warning") {
  const Folder folder;
  auto options = options_for(folder);
  run(plan_of(pipeline_text), options);
  fs::remove(folder.path / "test/report.html");
  fs::create_directories(folder.path / "test/report.html");
  std::ofstream(folder.path / "test/report.html/notes.txt") << "mine";
  std::string warned;
  options.events.warning = [&](const std::string& text) { warned += text; };
  const auto result = run(plan_of(pipeline_text), options);
  CHECK(result.code == ExitCode::ok);
  CHECK_FALSE(result.metrics.empty());
  CHECK(result.report.empty());
  CHECK(contains(warned, "no report was written: "));
}

TEST_CASE("files of others are not replaced") {
  const Folder folder;
  const auto plan = plan_of(task_and_network + fresh_stage("one"));
  fs::create_directories(folder.path / "test");
  std::ofstream(folder.path / "test/metrics.csv") << "mine";
  CHECK_THROWS_WITH_AS(run(plan, options_for(folder)),
                       doctest::Contains("test: has files in it that are not of a run, such as metrics.csv"),
                       store::DataError);
  CHECK(store::read_file(folder.path / "test/metrics.csv") == "mine");
  fs::remove(folder.path / "test/metrics.csv");
  run(plan, options_for(folder));
  fs::remove(folder.path / "test/one");
  std::ofstream(folder.path / "test/one") << "mine";
  CHECK(run(plan, options_for(folder)).code == ExitCode::run_failed);
  CHECK(store::read_file(folder.path / "test/one") == "mine");
}

TEST_CASE("a copy of a pipeline and its results is the same pipeline") {
  const Folder folder, elsewhere;
  std::ofstream(folder.path / "test.toml") << "";
  auto plan = plan_of(task_and_network + fresh_stage("one"));
  plan.file = folder.path / "test.toml";
  run(plan, options_for(folder));
  fs::copy(folder.path, elsewhere.path, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  plan.file = elsewhere.path / "test.toml";
  const auto result = run(plan, options_for(elsewhere));
  REQUIRE(result.stages.size() == 1);
  CHECK(result.stages[0].state == StageState::done_before);
}

TEST_CASE("another file of the same name is refused while the first is there") {
  const Folder folder, elsewhere;
  for (const auto& place : {folder.path, elsewhere.path}) std::ofstream(place / "test.toml") << "";
  auto plan = plan_of(task_and_network + fresh_stage("one"));
  plan.file = folder.path / "test.toml";
  CHECK(run(plan, options_for(folder)).code == ExitCode::ok);
  auto other = plan_of(task_and_network + fresh_stage("two"));
  other.file = elsewhere.path / "test.toml";
  CHECK_THROWS_WITH_AS(run(other, options_for(folder)), doctest::Contains(plan.file.c_str()), store::DataError);
  CHECK(fs::exists(folder.path / "test" / "one" / "weights.safetensors"));
  fs::remove(plan.file);
  CHECK(run(other, options_for(folder)).code == ExitCode::ok);
  CHECK(fs::exists(folder.path / "test" / "two" / "weights.safetensors"));
}

TEST_CASE("what a run has taken up meanwhile stays, and what another machine may be at is told apart") {
  const Folder folder;
  const auto first = plan_of(task_and_network + fresh_stage("one"));
  const auto second = plan_of(task_and_network + fresh_stage("one"), {"stage.one.seed=3"});
  run(first, options_for(folder));
  run(second, options_for(folder));
  Users users(folder.path);
  const auto list = removable(folder.path, users);
  REQUIRE(list.size() == 1);
  CHECK(list[0].path == result_folder(folder.path, first.stages[0]));
  run(first, options_for(folder));
  CHECK(remove(list[0], users) == Removal::in_use);
  run(second, options_for(folder));
  auto theirs = store::Lock::try_take(list[0].path, {.flock = false, .machine = "elsewhere/1"});
  REQUIRE(theirs);
  CHECK(remove(list[0], users) == Removal::locked_elsewhere);
  CHECK(fs::exists(list[0].path));
  theirs->release();
  CHECK(remove(list[0], users) == Removal::removed);
  CHECK_FALSE(fs::exists(list[0].path));
  CHECK(remove(list[0], users) == Removal::removed);
  CHECK(removable(folder.path, users).empty());
}

TEST_CASE("a line of the log that did not fit on the disk does not swallow the next one") {
  const Folder folder;
  const auto file = folder.path / "log.jsonl";
  {
    EventLog log(file);
    log.write("first");
    rlimit before;
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{fs::file_size(file) + 10, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    log.write("second");
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    log.write("third");
    log.write("fourth");
  }
  std::vector<std::string> events;
  std::istringstream lines(store::read_file(file));
  for (std::string line; std::getline(lines, line);)
    if (const auto event = nlohmann::json::parse(line, nullptr, false); event.is_object())
      events.push_back(event.at("event"));
  CHECK(events == std::vector<std::string>{"first", "third", "fourth"});
}
