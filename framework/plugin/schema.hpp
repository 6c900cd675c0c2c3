// SPDX-License-Identifier: BSD-3-Clause
/// Parameter schemas: what may stand in a TOML table, checked in one place for plugins, stages and figures alike.
///
/// Configuration travels through the host as nlohmann::json (`json` below): numbers, integers, booleans, texts, lists.
#pragma once

#include <reverie/abi.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace reverie::plugin {

using json = nlohmann::json;

/// One key of a table.
struct ParameterSpec {
  std::string name;
  std::int32_t type = REVERIE_NUMBER;  ///< REVERIE_NUMBER ... REVERIE_NUMBERS
  std::string symbol, unit, doc;
  std::optional<json> default_value;  ///< none: must be given
  /// A number must be finite, unless an infinite limit of a range with one finite limit is closed ("[0, inf]").
  double minimum = -1.0 / 0.0, maximum = 1.0 / 0.0;
  bool minimum_open = false, maximum_open = false;
  std::vector<std::string> choices;

  /// "number in (0, 1]", "one of \"plain\", \"fdt\"", ...
  std::string expected() const;
};
using ParameterSchema = std::vector<ParameterSpec>;

/// A key that is unknown, missing, of the wrong type or out of range.
struct ParameterProblem {
  std::string key;      ///< the key concerned (for a missing one: the key that should be there)
  std::string message;  ///< what is wrong with it and what would be right
  bool missing = false;
};

/// The given table with defaults filled in, in schema order, and everything that is wrong with it. Integers are
/// accepted where numbers are expected and are converted. Keys in `ignored` belong to somebody else.
struct CheckedParameters {
  json values = json::object();
  std::vector<ParameterProblem> problems;
};
CheckedParameters check_parameters(const ParameterSchema& schema, const json& given,
                                   const std::vector<std::string>& ignored = {});

}  // namespace reverie::plugin
