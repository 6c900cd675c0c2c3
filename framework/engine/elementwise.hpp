// SPDX-License-Identifier: BSD-3-Clause
/// Loops over contiguous arrays between products and plugin calls.
#pragma once

#include <cstdint>
#include <reverie/vectorise.hpp>

namespace reverie::engine {

/// next = state + (drift + noise)
template <class Real>
void move_state(std::int64_t n, const Real* state, const Real* drift, const Real* noise, Real* next) {
  run_vectorised([=] {
    REVERIE_NO_LOOP_DEPENDENCE
    for (std::int64_t i = 0; i < n; ++i) next[i] = state[i] + (drift[i] + noise[i]);
  });
}

/// to += from
template <class Real>
void add_to(std::int64_t n, const Real* from, Real* to) {
  run_vectorised([=] {
    REVERIE_NO_LOOP_DEPENDENCE
    for (std::int64_t i = 0; i < n; ++i) to[i] = to[i] + from[i];
  });
}

/// Every row of [rows][stride] becomes `row` (of `n` elements).
template <class Real>
void broadcast_row(std::int64_t rows, std::int64_t n, std::int64_t stride, const Real* row, Real* to) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < n; ++i) to[r * stride + i] = row[i];
}

/// `row` (of `n` elements) is added to every row of [rows][stride].
template <class Real>
void add_row(std::int64_t rows, std::int64_t n, std::int64_t stride, const Real* row, Real* to) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < n; ++i) to[r * stride + i] = to[r * stride + i] + row[i];
}

/// sum[i] += total of column i of [steps][rows][stride], step by step so that float sums stay short.
template <class Real>
void sum_columns(std::int64_t steps, std::int64_t rows, std::int64_t n, std::int64_t stride, const Real* values,
                 Real* step_sum, Real* sum) {
  run_vectorised([=] {
    for (std::int64_t t = 0; t < steps; ++t) {
      for (std::int64_t i = 0; i < n; ++i) step_sum[i] = 0;
      for (std::int64_t r = 0; r < rows; ++r) {
        const Real* row = values + (t * rows + r) * stride;
        REVERIE_NO_LOOP_DEPENDENCE
        for (std::int64_t i = 0; i < n; ++i) step_sum[i] = step_sum[i] + row[i];
      }
      REVERIE_NO_LOOP_DEPENDENCE
      for (std::int64_t i = 0; i < n; ++i) sum[i] = sum[i] + step_sum[i];
    }
  });
}

}  // namespace reverie::engine
