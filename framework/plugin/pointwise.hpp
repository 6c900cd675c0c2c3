// SPDX-License-Identifier: BSD-3-Clause
/// Cells and dynamics seen alike, for the checks: functions of named matrices.
#pragma once

#include <functional>
#include <plugin/instance.hpp>

namespace reverie::plugin {

/// One argument of a function, and how its cotangent crosses the call:
///   in          read; the gradient is added to the cotangent
///   in and out  the cotangent after the call is replaced by that before it
///   out         written, or added to (`adds`); the cotangent is given and stays
///   neither     of other calls: nobody touches it
struct Argument {
  std::string name;
  bool in = false, out = false, adds = false;
  bool absent_in_vjp = false;  ///< the host may pass null there
};

/// A hook of a dynamics or a phase of a cell.
struct Function {
  std::string name;
  bool trainable = false;
  std::vector<Argument> arguments;
  /// values and cotangents: one per argument; no cotangents: the forward call.
  std::function<void(const std::vector<reverie_rows>& values, const std::vector<reverie_rows>& cotangents,
                     std::int32_t dtype, std::int64_t rows, std::int64_t units, const reverie_step& step)>
      call;
  reverie_step step{sizeof(reverie_step), 0, 4, 0.08, 0.02, 0.2, 0.1};  ///< that checks call it in
};

/// A cell or dynamics made for a network of `units` units and a task with two directions in the plane.
struct Pointwise {
  std::int64_t units;
  std::vector<Function> functions;
  std::vector<std::string> idle_drives = {};  ///< of a cell: those that no projection goes to
};

constexpr std::int64_t usual_units = 19;  ///< odd: vector loops have tails

/// Tries `units`, then the usual ones (a plugin with a number for each unit), then 2 (a cell whose state is the task's
/// latents). PluginError of `create` where none is accepted.
Pointwise make_pointwise(const Component& component, const json& parameters, std::int64_t units = usual_units);

}  // namespace reverie::plugin
