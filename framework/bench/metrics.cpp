// SPDX-License-Identifier: BSD-3-Clause
#include <bench/measurement.hpp>
#include <bench/suite.hpp>
#include <map>
#include <numeric/random.hpp>
#include <plugin/instance.hpp>

namespace reverie::bench {
namespace {

/// Normal numbers as a recording [trial, time, width] that lies in memory.
class Normals {
 public:
  Normals(std::uint32_t number, std::int64_t trials, std::int64_t times, std::int64_t width)
      : shape_{trials, times, width}, values_(static_cast<std::size_t>(trials * times * width)) {
    const auto stream = numeric::make_stream(0, numeric::Role::measure, numeric::Purpose::task, number);
    const auto row = times * width;
    for (std::int64_t trial = 0; trial < trials; ++trial)
      numeric::fill_normal(stream, static_cast<std::uint32_t>(trial), 0, row, 1.0F, values_.data() + trial * row);
  }
  plugin::Metric::Source source() {
    plugin::Metric::Source source;
    source.shape = shape_;
    source.given = true;
    source.read = [this](std::int64_t first, std::int64_t count) {
      const std::int64_t extents[] = {count, shape_[1], shape_[2]};
      return plugin::tensor_of(values_.data() + first * shape_[1] * shape_[2], extents);
    };
    return source;
  }

 private:
  std::vector<std::int64_t> shape_;
  std::vector<float> values_;
};

/// A metric with its default parameters, given `inputs` by role.
Line measure_metric(const Options& options, const std::string& metric, const std::string& what, double most_seconds,
                    std::map<std::string, Normals> inputs) {
  const auto& component = plugin::Registry::instance().find(plugin::Kind::metric, metric);
  const plugin::Metric instance(component, plugin::check_parameters(component.schema, plugin::json::object()).values);
  std::vector<plugin::Metric::Source> sources;
  for (const auto& declared : instance.inputs()) {
    const auto given = inputs.find(declared.role);
    sources.push_back(given != inputs.end() ? given->second.source() : plugin::Metric::Source{});
  }
  const auto stream = numeric::make_stream(0, numeric::Role::measure, numeric::Purpose::resampling);
  Samples samples;
  for (int turn = 0; turn < options.repeat; ++turn) {
    samples.time("whole", [&] { instance.run(sources, stream); });
    stop_if_asked(options);
  }
  Line line{"metric-" + metric, what, "", {}};
  line.add("whole", "s", samples.median_of("whole"), Target{most_seconds});
  return line;
}

}  // namespace

std::vector<Line> measure_metrics(const Options& options) {
  pipeline::load_plugins(options.search);
  return {measure_metric(options, "kde_divergence", "200 000 kernels in each density, 2 500 points, 2 dimensions", 2,
                         {{"awake", Normals(0, 200, 1000, 2)}, {"replay", Normals(1, 200, 1000, 2)}}),
          measure_metric(options, "explained_variance", "100 000 states of 512 units", 3,
                         {{"fit", Normals(2, 100, 1000, 512)}}),
          measure_metric(options, "path_wasserstein", "500 against 500 paths of 100 steps, 2 dimensions, and the floor",
                         1, {{"awake", Normals(3, 500, 100, 2)}, {"replay", Normals(4, 500, 100, 2)}})};
}

}  // namespace reverie::bench
