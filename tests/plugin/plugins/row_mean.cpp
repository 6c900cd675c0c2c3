// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

/// The row form with its own gradient: couples units through the mean of the state,
///   drift' = drift - strength * mean(r) * r,   m' = m + drift.
struct RowMean {
  reverie::parameter strength{0.3};
  static auto parameters() {
    return reverie::parameters(reverie::number("strength", &RowMean::strength).doc("how much"));
  }
  static auto memory() { return reverie::memory("total"); }

  template <class T>
  static T mean(std::span<const T> x) {
    T sum = 0;
    for (const T value : x) sum += value;
    return sum / static_cast<T>(x.size());
  }
  template <class T>
  void advance(reverie::Row<T>& row) const {
    const T k = static_cast<T>(strength.value) * mean<T>(row.state);
    for (std::size_t i = 0; i < row.state.size(); ++i) {
      row.memory[0][i] += row.drift[i];
      row.drift[i] -= k * row.state[i];
    }
  }
  template <class T>
  void advance_vjp(reverie::Row<T>& row, reverie::RowGradient<T>& g) const {
    const T k = static_cast<T>(strength.value), average = mean<T>(row.state), n = static_cast<T>(row.state.size());
    T along_state = 0;
    for (std::size_t i = 0; i < row.state.size(); ++i) along_state += g.drift[i] * row.state[i];
    for (std::size_t i = 0; i < row.state.size(); ++i) {
      g.state[i] -= k * (average * g.drift[i] + along_state / n);
      g.drift[i] += g.memory[0][i];
    }
  }
};
REVERIE_DYNAMICS("row_mean", RowMean)
