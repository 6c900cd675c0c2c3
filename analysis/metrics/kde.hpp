// SPDX-License-Identifier: BSD-3-Clause
/// Gaussian kernel density estimate with full covariance, as SciPy's gaussian_kde.
///
///   p(x) = 1/n sum_j N(x; x_j, H),   H = n^(-2/(d+4)) C   (Scott's factor squared), C the covariance (ddof 1)
///
/// With the Cholesky factor H = L L^T and w = L^-1 x, kernels become exp(-|w - w_j|^2 / 2). Samples are kept whitened,
/// one row per dimension, padded to whole tiles by samples too far away to count. The sum over samples has a fixed
/// order, whatever the instruction set and the thread.
#pragma once

#include <reverie/plugin.hpp>
#include <reverie/vectorise.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace kde {

inline constexpr std::size_t tile = 256;  // samples worked on at a time; one row stays in the first-level cache
inline constexpr std::size_t lanes = 8;

/// e^x for x <= 0 in double, without branches, so that loops over it vectorise: x = n ln 2 + f, |f| <= ln 2 / 2, and
/// the Taylor polynomial of degree 13 in f (truncation 4e-18). 0 below -708, where the result would be denormal.
inline double exp_of_negative(double x) {
  constexpr double shift = 0x1.8p52;  // adding it leaves the integer part in the low bits
  const double clamped = x < -708.0 ? -708.0 : x;
  const double shifted = clamped * std::numbers::log2e + shift;
  const double n = shifted - shift;
  const double f = (clamped - n * 0x1.62e42fefa0000p-1) - n * 0x1.cf79abc9e3b3ap-40;  // ln 2 in two parts
  double p = 1.0 / 6227020800;
  p = p * f + 1.0 / 479001600;
  p = p * f + 1.0 / 39916800;
  p = p * f + 1.0 / 3628800;
  p = p * f + 1.0 / 362880;
  p = p * f + 1.0 / 40320;
  p = p * f + 1.0 / 5040;
  p = p * f + 1.0 / 720;
  p = p * f + 1.0 / 120;
  p = p * f + 1.0 / 24;
  p = p * f + 1.0 / 6;
  p = p * f + 0.5;
  p = p * f + 1.0;
  p = p * f + 1.0;
  const std::uint64_t power = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;  // the shift's own bits fall out
  return x < -708.0 ? 0.0 : p * std::bit_cast<double>(power);
}

/// Row-major d x d matrix.
struct Matrix {
  std::size_t size = 0;
  std::vector<double> values;
  explicit Matrix(std::size_t n) : size(n), values(n * n) {}
  double& operator()(std::size_t i, std::size_t j) { return values[i * size + j]; }
  double operator()(std::size_t i, std::size_t j) const { return values[i * size + j]; }
};

/// Covariance (ddof 1) of samples [n, d].
inline Matrix covariance(std::span<const double> samples, std::size_t d) {
  const std::size_t n = samples.size() / d;
  std::vector<double> mean(d);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t k = 0; k < d; ++k) mean[k] += samples[j * d + k] / static_cast<double>(n);
  Matrix c(d);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t a = 0; a < d; ++a)
      for (std::size_t b = 0; b <= a; ++b) c(a, b) += (samples[j * d + a] - mean[a]) * (samples[j * d + b] - mean[b]);
  for (std::size_t a = 0; a < d; ++a)
    for (std::size_t b = 0; b <= a; ++b) c(b, a) = c(a, b) /= static_cast<double>(n - 1);
  return c;
}

inline reverie::PluginFailure singular(const std::string& what) {
  return reverie::not_finite("the covariance of the " + what +
                             " samples is singular (they lie on a point, a line or a plane): no density can be "
                             "estimated");
}

/// Lower L with L L^T = h; numeric failure where h is not positive definite to rounding. `what` names the samples.
inline Matrix cholesky(const Matrix& h, const std::string& what) {
  Matrix l(h.size);
  for (std::size_t i = 0; i < h.size; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = h(i, j);
      for (std::size_t k = 0; k < j; ++k) rest -= l(i, k) * l(j, k);
      if (i == j && !(rest > 1e-13 * h(i, i))) throw singular(what);
      l(i, j) = i == j ? std::sqrt(rest) : rest / l(j, j);
    }
  return l;
}

class Density {
 public:
  /// samples [n, d], n > d, all finite. `what` names them in errors.
  Density(std::span<const double> samples, std::size_t dimensions, const std::string& what)
      : dimensions_(dimensions), count_(samples.size() / dimensions), bandwidth_(dimensions), factor_(dimensions) {
    if (count_ <= dimensions)
      throw reverie::not_finite(std::to_string(count_) + " " + what + " samples in " + std::to_string(dimensions) +
                                " dimensions are too few to estimate a density");
    const double n = static_cast<double>(count_), d = static_cast<double>(dimensions);
    bandwidth_ = covariance(samples, dimensions);
    // A coordinate that is constant varies by rounding of its mean, the more the more samples there are.
    for (std::size_t k = 0; k < dimensions; ++k) {
      bool varies = false;
      for (std::size_t j = k; j < samples.size() && !varies; j += dimensions) varies = samples[j] != samples[k];
      if (!varies || !(bandwidth_(k, k) > 1e-26 * samples[k] * samples[k])) throw singular(what);
    }
    for (double& h : bandwidth_.values) h *= std::pow(n, -2 / (d + 4));
    factor_ = cholesky(bandwidth_, what);

    double determinant_root = 1;
    for (std::size_t k = 0; k < dimensions; ++k) determinant_root *= factor_(k, k);
    normalisation_ = 1 / (n * std::pow(2 * std::numbers::pi, d / 2) * determinant_root);

    padded_ = (count_ + tile - 1) / tile * tile;
    constexpr double far_away = 1e100;
    whitened_.assign(dimensions * padded_, far_away);
    std::vector<double> w(dimensions);
    for (std::size_t j = 0; j < count_; ++j) {
      whiten(samples.subspan(j * dimensions, dimensions), w);
      for (std::size_t k = 0; k < dimensions; ++k) whitened_[k * padded_ + j] = w[k];
    }
  }

  std::size_t count() const { return count_; }
  /// H.
  const Matrix& bandwidth() const { return bandwidth_; }

  /// densities[m] at points [m, d].
  void evaluate(std::span<const double> points, std::span<double> densities) const {
    std::vector<double> w(dimensions_);
    reverie::run_vectorised([&] {
      for (std::size_t m = 0; m < densities.size(); ++m) {
        whiten(points.subspan(m * dimensions_, dimensions_), w);
        densities[m] = normalisation_ * sum_of_kernels(w.data());
      }
    });
  }

  /// A draw from the density: sample `index` plus L z, with standard normals z [d].
  void draw(std::size_t index, std::span<const double> z, std::span<double> point) const {
    for (std::size_t a = 0; a < dimensions_; ++a) {
      point[a] = 0;
      for (std::size_t k = 0; k <= a; ++k) point[a] += factor_(a, k) * (whitened_[k * padded_ + index] + z[k]);
    }
  }

 private:
  /// Solves L w = x.
  void whiten(std::span<const double> x, std::span<double> w) const {
    for (std::size_t a = 0; a < dimensions_; ++a) {
      double rest = x[a];
      for (std::size_t k = 0; k < a; ++k) rest -= factor_(a, k) * w[k];
      w[a] = rest / factor_(a, a);
    }
  }

  double sum_of_kernels(const double* w) const {
    double partial[lanes] = {};
    double distance[tile];
    for (std::size_t first = 0; first < padded_; first += tile) {
      std::fill(distance, distance + tile, 0.0);
      for (std::size_t k = 0; k < dimensions_; ++k) {
        const double* row = &whitened_[k * padded_ + first];
        const double at = w[k];
        for (std::size_t j = 0; j < tile; ++j) distance[j] += (at - row[j]) * (at - row[j]);
      }
      for (std::size_t j = 0; j < tile; ++j) distance[j] = exp_of_negative(-0.5 * distance[j]);
      for (std::size_t j = 0; j < tile; j += lanes)
        for (std::size_t l = 0; l < lanes; ++l) partial[l] += distance[j + l];
    }
    double total = 0;
    for (const double p : partial) total += p;
    return total;
  }

  std::size_t dimensions_, count_, padded_ = 0;
  Matrix bandwidth_, factor_;
  double normalisation_ = 0;
  std::vector<double> whitened_;  // [d, padded]
};

}  // namespace kde
