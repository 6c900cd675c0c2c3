// SPDX-License-Identifier: BSD-3-Clause
/// Writes one recording, one result and one weights file whose values follow from their indices, for other readers:
/// store_samples FOLDER.
#include <cstdio>
#include <store/recording.hpp>
#include <store/weights.hpp>

using namespace reverie::store;

namespace {

constexpr std::int64_t trials = 3, steps = 4, space = 2, units = 5;

/// position[trial, time, space] = 100 trial + 10 time + space; state likewise with unit.
void write_recording(const std::filesystem::path& file) {
  const Dataset small{{{"time", {"time"}, {steps}, "s", "time since the start", {0.02, 0.04, 0.06, 0.08}, {}},
                       {"space", {"space"}, {space}, "", "coordinate", {}, {"x", "y"}},
                       {"endpoint", {"direction", "space"}, {2, space}, "m", "", {-1, 1, 1, 1}, {}}},
                      {{"title", "Träume"}, {"seed", "0"}}};
  RecordingWriter writer(file, small,
                         {{"position", {"trial", "time", "space"}, {trials, steps, space}, "m", "decoded position"},
                          {"state", {"trial", "time", "unit"}, {trials, steps, units}, "1", ""}});
  for (std::int64_t trial = 0; trial < trials; ++trial) {
    std::vector<float> position, state;
    for (std::int64_t step = 0; step < steps; ++step) {
      for (std::int64_t k = 0; k < space; ++k) position.push_back(static_cast<float>(100 * trial + 10 * step + k));
      for (std::int64_t k = 0; k < units; ++k) state.push_back(static_cast<float>(100 * trial + 10 * step + k));
    }
    writer.put("position", trial, 1, position.data());
    writer.put("state", trial, 1, state.data());
  }
  writer.close();
}

void write_result(const std::filesystem::path& file) {
  write_dataset(file, {{{"condition", {"condition"}, {2}, "", "", {}, {"noisy, biased", "λ = ½"}},
                        {"divergence", {"condition"}, {2}, "nat", "KL divergence", {0.1, 2.5}, {}},
                        {"compression", {}, {}, "1", "", {1.25}, {}}},
                       {{"title", "result"}}});
  auto table = file;
  write_csv(table.replace_extension(".csv"), read_dataset(file));
}

/// weight[i, j] = i + j / 8, exact in both precisions.
void write_weights(const std::filesystem::path& file) {
  std::vector<double> weight;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) weight.push_back(i + j / 8.0);
  write_safetensors(file,
                    {{"w_rec.weight", {3, 4}, weight, "F32"},
                     {"odd", {1}, {0.5}, "F32"},
                     {"task.centres", {3, 4}, weight, "F64"},
                     {"step", {}, {2500}, "F64"}},
                    {{"format", "pt"}, {"network", "träume"}});
}

}  // namespace

int main(int argument_count, char** arguments) try {
  if (argument_count != 2) return 2;
  const std::filesystem::path folder = arguments[1];
  write_recording(folder / "recording.nc");
  write_result(folder / "result.nc");
  write_weights(folder / "weights.safetensors");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
