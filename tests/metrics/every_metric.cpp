// SPDX-License-Identifier: BSD-3-Clause
/// What holds for every metric of the project: the cut into chunks changes nothing, bad data are refused with file,
/// trial and step or have a documented value, and docs/metrics.md describes it.
#include "support.hpp"

#include <doctest/doctest.h>
#include <numeric/threads.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

using namespace reverie;
using test::fails_naming;
using test::normals;
using test::Paths;
using test::Recordings;
using test::run;

namespace {

constexpr std::int64_t trials = 12, steps = 40;

struct Case {
  const plugin::Component* component;
  plugin::json parameters = plugin::json::object();
  std::string name() const { return component->id + " " + parameters.dump(); }
};

/// Every metric found in the project's folder of plugins, with its defaults, and variants that read something else.
std::vector<Case> all_cases() {
  auto& registry = plugin::Registry::instance();
  for (const auto& entry : std::filesystem::directory_iterator(REVERIE_PLUGIN_FOLDER)) registry.load(entry.path());
  std::vector<Case> cases;
  for (const auto* component : registry.all())
    if (component->kind == plugin::Kind::metric) cases.push_back({component});
  const auto variant = [&](const char* id, plugin::json parameters) {
    cases.push_back({&registry.find(plugin::Kind::metric, id), std::move(parameters)});
  };
  variant("kde_divergence", {{"axes", "principal"}});
  variant("kde_divergence", {{"sampled", "uniform"}});
  variant("density", {{"axes", "principal"}, {"cells", 10}});
  variant("path_wasserstein", {{"method", "sliced"}, {"projections", 20}});
  variant("path_wasserstein", {{"method", "gaussian"}});
  variant("explained_variance", {{"trials", 5}});
  return cases;
}

plugin::Metric metric_of(const Case& c) {
  const auto checked = plugin::check_parameters(c.component->schema, c.parameters);
  REQUIRE(checked.problems.empty());
  return {*c.component, checked.values};
}

/// Something to read for every input, optional ones too.
Recordings recordings_for(const plugin::Metric& metric, std::int64_t trial_count = trials) {
  const bool turns = metric.component().id == "angular_velocity";
  const std::int64_t width = turns ? 1 : 2;
  Recordings r;
  std::uint64_t seed = 1;
  for (const auto& input : metric.inputs()) {
    auto& data = r[input.role + "." + input.variable];
    const auto& v = input.variable;
    if (v == "time") {
      data = {{steps}, {}, "s"};
      for (int n = 0; n < steps; ++n) data.values.push_back(0.02 * n);
    } else if (v == "trial_direction") {
      data = {{trial_count}, {}, "1"};
      for (int k = 0; k < trial_count; ++k) data.values.push_back(k % 2);
    } else if (v == "endpoint") {
      data = {{2, width}, {-0.3, 0.3, 0.3, 0.3}, "m"};
    } else if (v == "mean_path") {
      data = normals(99, {2, steps, width}, 0, 0.3);
      data.unit = "m";
    } else {
      data = normals(seed++, {trial_count, steps, v == "state" ? 6 : width}, 0, 0.3);
      data.unit = v == "state" ? "1" : turns ? "rad" : "m";
    }
  }
  return r;
}

std::vector<plugin::Metric::Source> sources_of(const plugin::Metric& metric, Recordings& r, std::int64_t chunk = 5) {
  std::vector<plugin::Metric::Source> sources;
  for (const auto& input : metric.inputs()) {
    const auto found = r.find(input.role + "." + input.variable);
    auto& source = sources.emplace_back();
    if (found == r.end()) continue;
    source = found->second.source(chunk);
    source.place = input.role + ".nc: '" + input.variable + "'";
  }
  return sources;
}

bool is_path(const plugin::MetricInput& input) { return input.dims.size() == 3 && input.dims[0] == "trial"; }

/// The required inputs alone.
Recordings required(const plugin::Metric& metric, Recordings r) {
  for (const auto& input : metric.inputs())
    if (input.optional) r.erase(input.role + "." + input.variable);
  return r;
}

/// Runs, or fails with an error that has all the words; results that are finite, or NaN where the metric says so, are
/// seen to by the host.
void check(const Case& c, Recordings r, const std::map<std::string, std::string>& refusals) {
  const auto metric = metric_of(c);
  auto sources = sources_of(metric, r);
  const auto refusal = refusals.find(c.component->id);
  if (refusal != refusals.end())
    CHECK(fails_naming([&] { run(metric, sources); }, {refusal->second, ".nc"}));
  else
    CHECK_FALSE(run(metric, sources).empty());
}

}  // namespace

TEST_CASE("neither threads nor the cut into chunks of trials change a result, bit for bit") {
  for (const auto& c : all_cases()) {
    CAPTURE(c.name());
    const auto metric = metric_of(c);
    auto r = recordings_for(metric);
    numeric::set_thread_count(1);
    const auto whole = run(metric, sources_of(metric, r, trials));
    for (const auto& [threads, chunk] : {std::pair(1, 1), std::pair(1, 5), std::pair(2, 5), std::pair(3, 1)}) {
      CAPTURE(threads);
      numeric::set_thread_count(threads);
      const auto cut = run(metric, sources_of(metric, r, chunk));
      REQUIRE(cut.size() == whole.size());
      for (const auto& [name, values] : whole) {
        CAPTURE(name);
        REQUIRE(cut.at(name).size() == values.size());
        for (std::size_t k = 0; k < values.size(); ++k)
          REQUIRE((cut.at(name)[k] == values[k] || (std::isnan(values[k]) && std::isnan(cut.at(name)[k]))));
      }
    }
    numeric::set_thread_count(2);
  }
}

TEST_CASE("a metric runs on its required inputs alone") {
  for (const auto& c : all_cases()) {
    CAPTURE(c.name());
    auto r = required(metric_of(c), recordings_for(metric_of(c)));
    if (c.component->id == "reach_time")
      CHECK(fails_naming([&] { run(metric_of(c), sources_of(metric_of(c), r)); }, {"endpoints = "}));
    else
      CHECK_FALSE(run(metric_of(c), sources_of(metric_of(c), r)).empty());
  }
}

TEST_CASE("a missing sample is refused with file, variable, trial and step") {
  for (const auto& c : all_cases()) {
    const auto metric = metric_of(c);
    for (const auto& input : metric.inputs()) {
      if (!is_path(input)) continue;
      CAPTURE(c.name());
      CAPTURE(input.role);
      auto r = recordings_for(metric);
      auto& data = r.at(input.role + "." + input.variable);
      data.values[static_cast<std::size_t>((7 * steps + 13) * data.shape[2])] =
          std::numeric_limits<double>::quiet_NaN();
      CHECK(fails_naming([&] { run(metric, sources_of(metric, r)); },
                         {"trial 7", "step 13", input.role + ".nc: '" + input.variable + "'"}));
    }
  }
}

TEST_CASE("recordings of another number of coordinates, or in another unit, are refused") {
  for (const auto& c : all_cases()) {
    const auto metric = metric_of(c);
    const auto whole = recordings_for(metric);
    const auto& first = metric.inputs()[0];
    for (const auto& input : metric.inputs()) {
      if (!is_path(input) || &input == &first) continue;
      CAPTURE(c.name());
      CAPTURE(input.role);
      const auto key = input.role + "." + input.variable;
      auto r = whole;
      const auto width = r.at(key).shape[2];
      r.at(key) = normals(5, {trials, steps, width + 1}, 0, 0.3);
      CHECK(fails_naming([&] { run(metric, sources_of(metric, r)); },
                         {std::to_string(width) + " and " + std::to_string(width + 1), ".nc"}));
      r = whole;
      r.at(key).unit = "furlong";
      CHECK(fails_naming([&] { run(metric, sources_of(metric, r)); }, {"furlong", ".nc"}));
    }
  }
}

TEST_CASE("an empty recording is refused by file and dimension") {
  for (const auto& c : all_cases()) {
    CAPTURE(c.name());
    const auto metric = metric_of(c);
    for (const std::size_t dim : {0U, 1U, 2U}) {
      auto r = recordings_for(metric);
      const auto& input = metric.inputs()[0];
      r.at(input.role + "." + input.variable).shape[dim] = 0;
      CHECK_THROWS_WITH_AS(run(metric, sources_of(metric, r)), doctest::Contains("is empty"), Error);
    }
  }
}

TEST_CASE("a single trial has results, or is refused where the metric needs more") {
  for (const auto& c : all_cases()) {
    CAPTURE(c.name());
    const auto metric = metric_of(c);
    auto r = recordings_for(metric, 1);
    r.erase("floor.latent");
    check(c, r, {{"path_wasserstein", "single awake path"}, {"marginal_distance", "single trial"}});
  }
}

TEST_CASE("identical points have results, or are refused where the metric needs spread") {
  for (const auto& c : all_cases()) {
    CAPTURE(c.name());
    const auto metric = metric_of(c);
    auto r = recordings_for(metric);
    for (const auto& input : metric.inputs())
      if (is_path(input)) {
        auto& values = r.at(input.role + "." + input.variable).values;
        std::fill(values.begin(), values.end(), 0.7);
      }
    const bool principal = c.parameters.value("axes", "") == "principal";
    const char* no_density = principal ? "are equal" : "singular";
    check(c, r,
          {{"kde_divergence", no_density},
           {"density", no_density},
           {"explained_variance", "are equal"},
           {"diffusion_exponent", "nothing moves"}});
    // Nothing moves, and what is compared is the same.
    for (const auto& [id, result] : {std::pair("path_length", "path_length"),
                                     {"stepwise_distance", "stepwise_distance"},
                                     {"total_variance", "total_variance"},
                                     {"displacement", "final"},
                                     {"decoding_error", "squared_error"},
                                     {"marginal_distance", "mean_distance"},
                                     {"path_wasserstein", "distance"}})
      if (c.component->id == id && c.parameters.empty())
        CHECK(std::abs(run(metric, sources_of(metric, r)).at(result).at(0)) < 1e-24);
  }
}

TEST_CASE("the page on metrics has a section for each, with its parameters and results") {
  std::ifstream file(REVERIE_METRIC_PAGE);
  std::stringstream text;
  text << file.rdbuf();
  const auto page = text.str();
  for (const auto& c : all_cases()) {
    CAPTURE(c.component->id);
    const auto start = page.find("\n## `" + c.component->id + "`");
    REQUIRE(start != page.npos);
    const auto section = page.substr(start, page.find("\n## ", start + 1) - start);
    const auto named = [&](const std::string& name) {
      CAPTURE(name);
      CHECK(section.find("`" + name + "`") != section.npos);
    };
    const auto metric = metric_of(c);
    for (const auto& parameter : c.component->schema) named(parameter.name);
    for (const auto& output : metric.outputs()) named(output.name);
    for (const auto& input : metric.inputs()) {
      named(input.role);
      named(input.variable);
    }
  }
}
