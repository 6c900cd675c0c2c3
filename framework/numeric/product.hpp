// SPDX-License-Identifier: BSD-3-Clause
/// Matrix products of the engine: float32 by oneDNN (weights packed once, used many times), float64 by OpenBLAS.
///
/// All run on the calling thread. The bits of a row can depend on how many rows a call has, so callers keep the number
/// of rows of a call fixed (shards and chunks), whatever the number of threads.
#pragma once

#include <memory>
#include <numeric/aligned.hpp>

namespace reverie::numeric {

/// Extents and row strides (in elements) of C[rows, outputs] (+)= A[rows, inputs] B[inputs, outputs].
struct ProductShape {
  std::int64_t rows = 0, inputs = 0, outputs = 0;
  std::int64_t stride_a = 0, stride_c = 0;
  bool accumulate = false;
};

/// A product with a weight matrix as its right side. pack() before a batch; run() from any thread, each with its own
/// scratch.
template <class Real>
class Product {
 public:
  explicit Product(const ProductShape& shape);
  Product(Product&&) noexcept;
  Product& operator=(Product&&) noexcept;
  ~Product();

  /// B is `weights` [inputs, outputs], or the transpose of `weights` [outputs, inputs] where `transposed`.
  void pack(const Real* weights, bool transposed);
  void run(const Real* a, Real* c) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// gradient[outputs, inputs] (+)= cotangents[rows, outputs]^T sources[rows, inputs]: the gradient of a weight matrix
/// from many rows at once. Row strides in elements; gradient is dense.
template <class Real>
void weight_gradient(std::int64_t rows, std::int64_t outputs, std::int64_t inputs, const Real* cotangents,
                     std::int64_t stride_cotangents, const Real* sources, std::int64_t stride_sources, bool accumulate,
                     Real* gradient);

/// Floating-point operations, two per multiply-add, that products and weight gradients of this process have done so
/// far.
std::uint64_t product_operations();

}  // namespace reverie::numeric
