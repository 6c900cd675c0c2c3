// SPDX-License-Identifier: BSD-3-Clause
/// Timing things in turns.
#pragma once

#include <bench/suite.hpp>
#include <chrono>
#include <map>

namespace reverie::bench {

template <class Body>
double seconds_of(Body&& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Middle value; of an even number the mean of the middle two. Throws std::logic_error where there is none.
double median(std::vector<double> values);

/// Values collected turn by turn, by name.
class Samples {
 public:
  void add(const std::string& name, double value) { values_[name].push_back(value); }
  template <class Body>
  void time(const std::string& name, Body&& body) {
    add(name, seconds_of(body));
  }
  double median_of(const std::string& name) const;
  /// For what a machine can do at best.
  double largest_of(const std::string& name) const;
  /// Median over the turns of the ratio within a turn.
  double median_ratio(const std::string& numerator, const std::string& denominator) const;

 private:
  std::map<std::string, std::vector<double>> values_;
};

/// Throws Interrupted when the user asked to stop.
void stop_if_asked(const Options& options);

}  // namespace reverie::bench
