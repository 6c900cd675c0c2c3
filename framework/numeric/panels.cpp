// SPDX-License-Identifier: BSD-3-Clause
#include <numeric/panels.hpp>

#include <libxsmm.h>
#include <algorithm>
#include <dnnl.hpp>

namespace reverie::numeric {
namespace {

constexpr std::int64_t panel_columns = 32;  ///< 4 vectors; kernels of 2 are slower by a quarter, of 8 by a tenth
constexpr std::int64_t block_rows = 128;

bool panels_are_faster() {
  static const bool are = [] {
    const auto isa = dnnl::get_effective_cpu_isa();
    if (isa != dnnl::cpu_isa::avx2 && isa != dnnl::cpu_isa::avx2_vnni) return false;
    libxsmm_init();
    libxsmm_set_target_archid(LIBXSMM_X86_AVX2);  // also where oneDNN is kept from the AVX-512 of this CPU
    return true;
  }();
  return are;
}

}  // namespace

std::optional<PanelProduct> PanelProduct::make(const PanelShape& shape) {
  if (!panels_are_faster()) return std::nullopt;
  PanelProduct product(shape);
  const float one = 1.0F, beta = shape.accumulate ? 1.0F : 0.0F;
  const int flags = shape.transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
  const auto size = [](std::int64_t n) { return static_cast<libxsmm_blasint>(n); };
  // libxsmm's matrices are in columns: what it calls m, n and k are our columns, rows and inputs.
  const std::int64_t rows_of[] = {block_rows, shape.rows % block_rows};
  const std::int64_t columns_of[] = {panel_columns, shape.outputs % panel_columns};
  for (int block = shape.rows < block_rows; block < 2; ++block)
    for (int panel = shape.outputs < panel_columns; panel < 2; ++panel) {
      if (rows_of[block] == 0 || columns_of[panel] == 0) continue;
      const auto stride_panel = size(columns_of[panel]), stride_a = size(shape.stride_a),
                 stride_c = size(shape.stride_c);
      const auto kernel = libxsmm_smmdispatch(size(columns_of[panel]), size(rows_of[block]), size(shape.inputs),
                                              &stride_panel, &stride_a, &stride_c, &one, &beta, &flags, nullptr);
      if (kernel == nullptr) return std::nullopt;
      product.kernels_[block][panel] = kernel;
    }
  return product;
}

void PanelProduct::pack(const float* values, std::int64_t stride_k, std::int64_t stride_n, float* panels) const {
  for (std::int64_t first = 0; first < shape_.outputs; first += panel_columns) {
    const auto columns = std::min(panel_columns, shape_.outputs - first);
    for (std::int64_t k = 0; k < shape_.inputs; ++k, panels += columns) {
      const auto* from = values + k * stride_k + first * stride_n;
      if (stride_n == 1)
        std::copy_n(from, columns, panels);
      else
        for (std::int64_t n = 0; n < columns; ++n) panels[n] = from[n * stride_n];
    }
  }
}

void PanelProduct::run(const float* a, const float* panels, float* c) const {
  for (std::int64_t first = 0; first < shape_.outputs; first += panel_columns) {
    const auto columns = std::min(panel_columns, shape_.outputs - first);
    for (std::int64_t row = 0; row < shape_.rows; row += block_rows)
      kernels_[shape_.rows - row < block_rows][columns < panel_columns](
          panels, a + row * (shape_.transposed ? 1 : shape_.stride_a), c + row * shape_.stride_c + first);
    panels += shape_.inputs * columns;
  }
}

}  // namespace reverie::numeric
