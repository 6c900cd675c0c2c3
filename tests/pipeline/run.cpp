// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric/threads.hpp>
#include <pipeline/checkpoint.hpp>
#include <pipeline/explain.hpp>
#include <pipeline/run.hpp>
#include <pipeline/status.hpp>
#include <pipeline/stored_result.hpp>
#include <store/lock.hpp>
#include <store/publication.hpp>
#include <store/recording.hpp>
#include <store/weights.hpp>

#include "folder.hpp"
#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;
namespace fs = std::filesystem;

namespace {

std::vector<StageState> states_of(const RunResult& result) {
  std::vector<StageState> states;
  for (const auto& outcome : result.stages) states.push_back(outcome.state);
  return states;
}

std::vector<std::int64_t> shape_of(const store::Safetensors& file, const std::string& name) {
  const auto* found = file.find(name);
  return found == nullptr ? std::vector<std::int64_t>{} : found->shape;
}

std::ptrdiff_t entries_of(const fs::path& folder) { return std::distance(fs::directory_iterator(folder), {}); }

using StageStates = std::vector<StageState>;

}  // namespace

TEST_CASE("a run leaves results, links, a log and a report") {
  const Folder folder;
  const auto plan = plan_of(pipeline_text);
  const auto result = run(plan, options_for(folder));
  CHECK(result.code == ExitCode::ok);
  CHECK(states_of(result) == StageStates{StageState::done, StageState::done, StageState::done});
  for (const char* file : {"train/weights.safetensors", "train/training_state.safetensors", "train/history.csv",
                           "train/stage.json", "train/provenance.json", "awake/recording.nc", "distance/result.nc",
                           "distance/result.csv", "report.html", "log.jsonl", "plan.json"}) {
    CAPTURE(file);
    CHECK(fs::is_regular_file(folder.path / "test" / file));
  }
  CHECK(fs::is_symlink(folder.path / "test" / "train"));
  CHECK(fs::read_symlink(folder.path / "test" / "train") ==
        fs::path("../store") / stage_of(plan, "train").fingerprint.substr(0, 16));
  const auto description = json::parse(store::read_file(folder.path / "test/train/stage.json"));
  CHECK(description["fingerprint"] == stage_of(plan, "train").fingerprint);
}

TEST_CASE("weights, moments and constants have their names and shapes") {
  const Folder folder;
  run(plan_of(task_and_network + training), options_for(folder));
  const auto weights = store::read_safetensors(folder.path / "test/train/weights.safetensors");
  // 16 units, 16 place cells, two coordinates.
  CHECK(shape_of(weights, "encoder.weight") == std::vector<std::int64_t>{16, 16});
  CHECK(shape_of(weights, "w_rec.weight") == std::vector<std::int64_t>{16, 16});
  CHECK(shape_of(weights, "w_in.weight") == std::vector<std::int64_t>{16, 2});
  CHECK(shape_of(weights, "readout.weight") == std::vector<std::int64_t>{16, 16});
  CHECK(shape_of(weights, "task.centers") == std::vector<std::int64_t>{16, 2});
  const auto state = store::read_safetensors(folder.path / "test/train/training_state.safetensors");
  CHECK(shape_of(state, "m.w_in.weight") == std::vector<std::int64_t>{16, 2});
  CHECK(shape_of(state, "v.w_in.weight") == std::vector<std::int64_t>{16, 2});
  CHECK(state.metadata.at("batch") == "2");
}

TEST_CASE("the history has a line per batch, with evaluations where they were asked for") {
  const Folder folder;
  run(plan_of(task_and_network + training, {"stage.train.batches=4", "stage.train.evaluate={ every = 2, trials = 5 }"}),
      options_for(folder));
  std::ifstream history(folder.path / "test/train/history.csv");
  std::vector<std::string> lines;
  for (std::string line; std::getline(history, line);) lines.push_back(line);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "batch,loss,evaluation_loss,task_error");
  CHECK(lines[1].starts_with("1,"));
  CHECK(lines[1].ends_with(",,"));
  CHECK(lines[4].starts_with("4,"));
  CHECK_FALSE(lines[4].ends_with(","));
}

TEST_CASE("a recording has the variables asked for, with units") {
  const Folder folder;
  run(plan_of(task_and_network + training + awake, {"stage.awake.record=['state', 'output']", "stage.awake.steps=30"}),
      options_for(folder));
  const store::RecordingReader recording(folder.path / "test/awake/recording.nc");
  CHECK(recording.shape("position") == std::vector<std::int64_t>{5, 30, 2});
  CHECK(recording.shape("latent") == std::vector<std::int64_t>{5, 30, 2});
  CHECK(recording.shape("state") == std::vector<std::int64_t>{5, 30, 16});
  CHECK(recording.shape("output") == std::vector<std::int64_t>{5, 30, 16});
  CHECK(recording.dims("position") == std::vector<std::string>{"trial", "time", "space"});
  CHECK(recording.unit("position") == "m");
  CHECK(recording.unit("time") == "s");
  CHECK(recording.labels("space") == std::vector<std::string>{"x", "y"});
  // Entry n is the state after step n.
  const auto time = recording.read_double("time");
  CHECK(time.front() == doctest::Approx(0.02));
  CHECK(time.back() == doctest::Approx(0.6));
  CHECK(recording.attributes().at("phase") == "awake");
}

TEST_CASE("what was done before is not run again") {
  const Folder folder;
  const auto plan = plan_of(pipeline_text);
  run(plan, options_for(folder));
  CHECK(states_of(run(plan, options_for(folder))) ==
        StageStates{StageState::done_before, StageState::done_before, StageState::done_before});
  const auto changed = plan_of(pipeline_text, {"stage.awake.trials=6"});
  CHECK(states_of(run(changed, options_for(folder))) ==
        StageStates{StageState::done_before, StageState::done, StageState::done});
}

TEST_CASE("equal work gives equal bytes") {
  const Folder one, two;
  const auto plan = plan_of(pipeline_text);
  run(plan, options_for(one));
  run(plan, options_for(two));
  for (const char* file : {"train/weights.safetensors", "train/training_state.safetensors", "train/history.csv",
                           "awake/recording.nc", "distance/result.nc", "distance/result.csv"}) {
    CAPTURE(file);
    CHECK(store::sha256_file(one.path / "test" / file) == store::sha256_file(two.path / "test" / file));
  }
}

TEST_CASE("a training takes over the threads that nothing else needs, and ends with the same bytes") {
  const Folder one, two;
  const auto plan = plan_of(task_and_network + training + fresh_stage("short"),
                            {"stage.train.batches=500", "stage.train.batch_size=50"});
  numeric::set_thread_count(1);
  run(plan, options_for(one));
  numeric::set_thread_count(2);
  run(plan, options_for(two));
  const auto log = store::read_file(two.path / "test/log.jsonl");
  CHECK(contains(log, R"("event":"grown","stage":"train","threads":2)"));
  CHECK_FALSE(contains(log, R"("event":"grown","stage":"short")"));
  CHECK(json::parse(store::read_file(two.path / "test/train/provenance.json"))["threads"] == 2);
  for (const char* file : {"train/weights.safetensors", "train/history.csv"}) {
    CAPTURE(file);
    CHECK(store::sha256_file(one.path / "test" / file) == store::sha256_file(two.path / "test" / file));
  }
}

TEST_CASE("a failed stage takes those that need it along, and no others") {
  const Folder folder;
  const auto plan =
      plan_of(pipeline_text + fresh_stage("independent"), {"stage.train.learning_rate=1e30", "stage.train.batches=9"});
  for (const bool in_process : {false, true}) {
    CAPTURE(in_process);
    auto options = options_for(folder);
    options.in_process = in_process;
    const auto result = run(plan, options);
    CHECK(result.code == ExitCode::run_failed);
    CHECK(states_of(result) == StageStates{StageState::failed, StageState::skipped, StageState::skipped,
                                           in_process ? StageState::done_before : StageState::done});
    CHECK(contains(result.stages[0].message, "stage 'train' failed: "));
    CHECK(contains(result.stages[0].message, "not finite"));
    CHECK(contains(result.stages[2].message, "it needs 'awake'"));
    CHECK(fs::is_regular_file(folder.path / "test/report.html"));
    CHECK_FALSE(fs::exists(folder.path / "test/awake"));
  }
}

TEST_CASE("a training that is stopped goes on from there and ends with the same bytes") {
  const Folder folder, undisturbed;
  const auto plan = plan_of(task_and_network + training + awake,
                            {"stage.train.batches=1500", "stage.train.evaluate={ every = 70, trials = 5 }"});
  for (const bool in_process : {false, true}) {
    CAPTURE(in_process);
    auto options = options_for(folder);
    options.in_process = in_process;
    bool asked = false;
    options.events.progress = [&](const Stage&, const Progress& progress) { asked = progress.done >= 2; };
    options.stop = [&]() -> std::optional<ExitCode> {
      if (asked) return ExitCode::terminated;
      return std::nullopt;
    };
    try {
      run(plan, options);
      FAIL("not interrupted");
    } catch (const Interrupted& interrupted) {
      CHECK(interrupted.exit_code() == ExitCode::terminated);
    }
    CHECK_FALSE(fs::exists(folder.path / "test/train"));
  }
  const auto decisions = decide(plan, asked_for(plan, {}), folder.path);
  CHECK(contains(decisions[0].why, "interrupted at batch "));
  CHECK(contains(decisions[0].why, " of 1500: resumes"));
  run(plan, options_for(folder));
  run(plan, options_for(undisturbed));
  for (const char* file : {"train/weights.safetensors", "train/training_state.safetensors", "train/history.csv",
                           "train/stage.json", "awake/recording.nc", "awake/stage.json"}) {
    CAPTURE(file);
    CHECK(store::sha256_file(folder.path / "test" / file) == store::sha256_file(undisturbed.path / "test" / file));
  }
  CHECK(entries_of(folder.path / "store") == 2);
}

TEST_CASE("a simulation that is stopped is no failure") {
  const auto plan =
      plan_of(task_and_network +
              "[stage.s]\nrun = \"simulate\"\ntask = \"box\"\nnetwork = \"small\"\nphase = \"quiescent\"\n"
              "trials = 3000\n");
  for (const bool in_process : {true, false}) {
    const Folder folder;
    auto options = options_for(folder);
    options.in_process = in_process;
    bool begun = false;
    options.events.progress = [&](const Stage&, const Progress&) { begun = true; };
    options.stop = [&]() -> std::optional<ExitCode> {
      if (begun) return ExitCode::terminated;
      return std::nullopt;
    };
    CHECK_THROWS_AS(run(plan, options), Interrupted);
    CHECK(store::read_file(folder.path / "test/log.jsonl").find("failed") == std::string::npos);
    options.stop = nullptr;
    CHECK(states_of(run(plan, options)) == StageStates{StageState::done});
  }
}

TEST_CASE("what stopped the last save of a checkpoint does not stop the next run") {
  const Folder folder;
  const auto plan = plan_of(task_and_network + training, {"stage.train.batches=40"});
  const auto work = store::work_folder(result_folder(folder.path, plan.stages[0]));
  const std::vector<engine::NamedArray> arrays = {{"w", plugin::Array({2})}};
  const engine::TrainingState state{arrays, arrays, arrays, 7};
  fs::create_directories(work);
  const auto& fingerprint = plan.stages[0].fingerprint;
  save_checkpoint(work, fingerprint, {state, {}});
  auto later = state;
  later.batch = 9;
  save_checkpoint(work, fingerprint, {later, {}});
  CHECK(checkpointed_batch(work, fingerprint) == 9);
  CHECK(checkpointed_batch(work, std::string(64, 'a')) == 0);
  // A flipped bit and a torn file are passed over.
  auto bytes = store::read_file(work / "checkpoint.safetensors");
  bytes[bytes.find("\"9\"") + 1] = '8';
  std::ofstream(work / "checkpoint.safetensors") << bytes;
  CHECK(checkpointed_batch(work, fingerprint) == 7);
  // A training that went on from the older one keeps it until a newer one is whole.
  const auto reached = load_checkpoint(work, fingerprint, arrays);
  REQUIRE(reached);
  CHECK(reached->state.batch == 7);
  save_checkpoint(work, fingerprint, {later, {}});
  fs::resize_file(work / "checkpoint.safetensors", 20);
  CHECK(checkpointed_batch(work, fingerprint) == 7);
  fs::resize_file(work / "checkpoint.previous.safetensors", 20);
  CHECK(checkpointed_batch(work, fingerprint) == 0);
  CHECK(decide(plan, asked_for(plan, {}), folder.path, 0).at(0).why ==
        "interrupted, and its checkpoints are damaged: starts anew");
  CHECK(run(plan, options_for(folder)).code == ExitCode::ok);
}

TEST_CASE("damaged results are found, told, set aside and made anew") {
  const auto plan = plan_of(pipeline_text);
  const std::vector<std::pair<std::string, std::function<void(const fs::path&)>>> damages = {
      {"recording.nc has 1000 bytes", [](const auto& awake) { fs::resize_file(awake / "recording.nc", 1000); }},
      {"recording.nc has other contents",
       [](const auto& awake) {
         std::fstream file(awake / "recording.nc", std::ios::in | std::ios::out | std::ios::binary);
         file.seekp(3000);
         file.put('!');
       }},
      {"recording.nc is missing", [](const auto& awake) { fs::remove(awake / "recording.nc"); }},
      {"extra does not belong", [](const auto& awake) { std::ofstream(awake / "extra") << "x"; }},
      {"stage.json is missing", [](const auto& awake) { fs::remove(awake / "stage.json"); }},
      {"stage.json has other contents", [](const auto& awake) { std::ofstream(awake / "stage.json") << "{}"; }},
      {"provenance.json is missing", [](const auto& awake) { fs::remove(awake / "provenance.json"); }}};
  const Folder folder;
  run(plan, options_for(folder));
  const auto before = store::sha256_file(folder.path / "test/awake/recording.nc");
  for (const auto& [words, damage] : damages) {
    CAPTURE(words);
    damage(folder.path / "test/awake");
    CHECK(contains(decide(plan, asked_for(plan, {}), folder.path)[1].why, "damaged: " + words));
    std::string warnings;
    auto options = options_for(folder);
    options.events.warning = [&](const std::string& text) { warnings += text; };
    const auto result = run(plan, options);
    CHECK(states_of(result) == StageStates{StageState::done_before, StageState::done, StageState::done_before});
    CHECK(contains(warnings, "stage 'awake': its stored result was damaged: " + words));
    CHECK(store::sha256_file(folder.path / "test/awake/recording.nc") == before);
    CHECK(decide(plan, asked_for(plan, {}), folder.path)[1].why == "done");
  }
}

TEST_CASE("where nothing would run, that is said") {
  const Folder folder;
  CHECK_THROWS_WITH_AS(run(plan_of(task_and_network + training + "when_needed = true\n"), options_for(folder)),
                       "test.toml: every stage has 'when_needed = true', and nothing needs one", Error);
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("a run that is stopped while it checks results uses none of them") {
  const auto plan = plan_of(task_and_network + training + awake);
  for (const bool worker : {false, true}) {
    int stopped_after = 0;
    for (bool ended = false; !ended; ++stopped_after) {
      CAPTURE(stopped_after);
      const Folder folder;
      auto options = options_for(folder);
      options.only = {"train"};
      run(plan, options);
      std::ofstream(folder.path / "test/train/weights.safetensors", std::ios::app) << "!";
      options.only.clear();
      options.worker = worker;
      options.in_process = true;
      options.stop = [&, calls = 0]() mutable {
        return ++calls > stopped_after ? std::optional(ExitCode::interrupted) : std::nullopt;
      };
      try {
        run(plan, options);
        ended = true;
      } catch (const Interrupted&) {
        CHECK(read_status(folder.path / "test").state == "interrupted");
      }
      const auto& train = plan.stages[0];
      if (fs::exists(result_folder(folder.path, plan.stages[1])))
        CHECK(damage_of(result_folder(folder.path, train), train.fingerprint).empty());
    }
    CHECK(stopped_after > 2);
  }
}

TEST_CASE("stages can be left out, and computed anew") {
  const Folder folder;
  const auto plan = plan_of(pipeline_text + fresh_stage("independent"));
  using enum StageState;
  auto only = options_for(folder);
  only.only = {"awake"};
  CHECK(states_of(run(plan, only)) == StageStates{done, done, left_out, left_out});
  const auto of_last = [&] {
    std::vector<std::string> states;
    for (const auto& stage : read_status(folder.path / "test").stages) states.push_back(stage.state);
    return states;
  };
  CHECK(of_last() == std::vector<std::string>{"done", "done", "left out", "left out"});
  run(plan, options_for(folder));
  auto force = options_for(folder);
  force.force = {"awake"};
  CHECK(of_last() == std::vector<std::string>{"done before", "done before", "done", "done"});
  CHECK(states_of(run(plan, force)) == StageStates{done_before, done, done_before, done_before});
  auto from = options_for(folder);
  from.from = {"awake"};
  CHECK(states_of(run(plan, from)) == StageStates{done_before, done, done, done_before});
  auto unknown = options_for(folder);
  auto contrary = only;
  contrary.force = {"independent"};
  CHECK_THROWS_WITH_AS(run(plan, contrary), "'independent' is to be computed anew, and --only leaves it out", Error);
  unknown.only = {"awke"};
  CHECK_THROWS_WITH_AS(run(plan, unknown), doctest::Contains("Did you mean 'awake'?"), Error);
}

TEST_CASE("stages of one fingerprint are computed once and all linked") {
  const Folder folder;
  const auto plan = plan_of(task_and_network + fresh_stage("one") + fresh_stage("two"));
  int started = 0;
  auto options = options_for(folder);
  options.events.started = [&](const Stage&) { ++started; };
  CHECK(states_of(run(plan, options)) == StageStates{StageState::done, StageState::done});
  CHECK(started == 1);
  CHECK(fs::read_symlink(folder.path / "test/one") == fs::read_symlink(folder.path / "test/two"));
}

TEST_CASE("a result that another run works on is waited for, not computed twice") {
  const Folder folder;
  const auto plan = plan_of(task_and_network + fresh_stage("one") + fresh_stage("two"), {"stage.two.seed=8"});
  fs::create_directories(folder.path / "store");
  const auto result = result_folder(folder.path, plan.stages[0]);
  std::optional<store::Lock> lock(store::Lock::try_take(result));
  std::vector<std::string> waited, started;
  auto options = options_for(folder);
  options.events.waiting = [&](const Stage& stage) { waited.push_back(stage.name); };
  options.events.started = [&](const Stage& stage) { started.push_back(stage.name); };
  options.events.finished = [&](const Stage& stage, const StageOutcome&) {
    if (stage.name == "two") lock->release();  // the other run gave up
  };
  CHECK(states_of(run(plan, options)) == StageStates{StageState::done, StageState::done});
  CHECK(waited == std::vector<std::string>{"one"});
  CHECK(started == std::vector<std::string>{"two", "one"});
}

TEST_CASE("an untrained network replays with the weights it starts a training from") {
  const Folder folder;
  const auto replay = [](const std::string& network) {
    return "[stage.s]\nrun = \"simulate\"\n" + network + "phase = \"quiescent\"\ntrials = 3\nsteps = 20\nseed = 7\n";
  };
  run(plan_of(task_and_network + fresh_stage("zero") + replay("of = \"zero\"\n")), options_for(folder));
  const auto trained = store::RecordingReader(folder.path / "test/s/recording.nc").read("position");
  run(plan_of(task_and_network + replay("task = \"box\"\nnetwork = \"small\"\n")), options_for(folder));
  const auto fresh = store::RecordingReader(folder.path / "test/s/recording.nc").read("position");
  CHECK(trained == fresh);
}

TEST_CASE("a folder that cannot be written is refused before work starts") {
  const Folder folder;
  std::ofstream(folder.path / "file") << "in the way";
  auto options = options_for(folder);
  options.runs = folder.path / "file" / "runs";
  CHECK_THROWS_WITH_AS(run(plan_of(task_and_network + training), options),
                       doctest::Contains("the folder for results cannot be created: Not a directory"),
                       store::DataError);
}

TEST_CASE("a recording of a task with landmarks has the ends, the mean paths and the direction of each trial") {
  const Folder folder;
  const std::string maze =
      "[task.maze]\nplugin = \"t_maze\"\n[network.score]\ncell = { plugin = \"ou_score\", units = 2, form = "
      "\"mixture\" }\n"
      "[stage.awake]\nrun = \"simulate\"\ntask = \"maze\"\nnetwork = \"score\"\nphase = \"awake\"\ntrials = 40\n";
  REQUIRE(run(plan_of(maze), options_for(folder)).code == ExitCode::ok);
  const store::RecordingReader recording(folder.path / "test/awake/recording.nc");
  CHECK(recording.labels("direction") == std::vector<std::string>{"left", "right"});
  CHECK(recording.read_double("endpoint") == std::vector<double>{-1, 1, 1, 1});
  CHECK(recording.shape("mean_path") == std::vector<std::int64_t>{2, 100, 2});
  // Paths end on the side that their direction names; the stationary standard deviation is 0.05 m.
  const auto direction = recording.read("trial_direction");
  const auto latent = recording.read("latent");
  REQUIRE(direction.size() == 40);
  for (std::size_t trial = 0; trial < 40; ++trial)
    CHECK(std::abs(latent[(trial * 100 + 99) * 2] - (direction[trial] == 0 ? -1.0F : 1.0F)) < 0.5F);
}
