// SPDX-License-Identifier: BSD-3-Clause
/// The points of scatter plots, written shorter: gnuplot takes a hundred bytes for each.
#pragma once

#include <string>
#include <string_view>

namespace reverie::analysis {

/// Filled circles that follow each other in a file, as <path>s of dots (lines of no length with round ends): those of
/// one colour that follow each other are one path. Order, size and colour stay; places are in tenths of a pixel.
class SvgPoints {
 public:
  /// Takes a tag, without its brackets, if it is such a circle.
  bool take(std::string_view tag);
  /// Everything taken since the last time; "" for nothing.
  std::string flush();

 private:
  std::string paths_;
  int colour_ = -1;      ///< of the open path
  double radius_ = 0;    ///< of all
  std::string waiting_;  ///< groups that are closed
  void close();
};

}  // namespace reverie::analysis
