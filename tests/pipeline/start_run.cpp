// SPDX-License-Identifier: BSD-3-Clause
/// Simulations that start from a recording, run.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <pipeline/run.hpp>
#include <store/recording.hpp>

#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;
namespace fs = std::filesystem;

namespace {

/// Runs a pipeline in a folder of its own; recordings are read from there.
struct Runs {
  fs::path path = fs::temp_directory_path() / ("reverie-start-" + std::to_string(getpid()));
  explicit Runs(const std::string& text) {
    RunOptions options;
    options.runs = path;
    REQUIRE(run(plan_of(text), options).code == ExitCode::ok);
  }
  ~Runs() { fs::remove_all(path); }
  std::vector<float> read(const std::string& stage, const std::string& variable) const {
    return store::RecordingReader(path / "test" / stage / "recording.nc").read(variable);
  }
};

std::string replay(const std::string& name, int trials, int steps, const std::string& more) {
  return "[stage." + name +
         "]\nrun = \"simulate\"\ntask = \"box\"\nnetwork = \"small\"\nphase = \"quiescent\"\ntrials = " +
         std::to_string(trials) + "\nsteps = " + std::to_string(steps) +
         "\nnoise = { value = 0.0 }\nrecord = [\"state\"]\n" + more;
}

/// [trial][step][16] of steps first ... first + count - 1.
std::vector<float> part(const std::vector<float>& states, std::size_t trials, std::size_t steps, std::size_t first,
                        std::size_t count) {
  std::vector<float> out;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    const auto from = states.begin() + static_cast<std::ptrdiff_t>((trial * steps + first) * 16);
    out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(count * 16));
  }
  return out;
}

}  // namespace

TEST_CASE("a noiseless replay that starts from a recording goes on as the recorded one did") {
  for (const std::string cell : {"leaky_rnn", "gru"}) {
    CAPTURE(cell);
    // 30 trials are two shards, and those that go on are fewer than those recorded.
    auto network = task_and_network;
    network.replace(network.find("leaky_rnn"), 9, cell);
    const Runs runs(network + replay("whole", 30, 20, "") + replay("beginning", 30, 12, "") +
                    replay("end", 28, 8, "start = { of = \"beginning\" }\n") +
                    replay("middle", 28, 8, "start = { of = \"beginning\", step = 4 }\n") +
                    replay("still", 3, 5, "start = \"zero\"\n"));
    const auto whole = runs.read("whole", "state");
    CHECK(part(whole, 30, 20, 0, 12) == runs.read("beginning", "state"));
    CHECK(part(whole, 28, 20, 12, 8) == runs.read("end", "state"));
    CHECK(part(whole, 28, 20, 5, 8) == runs.read("middle", "state"));
    CHECK(part(whole, 28, 20, 12, 8) != runs.read("middle", "state"));
    for (const float r : runs.read("still", "state")) CHECK(r == 0.0F);
  }
}

TEST_CASE("a trained network's replay starts from what it did awake") {
  const Runs runs(
      task_and_network + training +
      "[stage.awake]\nrun = \"simulate\"\nof = \"train\"\nphase = \"awake\"\ntrials = 3\nsteps = 6\nrecord = "
      "[\"state\"]\n"
      "[stage.held]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 3\nsteps = 1\n"
      "noise = { value = 0.0 }\nrecord = [\"state\"]\nstart = { of = \"awake\", step = 2 }\n");
  // One step of a relu network without input: r' = (1 - α) r + α relu(W r) >= (1 - α) r, α = 0.2.
  const auto awake = part(runs.read("awake", "state"), 3, 6, 2, 1), held = runs.read("held", "state");
  REQUIRE(held.size() == awake.size());
  std::size_t silent = 0;
  for (std::size_t i = 0; i < held.size(); ++i) {
    CHECK(held[i] >= 0.8F * awake[i] - 1e-6F);
    silent += std::abs(held[i] - 0.8F * awake[i]) <= 1e-6F;
  }
  CHECK(silent > 0);  // some units receive less than zero and only decay
}

TEST_CASE("a replay that starts from a recording has the directions of its trials, whatever its own draw") {
  const std::string of = "run = \"simulate\"\ntask = \"maze\"\nnetwork = \"small\"\nsteps = 3\n";
  const Runs runs(
      "[task.maze]\nplugin = \"t_maze\"\n[network.small]\ncell = { plugin = \"leaky_rnn\", units = 16 }\n"
      "[stage.awake]\n" +
      of + "phase = \"awake\"\ntrials = 40\nrecord = [\"state\"]\n[stage.other]\n" + of +
      "phase = \"awake\"\ntrials = 30\ndraw = 1\n[stage.replay]\n" + of +
      "phase = \"quiescent\"\ntrials = 30\ndraw = 1\nstart = { of = \"awake\" }\n");
  auto expected = runs.read("awake", "trial_direction");
  expected.resize(30);
  CHECK(runs.read("replay", "trial_direction") == expected);
  CHECK(runs.read("other", "trial_direction") != expected);
}
