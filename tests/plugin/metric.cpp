// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.hpp"

#include <atomic>
#include <numeric/random.hpp>
#include <numeric>

using namespace reverie::plugin;
using nlohmann::json;

namespace {

constexpr std::int64_t trials = 7, steps = 5, space = 2;
const reverie_stream stream{7, 3, 0};

Metric spread(const json& given = json::object()) {
  return blocks::make<Metric>(Kind::metric, TEST_PLUGIN_FOLDER, "spread", given);
}

/// The numbers 0, 1, 2, ... as recordings [trial, time, space].
struct Recording {
  std::vector<double> values;
  std::vector<float> narrow;
  std::vector<double> endpoints = {1, 2, 3, 4};
  Recording() : values(trials * steps * space) {
    std::iota(values.begin(), values.end(), 0);
    narrow.assign(values.begin(), values.end());
  }
  template <class T>
  std::vector<Metric::Source> sources(std::vector<T>& data, std::int64_t chunk, bool reference) {
    Metric::Source paths{{trials, steps, space},
                         true,
                         [&data](std::int64_t first, std::int64_t count) {
                           const std::int64_t shape[] = {count, steps, space};
                           return tensor_of(data.data() + first * steps * space, shape);
                         },
                         chunk};
    Metric::Source ends{{2, 2},
                        reference,
                        [this](std::int64_t first, std::int64_t count) {
                          const std::int64_t shape[] = {count, 2};
                          return tensor_of(endpoints.data() + 2 * first, shape);
                        },
                        1};
    if (!reference) ends.shape.clear();
    return {paths, ends};
  }
};

}  // namespace

TEST_CASE("a metric announces what it reads and gives") {
  const auto metric = spread();
  REQUIRE(metric.inputs().size() == 2);
  CHECK(metric.inputs()[0].dims == std::vector<std::string>{"trial", "time", "space"});
  CHECK_FALSE(metric.inputs()[0].optional);
  CHECK(metric.inputs()[1].optional);
  CHECK(metric.outputs()[0].dims.empty());
  CHECK(metric.outputs()[0].unit == "input");
  CHECK(metric.passes() == 2);
}

TEST_CASE("a role cannot be called like an option of measure") {
  CHECK_THROWS_WITH_AS(spread({{"fault", "role_of_an_option"}}), doctest::Contains("has the role 'out'"), PluginError);
}

TEST_CASE("results do not depend on how recordings are cut into chunks, or on their precision") {
  Recording recording;
  const auto metric = spread();
  for (const std::int64_t chunk : {1, 2, 3, 100})
    for (const bool narrow : {false, true}) {
      const auto results = narrow ? metric.run(recording.sources(recording.narrow, chunk, true), stream)
                                  : metric.run(recording.sources(recording.values, chunk, true), stream);
      REQUIRE(results.size() == 5);
      // Mean and variance of 0 ... n - 1 are (n - 1) / 2 and (n^2 - 1) / 12.
      CHECK(results[0].value.values[0] == 34.5);
      CHECK(results[0].value.shape.empty());
      CHECK(results[1].value.values[0] == doctest::Approx((70.0 * 70 - 1) / 12));
      CHECK(results[2].value.shape == std::vector<std::int64_t>{trials});
      CHECK(results[2].value.values[0] == 45);
      CHECK(results[4].value.values[0] == 3);  // the whole reference arrived: its entry (1, 0)
      double uniform = 0;
      reverie::numeric::fill_uniform(stream, 6, 0, 1, 1.0, &uniform);
      CHECK(results[3].value.values[6] == uniform);
    }
}

TEST_CASE("an optional input may be left out") {
  Recording recording;
  CHECK(spread().run(recording.sources(recording.values, 3, false), stream)[4].value.values[0] == 0);
}

TEST_CASE("a metric that does not give what it declared is named with what it did") {
  Recording recording;
  const auto run = [&](const char* fault) {
    spread({{"fault", fault}}).run(recording.sources(recording.values, 3, true), stream);
  };
  CHECK_THROWS_WITH_AS(run("forgets"), "metric 'spread': it did not emit its result 'mean'", PluginError);
  CHECK_THROWS_WITH_AS(run("twice"), "metric 'spread': finish_pass failed: result 'mean' was emitted twice",
                       PluginError);
  CHECK_THROWS_WITH_AS(run("other_rank"),
                       "metric 'spread': finish_pass failed: result 'mean' has 1 dimensions, but '' is declared",
                       PluginError);
  CHECK_THROWS_WITH_AS(run("undeclared"), "metric 'spread': finish_pass failed: result 'median' was not declared",
                       PluginError);
  CHECK_THROWS_WITH_AS(
      run("other_length"),
      "metric 'spread': finish_pass failed: result dimension 'trial' is 6 long in 'draw' and 7 in 'sum'", PluginError);
  CHECK_THROWS_WITH_AS(run("other_size"),
                       "metric 'spread': finish_pass failed: result 'draw' has 7 values, and its shape 8", PluginError);
  const auto code = [&] {
    try {
      run("undeclared");
    } catch (const PluginError& error) {
      return error.exit_code();
    }
    return reverie::ExitCode::ok;
  }();
  CHECK(code == reverie::ExitCode::plugin);
  CHECK_THROWS_WITH_AS(run("failing"), "metric 'spread': add failed: trial 3 is not finite", PluginError);
}

TEST_CASE("a recording of the wrong rank is the user's error, with role and dimensions") {
  Recording recording;
  auto sources = recording.sources(recording.values, 3, true);
  sources[0].shape = {trials, steps};
  CHECK_THROWS_WITH_AS(spread().run(sources, stream),
                       "metric 'spread': 'position' of 'awake' has 2 dimensions; 'trial time space' is needed",
                       reverie::Error);
}

TEST_CASE("a run ends when the user asks to stop") {
  Recording recording;
  std::atomic<bool> stop = true;
  set_stop_flag(&stop);
  CHECK_THROWS_AS(spread().run(recording.sources(recording.values, 3, true), stream), reverie::Interrupted);
  set_stop_flag(nullptr);
  CHECK(spread().run(recording.sources(recording.values, 3, true), stream).size() == 5);
}

TEST_CASE("host services: log lines reach the sink, random numbers and partitions are fixed") {
  const auto& host = *host_services();
  CHECK(host.struct_size == sizeof(reverie_host));
  std::vector<std::string> lines;
  set_log_sink([&](int level, const std::string& text) { lines.push_back(std::to_string(level) + text); });
  host.log(host.context, REVERIE_LOG_WARNING, "a line");
  set_log_sink(nullptr);
  host.log(host.context, REVERIE_LOG_WARNING, "another");
  CHECK(lines == std::vector<std::string>{"2a line"});

  std::vector<double> together(3 * 5), apart(5);
  host.random(&stream, REVERIE_NORMAL, 4, 10, 3, 5, together.data());
  reverie::numeric::fill_normal(stream, 4, 12, 5, 1.0, apart.data());
  CHECK(std::equal(apart.begin(), apart.end(), together.begin() + 10));
  host.random(&stream, 99, 4, 10, 1, 5, apart.data());
  CHECK(std::isnan(apart[4]));

  std::vector<std::int64_t> ends(3);
  const auto body = [](void* user, std::int64_t begin, std::int64_t end) -> reverie_status {
    static_cast<std::int64_t*>(user)[begin / 4] = end;
    return end == 8 ? REVERIE_NUMERIC : REVERIE_OK;
  };
  CHECK(host.parallel_for(host.context, 10, 4, body, ends.data()) == REVERIE_NUMERIC);
  CHECK(ends == std::vector<std::int64_t>{4, 8, 10});
  CHECK(host.parallel_for(host.context, 0, 4, body, nullptr) == REVERIE_OK);
  CHECK(host.parallel_for(host.context, 10, 0, body, ends.data()) == REVERIE_INVALID);
  CHECK(host.get_extension(host.context, "reverie.unheard_of/1") == nullptr);
}
