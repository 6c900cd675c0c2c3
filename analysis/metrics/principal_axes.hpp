// SPDX-License-Identifier: BSD-3-Clause
/// Principal component analysis of data that stream by: mean and covariance in one pass, then axes and projections.
#pragma once

#include "eigen.hpp"
#include "trials.hpp"

#include <algorithm>

namespace principal {

/// Sums of rows [n, width] that arrive in any portions. Rows are gathered in blocks of fixed size, and the product of a
/// block is cut in tiles of fixed size, so that the bits depend neither on the portions nor on the number of threads.
class Moments {
 public:
  explicit Moments(std::int64_t width)
      : width_(trials::index(width)), shift_(width_), sum_(width_), products_(width_ * width_) {
    if (width > 16384)
      throw reverie::invalid("a covariance of " + std::to_string(width) + " units does not fit; at most 16384 do");
    block_.reserve(block_rows * width_);
  }

  void add(const reverie::MetricJob& job, const double* rows, std::int64_t count) {
    for (std::int64_t done = 0; done < count;) {
      const auto room = static_cast<std::int64_t>(block_rows - block_.size() / width_);
      const auto here = std::min(room, count - done);
      block_.insert(block_.end(), rows + done * static_cast<std::int64_t>(width_),
                    rows + (done + here) * static_cast<std::int64_t>(width_));
      done += here;
      if (here == room) flush(job);
    }
  }

  /// Takes in what is left of the last block; before mean and covariance are asked for.
  void finish(const reverie::MetricJob& job) {
    if (!block_.empty()) flush(job);
  }

  std::int64_t count() const { return count_; }
  std::vector<double> mean() const {
    auto m = shift_;
    for (std::size_t k = 0; k < width_; ++k) m[k] += sum_[k] / static_cast<double>(count_);
    return m;
  }
  /// ddof 1, row-major; the lower triangle is filled.
  std::vector<double> covariance() const {
    if (count_ < 2) throw reverie::not_finite("a single sample has no covariance");
    const auto n = static_cast<double>(count_);
    auto c = products_;
    for (std::size_t a = 0; a < width_; ++a)
      for (std::size_t b = 0; b <= a; ++b) c[a * width_ + b] = (c[a * width_ + b] - sum_[a] * sum_[b] / n) / (n - 1);
    return c;
  }

 private:
  static constexpr std::size_t block_rows = 1024, tile = 128;

  void flush(const reverie::MetricJob& job) {
    const auto rows = block_.size() / width_;
    if (count_ == 0)  // sums of deviations from about the mean lose no digits
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t k = 0; k < width_; ++k) shift_[k] += block_[i * width_ + k] / static_cast<double>(rows);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t k = 0; k < width_; ++k) sum_[k] += block_[i * width_ + k] -= shift_[k];

    std::vector<std::pair<std::size_t, std::size_t>> tiles;
    for (std::size_t a = 0; a < width_; a += tile)
      for (std::size_t b = 0; b <= a; b += tile) tiles.emplace_back(a, b);
    eigen::single_threaded_blas();
    const auto extent = [&](std::size_t first) { return static_cast<int>(std::min(tile, width_ - first)); };
    const int stride = static_cast<int>(width_);
    job.parallel_for(static_cast<std::int64_t>(tiles.size()), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto t = begin; t < end; ++t) {
        const auto [a, b] = tiles[trials::index(t)];
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, extent(a), extent(b), static_cast<int>(rows), 1,
                    &block_[a], stride, &block_[b], stride, 1, &products_[a * width_ + b], stride);
      }
    });
    count_ += static_cast<std::int64_t>(rows);
    block_.clear();
  }

  std::size_t width_;
  std::int64_t count_ = 0;
  std::vector<double> shift_, sum_, products_, block_;
};

struct Axes {
  std::vector<double> mean;        // [unit]
  std::vector<double> components;  // [component, unit], orthonormal; the loading of largest size is positive
  std::vector<double> variance;    // [component], descending
  double total = 0;                // variance of all units

  std::size_t width() const { return mean.size(); }
  std::size_t count() const { return variance.size(); }

  /// Coordinates [rows, component] of rows [rows, unit] on the axes.
  std::vector<double> project(const double* rows, std::int64_t count_of_rows) const {
    std::vector<double> centred(rows, rows + count_of_rows * static_cast<std::int64_t>(width()));
    for (std::size_t i = 0; i < centred.size(); ++i) centred[i] -= mean[i % width()];
    std::vector<double> result(trials::index(count_of_rows) * count());
    const int w = static_cast<int>(width()), c = static_cast<int>(count());
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(count_of_rows), c, w, 1, centred.data(), w,
                components.data(), w, 0, result.data(), c);
    return result;
  }
};

/// The first `count` principal axes, or all where there are fewer. `what` names the data in errors.
inline Axes axes_of(const Moments& moments, std::int64_t count, const std::string& what) {
  Axes axes;
  axes.mean = moments.mean();
  const auto width = axes.width();
  auto covariance = moments.covariance();
  double size = 0;
  for (std::size_t k = 0; k < width; ++k) {
    axes.total += covariance[k * width + k];
    size += axes.mean[k] * axes.mean[k];
  }
  // Equal samples differ by rounding at most.
  if (!(axes.total > 1e-26 * size))
    throw reverie::not_finite("all samples of " + what + " are equal: they have no variance to explain");
  auto e = eigen::decompose(std::move(covariance), width, std::min(trials::index(count), width));
  axes.components = std::move(e.vectors);
  for (const double value : e.values) axes.variance.push_back(std::max(value, 0.0));
  for (std::size_t k = 0; k < axes.count(); ++k) {
    double* row = &axes.components[k * width];
    const double largest =
        *std::max_element(row, row + width, [](double a, double b) { return std::abs(a) < std::abs(b); });
    if (largest < 0)
      for (std::size_t j = 0; j < width; ++j) row[j] = -row[j];
  }
  return axes;
}

}  // namespace principal
