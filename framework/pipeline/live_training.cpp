// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pipeline/live_training.hpp>

namespace reverie::pipeline {
namespace {

using nlohmann::json;
using Points = std::vector<std::pair<double, double>>;

constexpr const char* live_file = "live.json";
constexpr double write_interval = 2;      // seconds
constexpr std::size_t most_points = 400;  // of a curve
constexpr std::size_t most_moments = 5;   // with paths
constexpr std::int64_t most_steps = 100;  // of a path

/// Means of neighbours, so that a curve is not longer than a page can show.
Points thinned(const Points& points) {
  const auto width = (points.size() + most_points - 1) / most_points;
  if (width < 2) return points;
  Points few;
  for (std::size_t begin = 0; begin < points.size(); begin += width) {
    const auto end = std::min(begin + width, points.size());
    double sum = 0;
    for (auto k = begin; k < end; ++k) sum += points[k].second;
    few.emplace_back(points[end - 1].first, sum / static_cast<double>(end - begin));
  }
  return few;
}

/// Four digits after the point: what a small plot can show.
double rounded(double value) { return std::round(value * 1e4) / 1e4; }

/// Keeps the first and the last, and every other one between, when there are too many.
void thin_out(std::vector<analysis::ReportPaths>& moments) {
  if (moments.size() <= most_moments) return;
  std::vector<analysis::ReportPaths> few;
  for (std::size_t k = 0; k < moments.size(); ++k)
    if (k % 2 == 0 || k + 1 == moments.size()) few.push_back(std::move(moments[k]));
  moments = std::move(few);
}

}  // namespace

LiveTraining::LiveTraining(std::filesystem::path folder, std::int64_t batches, const plugin::Task& task,
                           const std::vector<engine::HistoryEntry>& before)
    : file_(std::move(folder) / live_file) {
  shown_.batches = batches;
  shown_.coordinates = static_cast<std::size_t>(task.latents());
  shown_.angle = task.latent_is_angle();
  shown_.unit = task.latent_unit();
  for (const auto& entry : before) add(entry);
}

LiveTraining::~LiveTraining() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

void LiveTraining::add(const engine::HistoryEntry& entry) {
  const auto batch = static_cast<double>(entry.batch);
  shown_.batch = entry.batch;
  shown_.loss.emplace_back(batch, entry.loss);
  if (entry.evaluated) shown_.evaluation_loss.emplace_back(batch, entry.evaluation_loss);
  const auto now = std::chrono::steady_clock::now();
  if (std::chrono::duration<double>(now - written_).count() < write_interval) return;
  written_ = now;
  write();
}

void LiveTraining::add(const engine::EvaluatedPaths& paths) {
  const auto stride = (paths.steps + most_steps - 1) / most_steps;
  analysis::ReportPaths moment{paths.batch, {}, {}};
  for (std::int64_t trial = 0; trial < paths.trials; ++trial)
    for (const auto& [from, to] : {std::pair{&paths.decoded, &moment.decoded}, {&paths.latent, &moment.latent}}) {
      to->emplace_back();
      for (std::int64_t n = 0; n < paths.steps; n += stride)
        for (std::int64_t k = 0; k < paths.coordinates; ++k)
          to->back().push_back(
              rounded((*from)[static_cast<std::size_t>((trial * paths.steps + n) * paths.coordinates + k)]));
    }
  shown_.paths.push_back(std::move(moment));
  thin_out(shown_.paths);
}

void LiveTraining::write() {
  json moments = json::array();
  for (const auto& moment : shown_.paths)
    moments.push_back({{"batch", moment.batch}, {"decoded", moment.decoded}, {"latent", moment.latent}});
  const json record = {{"batch", shown_.batch},
                       {"batches", shown_.batches},
                       {"coordinates", shown_.coordinates},
                       {"angle", shown_.angle},
                       {"unit", shown_.unit},
                       {"loss", thinned(shown_.loss)},
                       {"evaluation_loss", thinned(shown_.evaluation_loss)},
                       {"paths", std::move(moments)}};
  // Whole or not at all, but without waiting for the disk: the file is worth nothing after a crash.
  auto temporary = file_;
  temporary += ".new";
  std::ofstream(temporary) << record.dump() << std::flush;
  std::error_code ignored;
  std::filesystem::rename(temporary, file_, ignored);
  if (ignored) std::filesystem::remove(temporary, ignored);
}

std::optional<analysis::ReportTraining> read_live_training(const std::filesystem::path& work_folder) {
  std::ifstream stream(work_folder / live_file);
  const auto record = json::parse(stream, nullptr, false);
  if (!record.is_object()) return std::nullopt;
  try {
    analysis::ReportTraining training;
    training.batch = record.at("batch");
    training.batches = record.at("batches");
    training.coordinates = record.at("coordinates");
    training.angle = record.at("angle");
    training.unit = record.at("unit");
    training.loss = record.at("loss").get<Points>();
    training.evaluation_loss = record.at("evaluation_loss").get<Points>();
    for (const auto& moment : record.at("paths"))
      training.paths.push_back({moment.at("batch"), moment.at("decoded"), moment.at("latent")});
    return training;
  } catch (const json::exception&) {
    return std::nullopt;  // of another version
  }
}

}  // namespace reverie::pipeline
