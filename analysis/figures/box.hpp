// SPDX-License-Identifier: BSD-3-Clause
/// What a box plot draws of a sample.
#pragma once

#include <cstddef>
#include <vector>

namespace reverie::analysis {

struct Box {
  double low = 0, first = 0, median = 0, third = 0, high = 0;  ///< whisker, quartile, median, quartile, whisker
  std::vector<double> outliers;                                ///< ascending
  std::size_t n = 0;
};

/// Quartiles interpolate linearly between order statistics (NumPy's and R's default, Hyndman and Fan's type 7);
/// whiskers end at the last value within 1.5 interquartile ranges of the box. `values`: at least one, all finite.
Box box_of(std::vector<double> values);

}  // namespace reverie::analysis
