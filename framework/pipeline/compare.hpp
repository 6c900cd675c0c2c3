// SPDX-License-Identifier: BSD-3-Clause
/// What differs between two stored results.
#pragma once

#include <pipeline/plan.hpp>

namespace reverie::pipeline {

struct Difference {
  std::string what;  ///< "configuration", "plugin", "result", "file"
  std::string text;  ///< "friction 0.7 → 0.6", "divergence 0.2 → 0.3"
};

/// Configuration by stage.json, with what changed of inputs that lie beside; plugins by provenance.json, single numbers
/// by result.nc, other files by checksum, and of .nc and .safetensors the variables that differ.
/// Empty: the same. DataError when a folder holds no result.
std::vector<Difference> compare_results(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace reverie::pipeline
