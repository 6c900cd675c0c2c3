// SPDX-License-Identifier: BSD-3-Clause
/// Checks of metrics, on made-up recordings: walks in the plane with times, directions and endpoints.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric/random.hpp>
#include <optional>
#include <plugin/check_parts.hpp>
#include <plugin/instance.hpp>

namespace reverie::plugin {
namespace {

constexpr double largest_rounding = 1e-9;  // of results that may be summed in another order, relative

/// The made-up recording: one array per input, and how trials are cut.
struct Data {
  std::vector<Array> inputs;
  std::int64_t space, chunk = 100;
  bool optional_inputs = true;
};

std::int64_t extent_of(const std::string& dim, std::int64_t space) {
  const std::map<std::string, std::int64_t> known = {{"trial", 24}, {"time", 40}, {"direction", 2}, {"unit", 12}};
  if (dim == "space") return space;
  const auto found = known.find(dim);
  return found == known.end() ? 5 : found->second;
}

Array array_of(const MetricInput& input, std::int64_t space, std::uint32_t seed) {
  std::vector<std::int64_t> shape;
  for (const auto& dim : input.dims) shape.push_back(extent_of(dim, space));
  Array array(shape);
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal;
  auto& values = array.values;
  if (input.variable == "time") {
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = 0.02 * static_cast<double>(k + 1);
  } else if (input.variable == "trial_direction") {
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<double>(k % 2);
  } else if (input.dims.size() > 1 && input.dims[input.dims.size() - 2] == "time") {
    // A walk along time, per trial and coordinate.
    const auto width = static_cast<std::size_t>(shape.back()),
               steps = static_cast<std::size_t>(shape[shape.size() - 2]);
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k] = 0.1 * normal(engine) + (k / width % steps == 0 ? 0 : 0.95 * values[k - width]);
  } else {
    for (auto& x : values) x = normal(engine);
  }
  return array;
}

Data data_for(const Metric& metric, std::int64_t space) {
  Data data;
  data.space = space;
  for (std::size_t k = 0; k < metric.inputs().size(); ++k)
    data.inputs.push_back(array_of(metric.inputs()[k], space, 7 + static_cast<std::uint32_t>(k)));
  return data;
}

std::vector<MetricResult> run(const Metric& metric, const Data& data) {
  std::vector<Metric::Source> sources;
  for (std::size_t k = 0; k < data.inputs.size(); ++k) {
    const auto& array = data.inputs[k];
    auto& source = sources.emplace_back();
    source.given = data.optional_inputs || !metric.inputs()[k].optional;
    if (!source.given) continue;
    source.shape = array.shape;
    source.chunk_trials = data.chunk;
    source.unit = "m";
    source.read = [&array](std::int64_t first, std::int64_t count) {
      if (array.shape.empty()) return array.tensor();
      auto shape = array.shape;
      const auto row = static_cast<std::int64_t>(array.values.size()) / std::max<std::int64_t>(shape[0], 1);
      shape[0] = count;
      return tensor_of(const_cast<double*>(array.values.data()) + first * row, shape);
    };
  }
  return metric.run(sources, numeric::make_stream(5, numeric::Role::measure, numeric::Purpose::resampling));
}

/// Why the metric refuses the data, or "".
std::string refusal_of(const Metric& metric, const Data& data) {
  try {
    run(metric, data);
  } catch (const PluginError& error) {
    if (error.exit_code() == ExitCode::plugin) throw;
    // Ordinary data gave a result that the metric itself declares finite.
    if (std::string(error.what()).find("is not a finite number") != std::string::npos) throw;
    return error.what();
  }
  return "";
}

/// Made-up data that the metric accepts: in the plane, on a line, each with and without the optional inputs.
struct Suited {
  std::optional<Data> data;
  std::string refusal;  ///< of the first attempt
};
Suited suited_data(const Metric& metric) {
  Suited suited;
  for (const std::int64_t space : {2, 1})
    for (const bool with : {true, false}) {
      auto data = data_for(metric, space);
      data.optional_inputs = with;
      const auto refusal = refusal_of(metric, data);
      if (refusal.empty()) {
        suited.data = std::move(data);
        return suited;
      }
      if (suited.refusal.empty()) suited.refusal = refusal;
    }
  return suited;
}

/// body(metric, data) returns what is wrong, or ""; over all sets of parameters whose metric takes the data.
template <class Body>
CheckResult over_trials(const Component& component, const json& given, Body&& body) {
  int measured = 0;
  std::string refusal;
  for (const auto& trial : trials_of(component, given)) {
    std::optional<Metric> metric;
    try {
      metric.emplace(component, trial.parameters);
    } catch (const PluginError& error) {
      if (trial.words.empty() || error.exit_code() == ExitCode::plugin) throw;
      continue;
    }
    auto suited = suited_data(*metric);
    if (!suited.data) {
      if (refusal.empty()) refusal = suited.refusal;
      continue;
    }
    ++measured;
    if (const std::string wrong = body(*metric, *suited.data); !wrong.empty()) return fail(wrong + in_words(trial));
  }
  if (measured == 0) return skipped("it refuses the made-up recordings: " + refusal);
  return pass(fmt::format("{} measurements", measured));
}

/// Names, shapes and finiteness are looked at by Metric::run, which throws.
CheckResult check_results(const Component& component, const json& given) {
  return over_trials(component, given, [](const Metric& metric, Data data) {
    run(metric, data);
    data.optional_inputs = false;
    const auto& inputs = metric.inputs();
    if (std::any_of(inputs.begin(), inputs.end(), [](const auto& input) { return input.optional; }))
      refusal_of(metric, data);  // it may refuse this
    return std::string();
  });
}

/// Which result differs by more than `tolerance`, or "".
std::string difference(const std::vector<MetricResult>& a, const std::vector<MetricResult>& b, double tolerance) {
  if (a.size() != b.size()) return "the number of results";
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k].value.shape != b[k].value.shape) return fmt::format("the shape of '{}'", a[k].declared.name);
    double largest = 0;
    for (const double x : a[k].value.values)
      if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < a[k].value.values.size(); ++i) {
      const double x = a[k].value.values[i], y = b[k].value.values[i];
      const bool equal = x == y || (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= tolerance * largest;
      if (!equal) return fmt::format("'{}' ({} and {})", a[k].declared.name, x, y);
    }
  }
  return "";
}

CheckResult check_purity(const Component& component, const json& given) {
  return over_trials(component, given, [](const Metric& metric, const Data& data) {
    const auto differs = difference(run(metric, data), run(metric, data), 0);
    return differs.empty() ? "" : "two runs with the same stream differ in " + differs;
  });
}

CheckResult check_chunks(const Component& component, const json& given) {
  return over_trials(component, given, [](const Metric& metric, Data data) {
    const auto whole = run(metric, data);
    for (const std::int64_t chunk : {1, 7}) {
      data.chunk = chunk;
      const auto differs = difference(whole, run(metric, data), largest_rounding);
      if (!differs.empty()) return fmt::format("with chunks of {} trials it differs in {}", chunk, differs);
    }
    return std::string();
  });
}

CheckResult check_cost(const Component& component, const json& given) {
  const Metric metric(component, trials_of(component, given).front().parameters);
  const auto suited = suited_data(metric);
  if (!suited.data) return skipped("it refuses the made-up recordings: " + suited.refusal);
  const auto began = std::chrono::steady_clock::now();
  run(metric, *suited.data);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  return pass(fmt::format("{:.2f} ms for 24 trials of 40 steps", took.count()));
}

}  // namespace

const std::vector<Check>& metric_checks() {
  static const std::vector<Check> checks = {
      {"schema", "every parameter has a description", check_schema},
      {"create", "instances are made or refused with a reason", check_create<Metric>},
      {"results", "every declared result comes, in its shape, finite", check_results},
      {"purity", "the same stream gives the same results", check_purity},
      {"chunks", "how trials are cut into chunks does not matter", check_chunks},
      {"cost", "time of a small measurement", check_cost},
  };
  return checks;
}

}  // namespace reverie::plugin
