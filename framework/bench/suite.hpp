// SPDX-License-Identifier: BSD-3-Clause
/// Measurements of the framework on this machine, each against a yardstick measured in the same run.
///
/// Training and simulation are compared with their *product floor*: the same matrix products with the same packing,
/// threads and shards, and nothing else (floor.hpp). What is compared runs in turns (A B A B ...) so that a machine
/// that slows down slows all of them; figures are medians over the turns, and the peak of multiply-adds the largest.
#pragma once

#include <bench/machine.hpp>
#include <functional>
#include <optional>
#include <pipeline/plugins.hpp>

namespace reverie::bench {

/// What a figure is to reach.
struct Target {
  double limit;
  bool at_most = true;
};

/// One measured number. Unit "1": a ratio.
struct Figure {
  std::string name, unit;
  double value = 0;
  std::optional<Target> target{};

  /// No target: met.
  bool met() const;
};

/// What one measurement found. Lines of a `series` ("scaling") have the same figures, and are read side by side.
struct Line {
  std::string name, what, series;
  std::vector<Figure> figures;

  void add(std::string figure, std::string unit, double value, std::optional<Target> target = {}) {
    figures.push_back({std::move(figure), std::move(unit), value, target});
  }
};

/// What a run that found these lines exits with: check_failed (5) where it is `strict` and a target is not reached.
ExitCode exit_code_of(const std::vector<Line>& lines, bool strict);

struct Options {
  int repeat = 9;                                   ///< turns of every measurement
  std::string precision = "float32";                ///< of products in training and simulation
  std::filesystem::path scratch;                    ///< an existing folder for the files that simulations write
  pipeline::PluginSearch search;                    ///< where the plugins are that take part
  std::function<std::optional<ExitCode>()> stop{};  ///< asked between turns; a code ends the run with Interrupted
};

/// A measurement by name. `by_default`: part of a run that names none.
struct Measurement {
  std::string name, doc;
  bool by_default;
  std::vector<Line> (*run)(const Options&);
};
const std::vector<Measurement>& measurements();

/// What the calls through the plugin interface cost: the time of a call that has no rows, times calls per step.
std::vector<Line> measure_abi(const Options& options);
/// Metrics at the size of the papers, from samples in memory.
std::vector<Line> measure_metrics(const Options& options);
/// The kinds of matrix products of a training step, one by one, on one core.
std::vector<Line> measure_products(const Options& options);
/// Random numbers per second on one core.
std::vector<Line> measure_random(const Options& options);

}  // namespace reverie::bench
