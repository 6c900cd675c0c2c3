// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/angle_units.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <analysis/figures/positions.hpp>
#include <store/recording.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace reverie::analysis {
namespace {

/// A recording opened for its positions, with shape [trial, time, space].
struct Opened {
  store::RecordingReader reader;
  std::int64_t trials, steps, space;
};

Opened open_recording(const FigureSource& source, const std::string& variable, bool angles, Positions& positions) {
  Opened opened{store::RecordingReader(source.folder / "recording.nc"), 0, 0, 0};
  const store::RecordingReader& reader = opened.reader;
  if (!reader.has(variable)) {
    throw store::DataError(
        fmt::format("the recording of '{}' ({}) has no variable '{}'", source.label, reader.file().string(), variable),
        fmt::format("it has {}", fmt::join(reader.names(), ", ")));
  }
  const auto shape = reader.shape(variable);
  positions.unit = reader.unit(variable);
  positions.bearings = angles && shape.size() == 3 && shape[2] == 1 && angles::turn_of(positions.unit) > 0;
  if (shape.size() != 3 || shape[0] < 1 || shape[1] < 1 || (shape[2] < 2 && !positions.bearings)) {
    throw store::DataError(
        fmt::format("'{}' in the recording of '{}' has shape ({})", variable, source.label, fmt::join(shape, ", ")),
        fmt::format("paths in the plane need (trial, time, space) with two coordinates{}",
                    angles ? ", or an angle" : ""));
  }
  opened.trials = shape[0];
  opened.steps = shape[1];
  opened.space = shape[2];
  const auto attributes = reader.attributes();
  const auto phase = attributes.find("phase");
  positions.label = source.label;
  positions.phase = phase == attributes.end() ? "" : phase->second;
  positions.recorded_trials = opened.trials;
  positions.steps = opened.steps;
  if (reader.has("time") && reader.shape("time") == std::vector<std::int64_t>{opened.steps}) {
    positions.time = reader.read_double("time");
    positions.time_unit = reader.unit("time");
  } else {
    positions.time.resize(static_cast<std::size_t>(opened.steps));
    std::iota(positions.time.begin(), positions.time.end(), 0.0);
  }
  return opened;
}

}  // namespace

Positions read_positions(const FigureSource& source, const std::string& variable, std::int64_t trials) {
  Positions positions;
  const Opened opened = open_recording(source, variable, true, positions);
  positions.trials = trials < 0 ? opened.trials : std::min(trials, opened.trials);
  const auto values = opened.reader.read(variable, 0, positions.trials);
  const auto space = static_cast<std::size_t>(opened.space);
  const double radians = 2 * std::numbers::pi / angles::turn_of(positions.unit);
  const auto steps = static_cast<std::size_t>(opened.steps);
  for (std::size_t i = 0; i < values.size(); i += space) {
    const double radius = static_cast<double>(i % steps + 1) / static_cast<double>(steps);
    positions.x.push_back(positions.bearings ? static_cast<float>(radius * std::cos(values[i] * radians)) : values[i]);
    positions.y.push_back(positions.bearings ? static_cast<float>(radius * std::sin(values[i] * radians))
                                             : values[i + 1]);
  }
  if (positions.bearings) positions.unit = "";
  const store::RecordingReader& reader = opened.reader;
  if (positions.phase != "quiescent" && reader.has("trial_direction") &&
      reader.shape("trial_direction") == std::vector<std::int64_t>{opened.trials})
    for (const double direction : reader.read_double("trial_direction"))
      positions.direction.push_back(direction >= 0 ? static_cast<std::int64_t>(direction) : 0);
  // Tasks without directions record one.
  const auto& all = positions.direction;
  if (std::equal(all.begin() + (all.empty() ? 0 : 1), all.end(), all.begin())) positions.direction.clear();
  return positions;
}

PositionSample sample_positions(const FigureSource& source, const std::string& variable, std::int64_t maximum) {
  PositionSample sample;
  const Opened opened = open_recording(source, variable, false, sample.positions);
  sample.recorded_steps = opened.steps;
  sample.total = opened.trials * opened.steps;
  sample.stride = (sample.total + maximum - 1) / maximum;
  // No divisor in common with the number of steps, so that all steps have their share.
  while (sample.stride > 1 && std::gcd(sample.stride, opened.steps) > 1) ++sample.stride;
  constexpr std::int64_t block = 64;  // trials in memory at once
  for (std::int64_t first = 0; first < opened.trials; first += block) {
    const auto values = opened.reader.read(variable, first, std::min(block, opened.trials - first));
    const std::int64_t begin = first * opened.steps;
    const std::int64_t end = begin + static_cast<std::int64_t>(values.size()) / opened.space;
    for (std::int64_t i = (begin + sample.stride - 1) / sample.stride * sample.stride; i < end; i += sample.stride) {
      const auto at = static_cast<std::size_t>((i - begin) * opened.space);
      if (std::isfinite(values[at]) && std::isfinite(values[at + 1])) {
        sample.positions.x.push_back(values[at]);
        sample.positions.y.push_back(values[at + 1]);
      } else {
        ++sample.not_finite;
      }
    }
  }
  if (sample.positions.x.empty()) {
    throw store::DataError(
        fmt::format("every '{}' in the recording of '{}' is infinite or not a number", variable, source.label),
        "the simulation diverged: lower its noise or the strength of its dynamics");
  }
  return sample;
}

std::vector<PlaneLimits> limits_option(const plugin::json& options) {
  const auto values = numbers_in(options, "limits");
  if (values.empty()) return {};
  return {PlaneLimits{values[0], values[1], values[2], values[3]}};
}

Problems check_plane(const plugin::json& options, const std::vector<FigureSource>&) {
  const auto values = numbers_in(options, "limits");
  if (values.empty() || (values.size() == 4 && values[0] < values[1] && values[2] < values[3])) return {};
  return {{"limits", "'limits' must be [x_min, x_max, y_min, y_max], two increasing pairs"}};
}

plugin::ParameterSpec limits_parameter(const std::string& doc) {
  plugin::ParameterSpec spec;
  spec.name = "limits";
  spec.type = REVERIE_NUMBERS;
  spec.doc = doc;
  spec.default_value = plugin::json::array();
  return spec;
}

plugin::ParameterSpec variable_parameter() {
  plugin::ParameterSpec spec;
  spec.name = "variable";
  spec.type = REVERIE_CHOICE;
  spec.doc = "decoded positions, or the true ones of an awake recording";
  spec.default_value = "position";
  spec.choices = {"position", "latent"};
  return spec;
}

PlaneLimits extent_of(const Positions& positions) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  PlaneLimits extent{infinity, -infinity, infinity, -infinity};
  for (std::size_t i = 0; i < positions.x.size(); ++i) {
    const double x = positions.x[i], y = positions.y[i];
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    extent = {std::min(extent.x_min, x), std::max(extent.x_max, x), std::min(extent.y_min, y),
              std::max(extent.y_max, y)};
  }
  return extent.x_min > extent.x_max ? PlaneLimits{0, 0, 0, 0} : extent;
}

PlaneLimits enclosing_square(const std::vector<PlaneLimits>& extents) {
  PlaneLimits all = extents.at(0);
  for (const PlaneLimits& extent : extents) {
    all = {std::min(all.x_min, extent.x_min), std::max(all.x_max, extent.x_max), std::min(all.y_min, extent.y_min),
           std::max(all.y_max, extent.y_max)};
  }
  double half = 0.55 * std::max(all.x_max - all.x_min, all.y_max - all.y_min);
  if (half == 0) half = 1;
  const double x_centre = (all.x_min + all.x_max) / 2, y_centre = (all.y_min + all.y_max) / 2;
  return {x_centre - half, x_centre + half, y_centre - half, y_centre + half};
}

std::string phase_colour(const std::string& phase) {
  if (phase == "awake") return "#2ca7c5";
  return phase == "quiescent" ? "#ee3233" : "#555555";
}

std::string describe_recording(const Positions& positions, std::int64_t steps) {
  std::string text = positions.phase.empty() ? "" : positions.phase + ", ";
  text += fmt::format("{} step{}", steps, steps == 1 ? "" : "s");
  if (positions.time.size() > 1 && !positions.time_unit.empty() && positions.time_unit != "1") {
    text += fmt::format(" of {:.4g} {}", positions.time[1] - positions.time[0], positions.time_unit);
  }
  return text;
}

}  // namespace reverie::analysis
