// SPDX-License-Identifier: BSD-3-Clause
/// Eigenvalues and eigenvectors of symmetric matrices, by LAPACK's dsyevr (from OpenBLAS).
#pragma once

#include <reverie/failure.hpp>

#include <cblas.h>

#include <cmath>
#include <cstddef>
#include <vector>

extern "C" void dsyevr_(const char* jobz, const char* range, const char* uplo, const int* n, double* a, const int* lda,
                        const double* vl, const double* vu, const int* il, const int* iu, const double* abstol, int* m,
                        double* w, double* z, const int* ldz, int* isuppz, double* work, const int* lwork, int* iwork,
                        const int* liwork, int* info, std::size_t, std::size_t, std::size_t);

namespace eigen {

/// The threads of a run are the host's (parallel_for); the bits must not depend on how many OpenBLAS would start.
inline void single_threaded_blas() { openblas_set_num_threads(1); }

struct Symmetric {
  std::vector<double> values;   ///< descending
  std::vector<double> vectors;  ///< row k is the unit eigenvector of value k
};

/// The largest `count` eigenpairs of the symmetric n x n matrix (row-major; its lower triangle is read).
inline Symmetric decompose(std::vector<double> matrix, std::size_t n, std::size_t count) {
  single_threaded_blas();
  const int size = static_cast<int>(n), last = size, first = size - static_cast<int>(count) + 1, lwork = 26 * size + 64,
            liwork = 10 * size + 64;
  const double tolerance = 0, unused = 0;
  std::vector<double> ascending(n), z(n * count), work(static_cast<std::size_t>(lwork));
  std::vector<int> support(2 * n), iwork(static_cast<std::size_t>(liwork));
  int found = 0, info = 0;
  // The lower triangle of a row-major matrix is the upper one of LAPACK's column-major view.
  dsyevr_("V", "I", "U", &size, matrix.data(), &size, &unused, &unused, &first, &last, &tolerance, &found,
          ascending.data(), z.data(), &size, support.data(), work.data(), &lwork, iwork.data(), &liwork, &info, 1, 1,
          1);
  if (info != 0 || found != static_cast<int>(count))
    throw reverie::not_finite(
        "the eigenvalues of a covariance could not be computed (LAPACK dsyevr: " + std::to_string(info) + ")");
  Symmetric result;
  for (std::size_t k = count; k-- > 0;) {
    result.values.push_back(ascending[k]);
    result.vectors.insert(result.vectors.end(), z.begin() + static_cast<std::ptrdiff_t>(k * n),
                          z.begin() + static_cast<std::ptrdiff_t>((k + 1) * n));
  }
  return result;
}

/// The symmetric square root of a positive semidefinite matrix [n, n]; eigenvalues below 0 by rounding count as 0.
inline std::vector<double> square_root(const std::vector<double>& matrix, std::size_t n) {
  const auto e = decompose(matrix, n, n);
  // sum_k sqrt(l_k) v_k v_k^T = B^T B with rows B_k = l_k^(1/4) v_k
  auto b = e.vectors;
  for (std::size_t k = 0; k < n; ++k) {
    const double root = std::sqrt(std::sqrt(std::max(e.values[k], 0.0)));
    for (std::size_t j = 0; j < n; ++j) b[k * n + j] *= root;
  }
  std::vector<double> root(n * n);
  const int size = static_cast<int>(n);
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, size, size, size, 1, b.data(), size, b.data(), size, 0,
              root.data(), size);
  return root;
}

}  // namespace eigen
