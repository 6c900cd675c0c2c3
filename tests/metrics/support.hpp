// SPDX-License-Identifier: BSD-3-Clause
/// Runs of the project's metrics on arrays in memory.
#pragma once

#include <numeric/random.hpp>
#include <plugin/instance.hpp>
#include <plugin/registry.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace reverie::test {

inline plugin::Metric make_metric(const std::string& id, const plugin::json& given = plugin::json::object()) {
  auto& registry = plugin::Registry::instance();
  registry.load(std::string(REVERIE_PLUGIN_FOLDER) + "/" + id + ".so");
  const auto& component = registry.find(plugin::Kind::metric, id);
  const auto checked = plugin::check_parameters(component.schema, given);
  if (!checked.problems.empty()) throw std::logic_error(checked.problems[0].key + ": " + checked.problems[0].message);
  return plugin::Metric(component, checked.values);
}

/// An array whose first dimension (trials) is handed over `chunk_trials` at a time.
template <class T>
struct Paths {
  std::vector<std::int64_t> shape;
  std::vector<T> values;
  std::string unit = {};

  plugin::Metric::Source source(std::int64_t chunk_trials = 100) {
    plugin::Metric::Source s;
    s.shape = shape;
    s.given = true;
    s.chunk_trials = chunk_trials;
    s.unit = unit;
    s.read = [this](std::int64_t first, std::int64_t count) {
      auto here = shape;
      std::int64_t per_trial = 1;
      for (std::size_t k = 1; k < shape.size(); ++k) per_trial *= shape[k];
      here[0] = count;
      return plugin::tensor_of(values.data() + first * per_trial, here);
    };
    return s;
  }
};

inline std::map<std::string, std::vector<double>> run(const plugin::Metric& metric,
                                                      const std::vector<plugin::Metric::Source>& sources,
                                                      std::uint64_t seed = 1) {
  const auto stream = numeric::make_stream(seed, numeric::Role::measure, numeric::Purpose::resampling);
  std::map<std::string, std::vector<double>> results;
  for (const auto& result : metric.run(sources, stream)) results[result.declared.name] = result.value.values;
  return results;
}

/// Recordings by "role.variable"; those that are not named are not given.
using Recordings = std::map<std::string, Paths<double>>;

inline std::map<std::string, std::vector<double>> run(const plugin::Metric& metric, Recordings& recordings,
                                                      std::int64_t chunk_trials = 100, std::uint64_t seed = 1) {
  std::vector<plugin::Metric::Source> sources;
  for (const auto& input : metric.inputs()) {
    const auto found = recordings.find(input.role + "." + input.variable);
    sources.push_back(found == recordings.end() ? plugin::Metric::Source{} : found->second.source(chunk_trials));
  }
  return run(metric, sources, seed);
}

/// Standard normals [trials, steps, width] times sd, plus mean.
inline Paths<double> normals(std::uint64_t seed, std::vector<std::int64_t> shape, double mean = 0, double sd = 1) {
  Paths<double> paths{std::move(shape), {}, {}};
  std::int64_t count = 1;
  for (const auto extent : paths.shape) count *= extent;
  paths.values.resize(static_cast<std::size_t>(count));
  const auto stream = numeric::make_stream(seed, numeric::Role::simulate, numeric::Purpose::awake_noise);
  numeric::fill_normal(stream, 0, 0, count, sd, paths.values.data());
  for (double& value : paths.values) value += mean;
  return paths;
}

/// Does the call fail with a PluginError whose message has all these words?
template <class Call>
bool fails_naming(Call&& call, const std::vector<std::string>& words) {
  try {
    call();
  } catch (const Error& error) {
    const std::string message = error.what();
    return std::all_of(words.begin(), words.end(), [&](const auto& w) { return message.find(w) != message.npos; });
  }
  return false;
}

}  // namespace reverie::test
