// SPDX-License-Identifier: BSD-3-Clause
/// float32 products on CPUs with AVX2 and no AVX-512, by libxsmm's generated kernels on a right side in panels of 32
/// columns (docs/decisions/0013-panels-on-avx2.md).
#pragma once

#include <cstdint>
#include <optional>

namespace reverie::numeric {

/// C[rows, outputs] (+)= A B, with row strides in elements. A is stored as [rows, inputs], or as [inputs, rows] where
/// `transposed`; B [inputs, outputs] is in panels, dense.
struct PanelShape {
  std::int64_t rows = 0, inputs = 0, outputs = 0;
  std::int64_t stride_a = 0, stride_c = 0;
  bool transposed = false, accumulate = false;
};

class PanelProduct {
 public:
  /// Nothing where oneDNN has kernels of its own for this CPU (AVX-512), the CPU has no AVX2, or libxsmm generates no
  /// kernel of this shape.
  static std::optional<PanelProduct> make(const PanelShape& shape);

  /// B, whose element [k, n] is values[k * stride_k + n * stride_n], into `panels` [inputs * outputs].
  void pack(const float* values, std::int64_t stride_k, std::int64_t stride_n, float* panels) const;
  void run(const float* a, const float* panels, float* c) const;

 private:
  using Kernel = void (*)(const float* panel, const float* a, float* c, ...);
  explicit PanelProduct(const PanelShape& shape) : shape_(shape) {}

  PanelShape shape_;
  /// Of a whole block of rows or the last one, times a whole panel or the last one; those needed are there.
  Kernel kernels_[2][2] = {};
};

}  // namespace reverie::numeric
