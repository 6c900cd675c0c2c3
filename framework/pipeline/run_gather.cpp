// SPDX-License-Identifier: BSD-3-Clause
#include <pipeline/gather.hpp>
#include <pipeline/results.hpp>
#include <pipeline/run_stage.hpp>

namespace reverie::pipeline {

bool run_gather(const GatherStage& work, const StageRun& run) {
  std::vector<PlacedNumbers> results;
  for (std::size_t k = 0; k < run.inputs.size(); ++k)
    results.push_back({work.coordinates[k], read_numbers(*run.input_stages[k], run.inputs[k])});
  auto dataset = gather(results, work.over, work.reduce, work.values);
  dataset.attributes = result_attributes(run.stage, "results of a sweep", 0);
  store::write_dataset(run.folder / result_file, dataset);
  store::write_csv(run.folder / result_table_file, dataset);
  return true;
}

}  // namespace reverie::pipeline
