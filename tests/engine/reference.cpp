// SPDX-License-Identifier: BSD-3-Clause
/// Rollout, loss, gradients and three Adam steps against PyTorch autograd in float64.
///
/// Every folder "cell_<cell>_<activation>" of tests/data/reference, or of the folder that the environment variable
/// REVERIE_REFERENCE names, is one case; names, shapes and sizes come from its files.
#include "../support/npy.hpp"
#include "support.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <engine/batch.hpp>
#include <numeric/adam.hpp>

#include <cmath>
#include <cstdlib>
#include <set>

using namespace reverie;
using namespace reverie::engine;
namespace fs = std::filesystem;

namespace {

fs::path reference_folder() {
  const char* named = std::getenv("REVERIE_REFERENCE");
  return named ? fs::path(named) : fs::path(REVERIE_TEST_DATA) / "reference";
}

struct Case {
  fs::path folder;
  std::string cell, activation;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< name in the files, name in the engine

  plugin::Array load(const std::string& name) const { return reverie::npy::read_npy(folder / (name + ".npy")); }
};

/// Splits "leaky_rnn_relu" at the longest registered cell.
Case make_case(const fs::path& folder) {
  Case c{folder, "", "", {}};
  const auto name = folder.filename().string().substr(5);
  for (const auto* component : test::registry().all())
    if (component->kind == plugin::Kind::cell && name.starts_with(component->id + "_") &&
        component->id.size() > c.cell.size())
      c.cell = component->id;
  REQUIRE_MESSAGE(!c.cell.empty(), "no cell for reference case " << name);
  c.activation = name.substr(c.cell.size() + 1);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto stem = entry.path().stem().string();
    if (stem.starts_with("param_")) names.insert(stem.substr(6));
  }
  for (const auto& n : names) c.parameters.emplace_back(n, c.load("param_" + n).shape.size() == 2 ? n + ".weight" : n);
  return c;
}

Model model_of(const Case& c) {
  const auto inputs = c.load("inputs"), starts = c.load("initial"), targets = c.load("targets");
  plugin::json parameters{{"alpha", c.load("alpha").values[0]}};
  for (const auto& spec : test::registry().find(plugin::Kind::cell, c.cell).schema) {
    if (spec.name == "activation") parameters["activation"] = c.activation;
    if (spec.name == "bias") parameters["bias"] = fs::exists(c.folder / "param_bias.npy");
  }
  return test::make_model("arrays_task",
                          {{"inputs", inputs.shape[2]},
                           {"starts", starts.shape[1]},
                           {"outputs", targets.shape[2]},
                           {"steps", inputs.shape[1]}},
                          c.cell, parameters, c.load("param_encoder").shape[0], 0.0);
}

/// [trial][step][width] -> [step][shard_rows][width] for the trials of a shard.
template <class Real>
std::vector<Real> time_major(const plugin::Array& a, std::int64_t first, std::int64_t rows) {
  const auto steps = a.shape[1], width = a.shape[2];
  std::vector<Real> out(static_cast<std::size_t>(steps * shard_rows * width));
  for (std::int64_t n = 0; n < steps; ++n)
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t k = 0; k < width; ++k)
        out[static_cast<std::size_t>((n * shard_rows + row) * width + k)] =
            static_cast<Real>(a.values[static_cast<std::size_t>(((first + row) * steps + n) * width + k)]);
  return out;
}

/// ||a - b|| / ||b||
template <class A>
double relative_error(const A& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    norm += b[i] * b[i];
  }
  return std::sqrt(difference / norm);
}

template <class Real>
void compare(const Case& c, double tolerance) {
  const auto model = model_of(c);
  const auto inputs = c.load("inputs"), starts = c.load("initial"), targets = c.load("targets"),
             noise = c.load("noise");
  const auto trials = inputs.shape[0], steps = inputs.shape[1];
  Batch<Real> batch(model, {.trials = trials, .steps = steps, .with_gradient = true});
  const auto& layout = batch.layout();
  CHECK(layout.entries.size() == c.parameters.size());

  std::vector<NamedArray> initial;
  for (const auto& [file, name] : c.parameters) initial.push_back({name, c.load("param_" + file)});
  auto weights = flatten<Real>(layout, initial);
  numeric::AlignedVector<Real> gradient(weights.size()), m(weights.size()), v(weights.size());

  std::vector<std::vector<Real>> given(static_cast<std::size_t>(batch.shards()));
  const ShardSource<Real> source = [&](std::int64_t s, Shard<Real>& shard) {
    const auto first = s * shard_rows, rows = batch.rows_of(s);
    shard.active_rows = rows;
    std::fill(shard.starts.begin(), shard.starts.end(), Real(0));
    std::transform(starts.values.begin() + first * starts.shape[1],
                   starts.values.begin() + (first + rows) * starts.shape[1], shard.starts.begin(),
                   [](double value) { return static_cast<Real>(value); });
    auto& mine = given[static_cast<std::size_t>(s)];
    mine = time_major<Real>(noise, first, rows);
    ShardTrials<Real> made;
    made.noise.given = mine.data();
    made.inputs = [&, first, rows](std::int64_t from, std::int64_t count, Shard<Real>& to) {
      const auto x = time_major<Real>(inputs, first, rows);
      const auto width = shard_rows * inputs.shape[2];
      std::copy_n(x.begin() + from * width, count * width, to.inputs.begin());
    };
    made.targets = [&, first, rows](std::int64_t from, std::int64_t count, Real* to) {
      const auto y = time_major<Real>(targets, first, rows);
      const auto width = shard_rows * targets.shape[2];
      std::copy_n(y.begin() + from * width, count * width, to);
    };
    return made;
  };
  std::vector<double> states(static_cast<std::size_t>(trials * steps * model.units));
  std::vector<double> outputs(targets.values.size());
  const ChunkVisitor<Real> visit = [&](std::int64_t s, std::int64_t first, std::int64_t count, const Real* reached,
                                       Real* output) {
    for (std::int64_t row = 0; row < batch.rows_of(s); ++row)
      for (std::int64_t n = 0; n < count; ++n) {
        const auto trial = s * shard_rows + row, at = n * shard_rows + row;
        std::copy_n(reached + at * numeric::padded(model.units), model.units,
                    states.begin() + (trial * steps + first + n) * model.units);
        std::copy_n(output + at * targets.shape[2], targets.shape[2],
                    outputs.begin() + (trial * steps + first + n) * targets.shape[2]);
      }
  };

  const auto losses = c.load("losses");
  const auto entry_values = [&](const numeric::AlignedVector<Real>& flat, const std::string& name) {
    const auto& entry = layout.entries[static_cast<std::size_t>(layout.index(name))];
    return std::vector<Real>(flat.begin() + entry.offset, flat.begin() + entry.offset + entry.outputs * entry.inputs);
  };
  for (std::size_t step = 0; step < losses.values.size(); ++step) {
    const double loss = batch.run(weights, source, &gradient, visit);
    CHECK(std::abs(loss - losses.values[step]) <= tolerance * losses.values[step]);
    if (step == 0) {
      CHECK_MESSAGE(relative_error(states, c.load("states").values) <= tolerance, "states");
      CHECK_MESSAGE(relative_error(outputs, c.load("outputs").values) <= tolerance, "outputs");
      for (const auto& [file, name] : c.parameters) {
        const auto error = relative_error(entry_values(gradient, name), c.load("grad_" + file).values);
        CHECK_MESSAGE(error <= tolerance, "gradient of " << name << ": " << error);
      }
    }
    numeric::adam_step<Real>({}, static_cast<std::int64_t>(step) + 1, layout.size, gradient.data(), weights.data(),
                             m.data(), v.data());
  }
  for (const auto& [file, name] : c.parameters) {
    const auto error = relative_error(entry_values(weights, name), c.load("adam3_" + file).values);
    CHECK_MESSAGE(error <= tolerance, name << " after three Adam steps: " << error);
  }
}

}  // namespace

TEST_CASE("states, outputs, loss, gradients and three Adam steps agree with PyTorch") {
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(reference_folder())) {
    if (!entry.path().filename().string().starts_with("cell_")) continue;
    ++cases;
    CAPTURE(entry.path().filename().string());
    const auto c = make_case(entry.path());
    compare<double>(c, 1e-10);
    compare<float>(c, 3e-6);
  }
  CHECK(cases > 0);
}
