// SPDX-License-Identifier: BSD-3-Clause
/// The same bits for any number of ranks; a rank's failure is everybody's.
#include "../support/local_ranks.hpp"
#include "support.hpp"

#include <doctest/doctest.h>
#include <engine/shard_sum.hpp>
#include <engine/simulator.hpp>
#include <engine/trainer.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace reverie;
using namespace reverie::engine;
using reverie::test::run_ranks;

namespace {

Model network() {
  return engine::test::make_model("arrays_task", {{"outputs", 37}, {"starts", 12}, {"inputs", 2}}, "leaky_rnn",
                                  plugin::json::object(), 37, 0.02,
                                  {{"adaptation", {{"strength", 0.1}}}, {"underdamped", {{"friction", 0.8}}}});
}

TrainingResult trained(const Model& model, numeric::Communicator* ranks, std::int64_t batches, TrainingState start) {
  TrainingOptions options;
  options.batches = batches;
  options.batch_size = 130;  // five whole shards and one of five rows
  options.steps = 7;
  options.evaluate_every = 2;
  options.evaluate_trials = 60;
  options.ranks = ranks;
  return train(model, options, std::move(start), [](const HistoryEntry&) { return true; });
}

TrainingState fresh(const Model& model) { return {initial_weights(model, 0), {}, {}, 0}; }

void check_same(const TrainingResult& a, const TrainingResult& b) {
  const auto same = [](const std::vector<NamedArray>& x, const std::vector<NamedArray>& y) {
    REQUIRE(x.size() == y.size());
    for (std::size_t k = 0; k < x.size(); ++k) CHECK(x[k].value.values == y[k].value.values);
  };
  same(a.state.weights, b.state.weights);
  same(a.state.second_moments, b.state.second_moments);
  REQUIRE(a.history.size() == b.history.size());
  for (std::size_t k = 0; k < a.history.size(); ++k) {
    CHECK(a.history[k].loss == b.history[k].loss);
    CHECK(a.history[k].evaluation_loss == b.history[k].evaluation_loss);
    CHECK(a.history[k].task_error == b.history[k].task_error);
  }
}

SimulationOptions some_trials() {
  SimulationOptions options;
  options.trials = 130;
  options.steps = 43;
  options.state_noise = 0.03;
  options.record_state = true;
  return options;
}

using Record = std::map<std::string, std::vector<float>>;

/// What rank 0 gets.
Record recorded(const Model& model, const SimulationOptions& options) {
  Record record;
  std::int64_t next = 0;
  simulate(
      model, initial_weights(model, 0), options,
      [&](const std::string& name, std::int64_t first, std::int64_t trials, const float* values) {
        CHECK(first == next);
        const auto width = name == "trial_direction" ? 1
                           : name == "state"         ? options.steps * model.units
                                                     : options.steps * model.task->latents();
        record[name].insert(record[name].end(), values, values + trials * width);
      },
      [&](std::int64_t done) {
        next = done;
        return true;
      });
  return record;
}

}  // namespace

TEST_CASE("a sum over shards has the same bits for any number of ranks") {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (const std::int64_t shards : {1, 2, 3, 6, 8, 13})
    for (const std::int64_t size : {1, 100, 1000}) {
      std::vector<numeric::AlignedVector<float>> values(static_cast<std::size_t>(shards));
      std::vector<double> numbers(values.size());
      for (auto& vector : values) {
        vector.resize(static_cast<std::size_t>(size));
        for (auto& value : vector) value = uniform(random);
      }
      for (auto& number : numbers) number = uniform(random);
      auto all = values;
      auto all_numbers = numbers;
      numeric::AlignedVector<float> alone;
      const ShardSum whole(shards, nullptr);
      whole.total(size, all, alone);
      const double total = whole.total(all_numbers);
      for (const int n : {1, 2, 3, 4, 7})
        run_ranks(n, [&](numeric::Communicator& ranks) {
          const ShardSum sum(shards, &ranks);
          std::vector<numeric::AlignedVector<float>> mine(values.size());
          std::vector<double> mine_of_numbers(numbers.size());
          for (auto s = static_cast<std::size_t>(sum.mine().first); s < static_cast<std::size_t>(sum.mine().last);
               ++s) {
            mine[s] = values[s];
            mine_of_numbers[s] = numbers[s];
          }
          numeric::AlignedVector<float> result;
          sum.total(size, mine, result);
          CHECK(result == alone);
          CHECK(sum.total(mine_of_numbers) == total);
        });
    }
}

TEST_CASE("a training gives the same bits for any number of ranks, and goes on with another number of them") {
  const auto model = network();
  const auto alone = trained(model, nullptr, 4, fresh(model));
  for (const int n : {1, 2, 3, 4, 7})
    run_ranks(n, [&](numeric::Communicator& ranks) {
      const auto together = trained(model, &ranks, 4, fresh(model));
      check_same(together, alone);
    });
  TrainingState half;
  run_ranks(3, [&](numeric::Communicator& ranks) {
    auto state = trained(model, &ranks, 2, fresh(model)).state;
    if (ranks.rank() == 0) half = std::move(state);
  });
  run_ranks(2, [&](numeric::Communicator& ranks) {
    const auto rest = trained(model, &ranks, 4, half);
    for (std::size_t k = 0; k < rest.state.weights.size(); ++k)
      CHECK(rest.state.weights[k].value.values == alone.state.weights[k].value.values);
  });
}

TEST_CASE("who watches a training sees the same paths for any number of ranks") {
  const auto model = network();
  const auto watched = [&](numeric::Communicator* ranks) {
    TrainingOptions options;
    options.batches = 1;
    options.batch_size = 30;
    options.steps = 7;
    options.evaluate_every = 1;
    options.evaluate_trials = 60;  // three shards
    options.ranks = ranks;
    EvaluatedPaths seen;
    train(
        model, options, fresh(model), [](const HistoryEntry&) { return true; },
        [&](const EvaluatedPaths& paths) { seen = paths; });
    return seen;
  };
  const auto alone = watched(nullptr);
  CHECK(std::any_of(alone.latent.begin(), alone.latent.end(), [](double x) { return x != 0; }));
  for (const int n : {2, 3, 7})
    run_ranks(n, [&](numeric::Communicator& ranks) {
      const auto together = watched(&ranks);
      if (ranks.rank() != 0) return;
      CHECK(together.decoded == alone.decoded);
      CHECK(together.latent == alone.latent);
    });
}

TEST_CASE("rank 0 alone stops a training, for all") {
  const auto model = network();
  TrainingOptions options;
  options.batches = 100;
  options.batch_size = 60;
  options.steps = 5;
  run_ranks(2, [&](numeric::Communicator& ranks) {
    auto mine = options;
    mine.ranks = &ranks;
    const auto result = train(model, mine, fresh(model), [&](const HistoryEntry& entry) {
      CHECK(ranks.rank() == 0);
      return entry.batch < 3;
    });
    CHECK(result.state.batch == 3);
  });
}

TEST_CASE("a simulation gives the same records for any number of ranks, at rank 0") {
  const auto model = network();
  auto options = some_trials();
  for (const bool quiescent : {false, true}) {
    options.quiescent = quiescent;
    const auto alone = recorded(model, options);
    for (const int n : {1, 2, 3, 4, 7})
      run_ranks(n, [&](numeric::Communicator& ranks) {
        auto mine = options;
        mine.ranks = &ranks;
        const auto record = recorded(model, mine);
        CHECK(record == (ranks.rank() == 0 ? alone : Record()));
      });
  }
}

TEST_CASE("a failure at one rank is told at every rank, with its number") {
  const auto model = network();
  auto options = some_trials();
  options.quiescent = true;
  options.start = Start::recording;
  options.start_states = plugin::Array({options.trials, model.units});
  options.start_states.values[static_cast<std::size_t>(30 * model.units)] = std::nan("");  // of the second shard
  run_ranks(3, [&](numeric::Communicator& ranks) {
    auto mine = options;
    mine.ranks = &ranks;
    std::string said;
    try {
      recorded(model, mine);
    } catch (const Error& error) {
      said = error.what();
      CHECK(error.exit_code() == ExitCode::run_failed);
    }
    CHECK(said.find("trial 30 starts from is not finite") != std::string::npos);
    CHECK(said.find("(at rank 1 of 3)") != std::string::npos);
  });
}

TEST_CASE("a rank throws its own words whole, the others their beginning") {
  run_ranks(2, [&](numeric::Communicator& ranks) {
    const std::string words(5000, 'x');
    const auto failure =
        std::make_exception_ptr(Error(ExitCode::pipeline_invalid, ranks.rank() == 0 ? words : "other words"));
    std::string said;
    try {
      numeric::agree(&ranks, failure);
    } catch (const Error& error) {
      said = error.what();
      CHECK(error.exit_code() == ExitCode::pipeline_invalid);
    }
    CHECK(said == (ranks.rank() == 0 ? words : words.substr(0, 1023)) + " (at rank 0 of 2)");
  });
}

TEST_CASE("where rank 0 cannot write, it fails and the others leave") {
  const auto model = network();
  run_ranks(3, [&](numeric::Communicator& ranks) {
    auto options = some_trials();
    options.ranks = &ranks;
    bool failed = false;
    try {
      simulate(
          model, initial_weights(model, 0), options,
          [&](const std::string&, std::int64_t first, std::int64_t, const float*) {
            if (first >= 50) throw Error(ExitCode::run_failed, "disk full");
          },
          [](std::int64_t) { return true; });
    } catch (const Error& error) {
      failed = true;
      CHECK(std::string(error.what()) == "disk full");
    }
    CHECK(failed == (ranks.rank() == 0));
  });
}
