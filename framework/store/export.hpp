// SPDX-License-Identifier: BSD-3-Clause
/// Files of ours for other programs.
///
///   recordings and results (.nc)   .npz: one array per variable, of the type that is stored, labels as texts
///                                  .csv: tidy, a row per element; coordinates, and units, in columns of their own
///   weights (.safetensors)         .npz: one array per tensor (half precision as float32), .safetensors
///
/// Large variables are streamed. Equal files give equal bytes.
#pragma once

#include <filesystem>
#include <functional>

namespace reverie::store {

/// Both formats by their extensions. `out` appears at once and whole. DataError for a pair of formats that is not in
/// the table, a damaged file, variables that have no counterpart, and what cannot be written. `meanwhile` is called for
/// every megabyte or so of a .nc file; what it throws ends the export.
void export_file(
    const std::filesystem::path& file, const std::filesystem::path& out,
    const std::function<void()>& meanwhile = [] {});

}  // namespace reverie::store
