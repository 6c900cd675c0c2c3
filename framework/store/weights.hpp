// SPDX-License-Identifier: BSD-3-Clause
/// Weights and training state as safetensors: readable by PyTorch, JAX and NumPy, no code inside.
///
/// Matrices are (out, in), row-major. Format: 8-byte little-endian header length, JSON header, data; see
/// https://huggingface.co/docs/safetensors.
#pragma once

#include <store/dataset.hpp>

namespace reverie::store {

/// values are float64 in memory; `dtype` says how they are stored ("F32" or "F64").
struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<double> values;
  std::string dtype = "F32";
};

/// Tensors in the given order; metadata goes to "__metadata__".
void write_safetensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

struct Safetensors {
  std::vector<NamedTensor> tensors;
  std::map<std::string, std::string> metadata;
  const NamedTensor* find(const std::string& name) const;
};
/// Accepts F32 and F64 (and F16, BF16, widened). DataError on a truncated or inconsistent file, saying which part.
Safetensors read_safetensors(const std::filesystem::path& file);

}  // namespace reverie::store
