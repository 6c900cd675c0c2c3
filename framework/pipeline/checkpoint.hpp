// SPDX-License-Identifier: BSD-3-Clause
/// Interrupted trainings: weights, moments, batch and history, saved beside the result in the making, so that the next
/// run goes on and ends with the same bytes.
///
/// A checkpoint carries the stage's fingerprint and a checksum. The one before it is kept: a file that a power cut tore
/// is passed over.
#pragma once

#include <engine/trainer.hpp>
#include <filesystem>
#include <optional>
#include <string>

namespace reverie::pipeline {

struct Checkpoint {
  engine::TrainingState state;
  std::vector<engine::HistoryEntry> history;
};

/// Writes into `folder` by temporary, fsync, rename. DataError when it cannot.
void save_checkpoint(const std::filesystem::path& folder, const std::string& fingerprint, const Checkpoint& checkpoint);

/// The newest one that is whole and belongs to the fingerprint; its arrays are named and shaped like `shapes`.
/// DataError where one may not be read.
std::optional<Checkpoint> load_checkpoint(const std::filesystem::path& folder, const std::string& fingerprint,
                                          const std::vector<engine::NamedArray>& shapes);

/// The batch a training would go on from: 0 where checkpoints are there, and all damaged. DataError as above.
std::optional<std::int64_t> checkpointed_batch(const std::filesystem::path& folder, const std::string& fingerprint);

}  // namespace reverie::pipeline
