// SPDX-License-Identifier: BSD-3-Clause
/// Networks that were trained elsewhere: their tensors, by our names or others', as weights and constants of a model.
///
/// A weight NAME is looked for in the file, in this order:
///   1. under what the map says; several names are summed
///   2. as NAME
///   3. readout.* as w_out.* or decoder.*, as in the public code of Krishna et al. (ICLR 2024)
///   4. a bias of the cell as the sum of PROJECTION.bias over the projections into the same slot: torch.nn.Linear keeps
///      one for the input and one for the state, of which only the sum acts
/// A constant NAME of the task is looked for as task.NAME, and in a file of constants also as NAME.
#pragma once

#include <engine/model.hpp>
#include <filesystem>
#include <map>
#include <store/weights.hpp>
#include <string>
#include <vector>

namespace reverie::pipeline {

struct NetworkImport {
  std::filesystem::path file;       ///< .safetensors, or .npz of a PyTorch state dict; matrices (out, in)
  std::filesystem::path constants;  ///< of the task, likewise; empty: in `file`
  bool draws_constants = false;     ///< from the model's seed instead
  std::string file_sha256, constants_sha256;
  std::map<std::string, std::vector<std::string>> names;  ///< ours -> theirs
};

/// Something that does not fit: the key of the stage at which it shows ("file", "map.bias"), and a sentence.
struct ImportProblem {
  std::string key, message;
};

struct ImportedNetwork {
  std::vector<engine::NamedArray> weights;
  std::vector<plugin::TaskConstant> constants;
  std::vector<ImportProblem> problems;  ///< empty: all is well
};

/// Reads the files. `model` has constants of the right shapes, whose values are used where they are to be drawn.
/// DataError for a file that is missing or damaged.
ImportedNetwork import_network(const NetworkImport& source, const engine::Model& model);

/// Tensors of a .safetensors or .npz file; DataError for another kind of file.
store::Safetensors read_tensors(const std::filesystem::path& file);

}  // namespace reverie::pipeline
