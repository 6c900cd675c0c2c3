// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <pipeline/network_file.hpp>
#include <pipeline/run_stage.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

/// The file must still be the one that was planned with: its hash is in the result's fingerprint.
void require_unchanged(const std::filesystem::path& file, const std::string& sha256) {
  if (file.empty() || store::sha256_file(file) == sha256) return;
  throw store::DataError(fmt::format("'{}' was changed while the pipeline ran", file.string()),
                         "Run the pipeline again.");
}

}  // namespace

bool run_import(const ImportStage& work, const StageRun& run) {
  const auto& source = work.source;
  const auto task = make_task(work.model.task);
  const auto model = make_model(work.model, draw_constants(*task, work.model.seed));
  const auto network = import_network(source, model);
  require_unchanged(source.file, source.file_sha256);
  require_unchanged(source.constants, source.constants_sha256);
  if (!network.problems.empty()) throw store::DataError(network.problems.front().message, "Run the pipeline again.");

  const auto title =
      fmt::format("{} on {}, trained elsewhere", work.model.network.cell.component->id, work.model.task.component->id);
  auto attributes = result_attributes(run.stage, title, work.model.seed);
  if (!source.draws_constants) attributes.erase("seed");  // nothing was drawn
  write_network(run.folder / weights_file, network.weights, network.constants, attributes);
  return true;
}

}  // namespace reverie::pipeline
