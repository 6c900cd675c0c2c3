// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bench/measurement.hpp>
#include <stdexcept>

namespace reverie::bench {

double median(std::vector<double> values) {
  if (values.empty()) throw std::logic_error("the median of nothing");
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Samples::median_of(const std::string& name) const { return median(values_.at(name)); }

double Samples::largest_of(const std::string& name) const { return std::ranges::max(values_.at(name)); }

double Samples::median_ratio(const std::string& numerator, const std::string& denominator) const {
  const auto &above = values_.at(numerator), &below = values_.at(denominator);
  std::vector<double> ratios;
  for (std::size_t turn = 0; turn < std::min(above.size(), below.size()); ++turn)
    ratios.push_back(above[turn] / below[turn]);
  return median(std::move(ratios));
}

void stop_if_asked(const Options& options) {
  if (!options.stop) return;
  if (const auto code = options.stop()) throw Interrupted(*code);
}

}  // namespace reverie::bench
