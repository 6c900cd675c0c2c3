// SPDX-License-Identifier: BSD-3-Clause
/// Place cells: the activity of cells with centres c_k at a position s, and the position an activity stands for.
///
///   d_k = |s - c_k|,  w = width
///   softmax      a_k = exp(-d_k^2 / 2w^2) / sum_j exp(-d_j^2 / 2w^2)
///   gaussian     a_k = exp(-d_k^2 / 2w^2)
///   difference   p_k = softmax(-d^2 / 2w^2)_k - softmax(-d^2 / 4w^2)_k,  a_k = (p_k + |min p|) / sum_j (p_j + |min p|)
///
/// Softmaxes take the nearest cell's exponent out first, so that a position far from all centres (outside the box)
/// still has a well-defined activity. Loops run over rows of `lanes` cells with one partial sum each: sums have a fixed
/// order, the same on every instruction set.
#pragma once

#include <reverie/number.hpp>
#include <reverie/plugin.hpp>
#include <reverie/vectorise.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../most_active.hpp"

namespace place_cells {

enum class Tuning { softmax, gaussian, difference };

inline constexpr std::size_t lanes = 16;

template <class T>
T sum(const T* values, std::size_t count) {
  T partial[lanes] = {};
  for (std::size_t k = 0; k < count; k += lanes)
    for (std::size_t l = 0; l < lanes; ++l) partial[l] += values[k + l];
  T total = 0;
  for (const T p : partial) total += p;
  return total;
}

template <class T>
T minimum(const T* values, std::size_t count) {
  T partial[lanes];
  std::fill(partial, partial + lanes, std::numeric_limits<T>::max());
  for (std::size_t k = 0; k < count; k += lanes)
    for (std::size_t l = 0; l < lanes; ++l) partial[l] = values[k + l] < partial[l] ? values[k + l] : partial[l];
  return *std::min_element(partial, partial + lanes);
}

/// out = squared distances of the cells to (x, y).
template <class T>
void measure(T x, T y, const T* cell_x, const T* cell_y, std::size_t count, T* out) {
  REVERIE_NO_LOOP_DEPENDENCE
  for (std::size_t k = 0; k < count; ++k) {
    const T dx = x - cell_x[k], dy = y - cell_y[k];
    out[k] = dx * dx + dy * dy;
  }
}

/// out = exp(rate (nearest - squared distance)).
template <class T>
void bells(T rate, T nearest, const T* distance, std::size_t count, T* out) {
  REVERIE_NO_LOOP_DEPENDENCE
  for (std::size_t k = 0; k < count; ++k) out[k] = exp(reverie::Scalar<T>((nearest - distance[k]) * rate)).value;
}

/// out = (values + offset) factor.
template <class T>
void rescale(const T* values, T offset, T factor, std::size_t count, T* out) {
  REVERIE_NO_LOOP_DEPENDENCE
  for (std::size_t k = 0; k < count; ++k) out[k] = (values[k] + offset) * factor;
}

/// The cells in the number type of the activity, padded to whole rows of lanes by centres too far away to be active.
template <class T>
class Population {
 public:
  Population(const reverie::View<const double>& centers, double width)
      : cells_(static_cast<std::size_t>(centers.extent(0))),
        padded_((cells_ + lanes - 1) / lanes * lanes),
        rate_(static_cast<T>(1 / (2 * width * width))) {
    constexpr T far_away = T(1e15);  // its square is finite in float32
    x_.assign(padded_, far_away);
    y_.assign(padded_, far_away);
    for (std::size_t k = 0; k < cells_; ++k) {
      x_[k] = static_cast<T>(centers(k, 0));
      y_[k] = static_cast<T>(centers(k, 1));
    }
    for (auto* scratch : {&distance_, &narrow_, &wide_}) scratch->resize(padded_);
  }

  /// activity [rows, cells] of positions [rows, 2].
  void encode(Tuning tuning, const reverie::View<const double>& positions, const reverie::View<T>& activity) {
    for (std::int64_t row = 0; row < positions.extent(0); ++row) {
      measure(static_cast<T>(positions(row, 0)), static_cast<T>(positions(row, 1)), x_.data(), y_.data(), padded_,
              distance_.data());
      T* out = &activity(row, 0);
      switch (tuning) {
        case Tuning::softmax:
          softmax(rate_, narrow_, out, cells_);
          break;
        case Tuning::gaussian:
          bells(rate_, T(0), distance_.data(), cells_, out);
          break;
        case Tuning::difference:
          difference(out);
          break;
      }
    }
  }

 private:
  void softmax(T rate, std::vector<T>& scratch, T* out, std::size_t count) const {
    bells(rate, minimum(distance_.data(), padded_), distance_.data(), padded_, scratch.data());
    rescale(scratch.data(), T(0), T(1) / sum(scratch.data(), padded_), count, out);
  }

  void difference(T* out) {
    softmax(rate_, narrow_, narrow_.data(), padded_);
    softmax(rate_ / T(2), wide_, wide_.data(), padded_);
    T* p = narrow_.data();
    const T* wide = wide_.data();
    REVERIE_NO_LOOP_DEPENDENCE
    for (std::size_t k = 0; k < padded_; ++k) p[k] = p[k] - wide[k];
    // The padding has p = 0, and min p <= 0 because p sums to 0: it changes neither.
    const T lowest = -minimum(p, padded_);
    const T total = sum(p, padded_) + static_cast<T>(cells_) * lowest;
    // All cells equally far: p = 0 everywhere.
    if (total > 0)
      rescale(p, lowest, T(1) / total, cells_, out);
    else
      std::fill(out, out + cells_, T(1) / static_cast<T>(cells_));
  }

  std::size_t cells_, padded_;
  T rate_;
  std::vector<T> x_, y_, distance_, narrow_, wide_;
};

/// positions [rows, 2]: the mean of the centres of the `top` most active cells; of equally active ones the first count.
/// NaN where fewer than `top` activities are numbers.
template <class T>
void decode(const reverie::View<const double>& centers, std::size_t top, const reverie::View<const T>& activity,
            const reverie::View<double>& positions) {
  std::vector<std::int64_t> cell(top);
  for (std::int64_t row = 0; row < activity.extent(0); ++row) {
    const bool enough = most_active(&activity(row, 0), centers.extent(0), cell);
    for (std::int64_t axis = 0; axis < 2; ++axis) {
      double total = 0;
      for (const auto k : cell) total += centers(k, axis);
      positions(row, axis) = enough ? total / static_cast<double>(top) : std::numeric_limits<double>::quiet_NaN();
    }
  }
}

}  // namespace place_cells
