// SPDX-License-Identifier: BSD-3-Clause
/// Checks that every plugin of a kind must pass, whatever it computes: the invariants of abi.h, tried out.
///
/// A check calls the plugin and therefore may crash, hang or exit with it: the caller runs each in a process of its
/// own.
#pragma once

#include <plugin/registry.hpp>

namespace reverie::plugin {

enum class Verdict { pass, fail, skipped };

struct CheckResult {
  Verdict verdict = Verdict::pass;
  std::string detail;  ///< of a pass what was measured, of a fail what is wrong and where, of a skip the reason
};

struct Check {
  std::string name;  ///< "gradient"
  std::string doc;   ///< what must hold, in half a sentence
  CheckResult (*run)(const Component& component, const json& given);
};

/// The checks of a kind, in the order in which they make sense. `given` are parameters in place of the defaults; the
/// checks vary the others. Exceptions of class Error that leave a check are failures of the plugin.
const std::vector<Check>& checks_of(Kind kind);

}  // namespace reverie::plugin
