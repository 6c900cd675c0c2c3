// SPDX-License-Identifier: BSD-3-Clause
/// Means and standard deviations of many quantities at once, over trials that stream by (Welford's updates).
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace running {

class Statistics {
 public:
  explicit Statistics(std::size_t quantities) : means_(quantities), squares_(quantities) {}

  /// One more trial: value(k) of each quantity.
  template <class Value>
  void add(Value&& value) {
    ++count_;
    for (std::size_t k = 0; k < means_.size(); ++k) {
      const double v = value(k), before = v - means_[k];
      means_[k] += before / static_cast<double>(count_);
      squares_[k] += before * (v - means_[k]);
    }
  }

  std::size_t count() const { return count_; }
  const std::vector<double>& means() const { return means_; }
  /// ddof 1; for at least two trials.
  std::vector<double> deviations() const {
    auto d = squares_;
    for (double& v : d) v = std::sqrt(v / static_cast<double>(count_ - 1));
    return d;
  }

 private:
  std::size_t count_ = 0;
  std::vector<double> means_, squares_;
};

}  // namespace running
