// SPDX-License-Identifier: BSD-3-Clause
/// What a claim's comparison found, in the words that the command and the page share.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace reverie::analysis {

struct ComparisonWords {
  std::string inequality;  ///< "0.48 > 0.28"; of one that is not so: "0.005 is not > 0.5"
  std::string difference;  ///< "-0.09 to 0.5"; of a single sample, which has no interval: "-0.495"
};

inline ComparisonWords comparison_words(std::string_view side, double value, double bound, double low, double high,
                                        std::size_t samples) {
  const bool above = side == "above";
  const bool beyond = above ? value > bound : value < bound;
  return {fmt::format("{:.4g} {}{} {:.4g}", value, beyond ? "" : "is not ", above ? ">" : "<", bound),
          samples == 1 ? fmt::format("{:.3g}", low) : fmt::format("{:.3g} to {:.3g}", low, high)};
}

}  // namespace reverie::analysis
