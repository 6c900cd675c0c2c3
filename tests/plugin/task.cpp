// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.hpp"

using namespace reverie::plugin;
using nlohmann::json;

namespace {

Task line(const json& given = json::object()) {
  return blocks::make<Task>(Kind::task, TEST_PLUGIN_FOLDER, "line", given);
}

const reverie_stream stream{7, 3, 0};

}  // namespace

TEST_CASE("a task announces its sizes, names, units and constants") {
  const auto task = line();
  CHECK(task.inputs() == 1);
  CHECK(task.starts() == 1);
  CHECK(task.outputs() == 2);
  CHECK(task.latents() == 1);
  CHECK(task.steps() == 7);
  CHECK(task.dt() == 0.02);
  CHECK(task.latent_names() == std::vector<std::string>{"x"});
  CHECK(task.latent_unit() == "m");
  CHECK(task.output_unit() == "1");
  CHECK(task.directions() == std::vector<std::string>{"to the left", "to the right"});
  CHECK(task.has_endpoints());
  CHECK_FALSE(task.has_mean_paths());
  REQUIRE(task.constant_shapes().size() == 1);
  CHECK(task.constant_shapes()[0].name == "gain");
  CHECK(task.constant_shapes()[0].value.shape == std::vector<std::int64_t>{1});
}

TEST_CASE("a trial does not depend on how many are asked for together") {
  const auto task = line();
  const auto constants = task.make_constants(stream);
  const auto many = task.generate(constants, stream, 10, 5, 9);
  CHECK(many.latents.shape == std::vector<std::int64_t>{5, 10, 1});
  CHECK(many.inputs.shape == std::vector<std::int64_t>{5, 9, 1});
  for (std::uint32_t k = 0; k < 5; ++k) {
    const auto one = task.generate(constants, stream, 10 + k, 1, 9);
    CHECK(one.directions.values[0] == many.directions.values[k]);
    CHECK(std::equal(one.latents.values.begin(), one.latents.values.end(), many.latents.values.begin() + 10 * k));
  }
  CHECK(many.inputs.values[0] != many.inputs.values[9]);
  CHECK(many.latents.values[3] ==
        doctest::Approx(many.inputs.values[0] + many.inputs.values[1] + many.inputs.values[2]));
}

TEST_CASE("constants are drawn from the stream") {
  const auto task = line();
  const auto gain = task.make_constants(stream).at(0).value.values.at(0);
  CHECK(gain >= 1);
  CHECK(gain < 2);
  CHECK(task.make_constants(stream).at(0).value.values.at(0) == gain);
  CHECK(task.make_constants({8, 3, 0}).at(0).value.values.at(0) != gain);
}

TEST_CASE_TEMPLATE("encoding and decoding work in both precisions", T, float, double) {
  const auto task = line();
  auto constants = task.constant_shapes();
  constants[0].value.values = {1.5};
  std::vector<double> latents = {0.5, -2}, decoded(2);
  std::vector<T> activity(4), start(2);
  const std::int64_t rows_1[] = {2, 1}, rows_2[] = {2, 2};
  task.encode(constants, REVERIE_ENCODE_TARGET, tensor_of(latents.data(), rows_1), tensor_of(activity.data(), rows_2));
  CHECK(activity == std::vector<T>{T(0.5), T(0.75), T(-2), T(-3)});
  task.encode(constants, REVERIE_ENCODE_START, tensor_of(latents.data(), rows_1), tensor_of(start.data(), rows_1));
  CHECK(start == std::vector<T>{T(0.5), T(-2)});
  task.decode(constants, tensor_of(activity.data(), rows_2), tensor_of(decoded.data(), rows_1));
  CHECK(decoded == latents);
}

TEST_CASE("landmarks are those the task has") {
  const auto [endpoint, mean_path] = line().landmarks(line().make_constants(stream), 9);
  CHECK(endpoint.shape == std::vector<std::int64_t>{2, 1});
  CHECK(endpoint.values == std::vector<double>{-1, 1});
  CHECK(mean_path.values.empty());
}

TEST_CASE("a task that breaks its contract is named with what it did") {
  const auto generated = [](const char* fault) {
    const auto task = line({{"fault", fault}});
    task.generate(task.make_constants(stream), stream, 0, 2, 5);
  };
  CHECK_THROWS_WITH_AS(line({{"fault", "no_dt"}}), "task 'line': its time step dt is 0 s", PluginError);
  CHECK_THROWS_WITH_AS(generated("direction"), "task 'line': generate gave direction 2, which is not one of 2",
                       PluginError);
  CHECK_THROWS_WITH_AS(
      generated("nan"),
      "task 'line': generate left numbers unwritten or not finite in trials of 5 steps: latents[0, 0, 0] is nan",
      PluginError);
  const auto own_length = line({{"fault", "own_length"}});
  const auto constants = own_length.make_constants(stream);
  own_length.generate(constants, stream, 0, 2, 7);
  CHECK_THROWS_WITH_AS(own_length.generate(constants, stream, 4, 2, 8),
                       "task 'line': generate left numbers unwritten or not finite in trials of 8 steps: latents[4, 8, "
                       "0] is nan",
                       PluginError);
  CHECK_THROWS_WITH_AS(line({{"fault", "no_constants"}}).make_constants(stream),
                       "task 'line': make_constants left numbers unwritten or not finite: gain[0] is nan", PluginError);
  const auto forgetful = line({{"fault", "forgetful"}});
  CHECK_THROWS_WITH_AS(forgetful.landmarks(forgetful.make_constants(stream), 9),
                       "task 'line': landmarks left numbers unwritten or not finite: endpoint[1, 0] is nan",
                       PluginError);
  CHECK_THROWS_WITH_AS(generated("failing"),
                       "task 'line': generate failed: parameter 'scale': steps of this length leave the line",
                       PluginError);
}
