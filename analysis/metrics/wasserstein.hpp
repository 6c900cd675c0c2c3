// SPDX-License-Identifier: BSD-3-Clause
/// Wasserstein distances that have a closed form: between normal distributions, and between samples on a line.
#pragma once

#include "eigen.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>

namespace wasserstein {

/// W2^2 of N(m, C) and N(n, D) in d dimensions: |m - n|^2 + tr(C + D - 2 (C^1/2 D C^1/2)^1/2)  (Dowson, Landau 1982).
/// The matrices are row-major and may be singular.
inline double squared_gaussian(std::span<const double> m, const std::vector<double>& c, std::span<const double> n,
                               const std::vector<double>& d) {
  const auto width = m.size();
  double sum = 0;
  for (std::size_t k = 0; k < width; ++k) sum += (m[k] - n[k]) * (m[k] - n[k]) + c[k * width + k] + d[k * width + k];
  const auto root = eigen::square_root(c, width);
  std::vector<double> half(width * width), middle(width * width);
  const int size = static_cast<int>(width);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, root.data(), size, d.data(), size, 0,
              half.data(), size);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, half.data(), size, root.data(), size, 0,
              middle.data(), size);
  for (const double value : eigen::decompose(middle, width, width).values) sum -= 2 * std::sqrt(std::max(value, 0.0));
  return std::max(sum, 0.0);
}

/// W2^2 of two samples on a line, both ascending: the integral over [0, 1] of the squared difference of their
/// quantiles.
inline double squared_on_line(std::span<const double> a, std::span<const double> b) {
  // In units of 1/(n m), sample i of a covers [i m, (i + 1) m), sample j of b covers [j n, (j + 1) n).
  const auto n = static_cast<std::int64_t>(a.size()), m = static_cast<std::int64_t>(b.size());
  double sum = 0;
  std::int64_t at = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const auto end_a = static_cast<std::int64_t>(i + 1) * m, end_b = static_cast<std::int64_t>(j + 1) * n;
    const auto end = std::min(end_a, end_b);
    sum += static_cast<double>(end - at) * (a[i] - b[j]) * (a[i] - b[j]);
    at = end;
    if (end == end_a) ++i;
    if (end == end_b) ++j;
  }
  return sum / (static_cast<double>(n) * static_cast<double>(m));
}

}  // namespace wasserstein
