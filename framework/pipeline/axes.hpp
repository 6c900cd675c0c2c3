// SPDX-License-Identifier: BSD-3-Clause
/// Axes of a sweep: what [axes] declares, points of their product, and "$axis" in tables.
///
///   [axes]
///   friction = [0.5, 0.7, 1.0]                      values are their own labels
///   [axes.chain]                                    labels name values of any type
///   overdamped = []
///   momentum = [{ plugin = "underdamped" }]
///
/// A text that is "$friction" stands for the axis's value, "$chain.key" for an entry of a value that is a table.
#pragma once

#include <pipeline/point.hpp>
#include <pipeline/tables.hpp>
#include <set>

namespace reverie::pipeline {

struct Axis {
  std::string name;
  std::vector<json> labels;        ///< numbers, texts or booleans, all different
  std::vector<json> values;        ///< one per label
  std::vector<std::string> paths;  ///< of the values in the document: "axes.friction[0]", "axes.chain.momentum"

  /// Index of a label, or nullopt.
  std::optional<std::size_t> find(const json& label) const;
};

/// The axes in the order of the file; faulty ones are diagnosed and left out.
std::vector<Axis> read_axes(const Reading& reading);

/// The axis whose value serves as the seed where no other is named.
inline constexpr const char* seed_axis = "seed";

/// A choice of one value on some axes; by index into `axes`, in that order.
struct Choice {
  const std::vector<Axis>* axes = nullptr;
  std::map<std::size_t, std::size_t> picks;  ///< axis -> value

  Point point() const;
  /// The same on fewer axes.
  Choice restricted_to(const std::set<std::size_t>& wanted) const;
};

/// All points of the product of some axes; the last axis runs fastest.
std::vector<Choice> product_of(const std::vector<Axis>& axes, const std::set<std::size_t>& wanted);

/// "chain.noise" -> "chain", "noise"; "chain" -> "chain", "".
std::pair<std::string, std::string> split_mention(const std::string& mention);

/// Entries of an axis that "$axis.entry" texts mention anywhere in a value; "" where one mentions the axis itself.
std::set<std::string> mentioned_entries(const std::string& axis, const json& value);

/// Axes that "$axis" texts mention anywhere in a value. Names that are no axis are diagnosed.
std::set<std::size_t> mentioned_axes(const Reading& reading, const std::vector<Axis>& axes, const std::string& path,
                                     const json& value);

/// A value with every "$axis" replaced; where the values came from, so that messages can point there.
struct Substitution {
  json value;
  Aliases aliases;  ///< path of the text -> path of the value in [axes]
  bool good = true;
};
/// The axes that `value` mentions must be chosen.
Substitution substitute(const Reading& reading, const Choice& choice, const std::string& path, const json& value);

}  // namespace reverie::pipeline
