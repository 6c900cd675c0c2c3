// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

#include <numeric>

/// The row form without a gradient: the drift loses its mean over units.
struct RowMeanPlain {
  template <class T>
  void advance(reverie::Row<T>& row) const {
    const T mean = std::accumulate(row.drift.begin(), row.drift.end(), T(0)) / static_cast<T>(row.drift.size());
    for (T& d : row.drift) d -= mean;
  }
};
REVERIE_DYNAMICS("row_mean_plain", RowMeanPlain)
