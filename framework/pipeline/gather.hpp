// SPDX-License-Identifier: BSD-3-Clause
/// Results of a sweep as one dataset, with the axes as coordinates.
#pragma once

#include <pipeline/plan.hpp>
#include <store/dataset.hpp>

namespace reverie::pipeline {

/// Numbers with their place on the gathered axes.
struct PlacedNumbers {
  Point coordinates;
  store::Dataset numbers;
};

/// What samples are reduced to; NaN where there is none.
struct Reduced {
  double centre, sd, low, high;  ///< mean or median, ddof 1, its 95 % interval
  double n = 0;
};
/// Of the samples that are not NaN; `how` is "mean" or "median". The interval is Student's t for the mean, and for the
/// median the percentiles of 2000 bootstrap resamples.
Reduced reduce_samples(std::vector<double> samples, const std::string& how);

/// Whether `name` is one of those that the reduction of a variable `of` has beside the centre: NAME_sd, NAME_low,
/// NAME_high, NAME_n.
bool made_by_reducing(const std::string& name, const std::string& of);

/// Every variable that holds numbers gets the axes as leading dimensions. Axes of `over` are reduced instead: NAME is
/// the mean (or median), with NAME_sd (ddof 1), NAME_low and NAME_high (95 % interval) and NAME_n, the number of
/// samples. One sample has no sd and no interval: these are NaN. Samples that are NaN (batches without evaluation) are
/// left out, and so is a variable that has such a name beside NAME.
/// `chosen` names the variables that are gathered, with the coordinates of their dimensions; empty: all.
/// `results` hold every point of the axes' product, the last axis fastest. DataError when variables do not match.
store::Dataset gather(const std::vector<PlacedNumbers>& results, const std::vector<std::string>& over,
                      const std::string& reduce, const std::vector<std::string>& chosen = {});

}  // namespace reverie::pipeline
