// SPDX-License-Identifier: BSD-3-Clause
/// Results to draw from: correlated random walks in the 2.2 m box, a history with a plateau and a break.
#pragma once

#include <analysis/figures/figure.hpp>
#include <plugin/schema.hpp>
#include <store/publication.hpp>
#include <store/recording.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <sstream>

namespace reverie::test {

/// A folder of one test, removed with it.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / fmt::format("reverie-{}-{}", name, ::getpid())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path make(const std::string& name) const {
    std::filesystem::create_directories(path_ / name);
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// recording.nc with position(trial, time, space) as given, steps of 0.02 s.
inline analysis::FigureSource recording(const std::filesystem::path& folder, const std::string& label,
                                        const std::string& phase, std::int64_t trials, std::int64_t steps,
                                        const std::vector<float>& positions, const std::string& unit = "m") {
  const auto space = static_cast<std::int64_t>(positions.size()) / (trials * steps);
  store::Dataset small;
  small.attributes["title"] = label;
  small.attributes["phase"] = phase;
  store::Variable time;
  time.name = "time";
  time.dims = {"time"};
  time.shape = {steps};
  time.unit = "s";
  for (std::int64_t n = 0; n < steps; ++n) time.values.push_back(0.02 * static_cast<double>(n + 1));
  small.variables = {time};
  store::RecordingWriter writer(
      folder / "recording.nc", small,
      {{"position", {"trial", "time", "space"}, {trials, steps, space}, unit, "decoded position"}});
  writer.put("position", 0, trials, positions.data());
  writer.close();
  return {label, "simulate", folder, {}, label};
}

/// Walks that keep their heading for a while and stay in the box of 2.2 m.
inline std::vector<float> walks(std::int64_t trials, std::int64_t steps, unsigned seed, double speed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> start(-1.1, 1.1), heading(-3.1416, 3.1416);
  std::normal_distribution<double> turn(0, 0.25);
  std::vector<float> positions;
  for (std::int64_t trial = 0; trial < trials; ++trial) {
    double x = start(random), y = start(random), angle = heading(random);
    for (std::int64_t step = 0; step < steps; ++step) {
      angle += turn(random);
      x = std::clamp(x + speed * std::cos(angle), -1.1, 1.1);
      y = std::clamp(y + speed * std::sin(angle), -1.1, 1.1);
      if (std::abs(x) >= 1.1 || std::abs(y) >= 1.1) angle += 1.6;
      positions.push_back(static_cast<float>(x));
      positions.push_back(static_cast<float>(y));
    }
  }
  return positions;
}

/// history.csv: loss falls slowly to a plateau and breaks through in the middle; evaluated every 50 batches.
inline analysis::FigureSource training(const std::filesystem::path& folder, const std::string& label, int batches) {
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 0.04);
  std::string table = "batch,loss,evaluation_loss,task_error\n";
  for (int batch = 1; batch <= batches; ++batch) {
    const double share = static_cast<double>(batch) / batches, broken = 1 / (1 + std::exp(-25 * (share - 0.5)));
    const double loss = 5.1e-5 * (1 - 0.88 * broken) * std::exp(noise(random));
    table += fmt::format("{},{},", batch, loss);
    table += batch % 50 == 0 ? fmt::format("{},{}\n", loss * 1.02, 0.55 * (1 - 0.99 * broken)) : ",\n";
  }
  store::write_file_atomically(folder / "history.csv", table);
  return {label, "train", folder};
}

inline store::Variable variable(const std::string& name, const std::vector<std::string>& dims,
                                const std::vector<std::int64_t>& shape, const std::string& unit,
                                const std::vector<double>& values) {
  store::Variable result;
  result.name = name;
  result.dims = dims;
  result.shape = shape;
  result.unit = unit;
  result.values = values;
  return result;
}

using Place = std::vector<std::pair<std::string, plugin::json>>;

/// result.nc with these variables, at a place on the axes that a figure gathers.
inline analysis::FigureSource result(const std::filesystem::path& folder, const std::string& label,
                                     const std::vector<store::Variable>& variables, const Place& place = {}) {
  store::Dataset dataset;
  dataset.variables = variables;
  store::write_dataset(folder / "result.nc", dataset);
  return {label, "measure", folder, place};
}

/// Sources and options that the kind draws.
struct Example {
  std::vector<analysis::FigureSource> sources;
  plugin::json options = plugin::json::object();
};
inline Example example_of(const std::string& kind, const Folder& folder);

/// A file's lines split at commas; good for cells without quotes.
inline std::vector<std::vector<std::string>> cells(const std::filesystem::path& file) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream text(store::read_file(file));
  for (std::string line; std::getline(text, line);) {
    rows.emplace_back();
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

inline std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// Whether the command, given as words without quotes, ends well.
inline bool succeeds(const std::string& command) { return std::system(command.c_str()) == 0; }

/// The options of a kind: its defaults, with `given` on top.
inline plugin::json options(const std::string& kind, const plugin::json& given = plugin::json::object()) {
  return plugin::check_parameters(analysis::figure_options(kind), given).values;
}

inline Example example_of(const std::string& kind, const Folder& folder) {
  const auto make = [&](const std::string& name) { return folder.make(kind + "-" + name); };
  const auto single = [](const std::string& name, double value) { return variable(name, {}, {}, "1", {value}); };
  if (kind == "curve") return {{training(make("h"), "train", 500)}};
  if (kind == "heatmap" || kind == "matrix") {
    Example example;
    example.options = {{"value", "ratio"}};
    example.options[kind == "heatmap" ? "x" : "columns"] = "friction";
    example.options[kind == "heatmap" ? "y" : "rows"] = "strength";
    for (const double friction : {0.5, 1.0})
      for (const double strength : {0.0, 0.1, 0.2})
        example.sources.push_back(result(make(fmt::format("{}-{}", friction, strength)), "reach",
                                         {single("ratio", 2 * friction + strength)},
                                         {{"friction", friction}, {"strength", strength}}));
    return example;
  }
  if (kind == "tradeoff") {
    Example example;
    example.options = {{"x", "reach.ratio"}, {"y", "reach.entropy"}, {"colour", "friction"}};
    for (const double friction : {0.5, 0.75, 1.0})
      example.sources.push_back(result(make(std::to_string(friction)), "reach",
                                       {single("ratio", friction), single("entropy", 2 - friction)},
                                       {{"friction", friction}}));
    return example;
  }
  if (kind == "box")
    return {{result(make("b"), "noisy", {variable("per_trial", {"trial"}, {5}, "m^2", {1, 2, 3, 4, 20})})}};
  if (kind == "polar")
    return {{result(make("p"), "awake",
                    {variable("bearing", {"bearing"}, {4}, "rad", {-2.356, -0.785, 0.785, 2.356}),
                     variable("counts", {"bearing"}, {4}, "1", {1, 2, 3, 4})})}};
  if (kind == "mean_paths") {
    const std::vector<double> mean = {0, 0, 0, 1, -1, 1, 0, 0, 0, 1, 1, 1}, sd(12, 0.05);
    return {{result(make("m"), "means",
                    {variable("awake_mean", {"direction", "awake_time", "space"}, {2, 3, 2}, "m", mean),
                     variable("awake_sd", {"direction", "awake_time", "space"}, {2, 3, 2}, "m", sd)})}};
  }
  return {{recording(make("a"), "awake", "awake", 4, 60, walks(4, 60, 1, 0.03))}};
}

}  // namespace reverie::test
