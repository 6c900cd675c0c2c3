// SPDX-License-Identifier: BSD-3-Clause
/// Matrix products of the engine: float32 by oneDNN or, on AVX2, by libxsmm (numeric/panels.hpp); float64 by OpenBLAS.
/// Weights are packed once and used many times.
///
/// With Precision::bfloat16, operands of float32 products are rounded to bfloat16 (to nearest even) and multiplied and
/// summed by oneDNN's bfloat16 kernels, whose sums and results are float32. numeric/bfloat16.hpp tells where that
/// works. With Precision::bfloat16_emulated they are rounded alike and multiplied in float32, anywhere: a product of
/// two bfloat16 numbers is exact in float32, so the results differ in the order of sums alone.
///
/// All run on the calling thread. The bits of a row can depend on how many rows a call has, so callers keep the number
/// of rows of a call fixed (shards and chunks), whatever the number of threads.
#pragma once

#include <memory>
#include <numeric/aligned.hpp>

namespace reverie::numeric {

/// Operands as they are, or rounded to bfloat16 (float32 products only).
enum class Precision { full, bfloat16, bfloat16_emulated };

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
  Product(const ProductShape& shape, Precision precision);
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

/// Extents and row strides (in elements) of a weight gradient.
struct GradientShape {
  std::int64_t rows = 0, outputs = 0, inputs = 0;
  std::int64_t stride_cotangents = 0, stride_sources = 0;
};

/// gradient[outputs, inputs] += cotangents[rows, outputs]^T sources[rows, inputs]: what many rows at once contribute to
/// the gradient of a weight matrix; gradient is dense.
template <class Real>
class WeightGradient {
 public:
  WeightGradient(const GradientShape& shape, Precision precision);
  WeightGradient(WeightGradient&&) noexcept;
  WeightGradient& operator=(WeightGradient&&) noexcept;
  ~WeightGradient();

  void add(const Real* cotangents, const Real* sources, Real* gradient) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Floating-point operations, two per multiply-add, that products and weight gradients of this process have done so
/// far.
std::uint64_t product_operations();

}  // namespace reverie::numeric
