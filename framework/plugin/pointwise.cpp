// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <plugin/pointwise.hpp>

namespace reverie::plugin {
namespace {

/// A setting that suits most plugins, with the arrays it points to.
struct Setting {
  Array endpoint{{2, 2}}, mean_path{{2, 11, 2}};
  reverie_tensor endpoint_tensor, mean_path_tensor;
  reverie_setting abi{};

  explicit Setting(std::int64_t units) {
    endpoint.values = {1, 0, 0, 1};
    for (std::int64_t d = 0; d < 2; ++d)
      for (std::int64_t n = 0; n <= 10; ++n)
        mean_path.values[static_cast<std::size_t>((d * 11 + n) * 2 + d)] = 0.1 * static_cast<double>(n);
    endpoint_tensor = endpoint.tensor();
    mean_path_tensor = mean_path.tensor();
    abi = {sizeof abi, 2, units, 2, 2, 10, 0.02, 0.1, &endpoint_tensor, &mean_path_tensor};
  }
};

using Rows = std::vector<reverie_rows>;

Function hook_of(const std::shared_ptr<Dynamics>& dynamics, const char* name,
                 void (Dynamics::*forward)(const reverie_dynamics_block&) const,
                 void (Dynamics::*vjp)(const reverie_dynamics_block&) const, std::vector<Argument> arguments,
                 std::size_t first_memory) {
  return {name, dynamics->trainable(), std::move(arguments),
          [=](const Rows& values, const Rows& cotangents, std::int32_t dtype, std::int64_t rows, std::int64_t units,
              const reverie_step& step) {
            reverie_dynamics_block block{};
            block.struct_size = sizeof block;
            block.dtype = dtype;
            block.rows = rows;
            block.units = units;
            block.step = &step;
            const std::string hook = name;
            const auto place = [&](const Rows& from, reverie_rows& state, reverie_rows& emitted, reverie_rows& drive,
                                   reverie_rows& drift, reverie_rows& noise) {
              state = from[0];
              if (hook == "emit") emitted = from[1];
              if (hook == "current") drive = from[1];
              if (hook == "advance") {
                drift = from[1];
                noise = from[2];
              }
            };
            place(values, block.state, block.emitted, block.drive, block.drift, block.noise);
            block.memory = values.data() + first_memory;
            if (cotangents.empty()) return (dynamics.get()->*forward)(block);
            place(cotangents, block.d_state, block.d_emitted, block.d_drive, block.d_drift, block.d_noise);
            block.d_memory = cotangents.data() + first_memory;
            (dynamics.get()->*vjp)(block);
          }};
}

std::vector<Function> functions_of(const std::shared_ptr<Dynamics>& dynamics) {
  const auto with_memory = [&](std::vector<Argument> arguments, bool out) {
    for (const auto& name : dynamics->memory()) arguments.push_back({"memory '" + name + "'", true, out, false, false});
    return arguments;
  };
  const bool absent = !dynamics->uses(REVERIE_USES_NOISE_IN_VJP);
  const Argument state{"state", true, false, false, false};
  std::vector<Function> functions;
  if (dynamics->uses(REVERIE_USES_EMIT))
    functions.push_back(hook_of(dynamics, "emit", &Dynamics::emit, &Dynamics::emit_vjp,
                                with_memory({state, {"emitted", true, true, false, false}}, false), 2));
  if (dynamics->uses(REVERIE_USES_CURRENT))
    functions.push_back(hook_of(dynamics, "current", &Dynamics::current, &Dynamics::current_vjp,
                                with_memory({state, {"drive", false, true, true, false}}, false), 2));
  if (dynamics->uses(REVERIE_USES_ADVANCE))
    functions.push_back(hook_of(
        dynamics, "advance", &Dynamics::advance, &Dynamics::advance_vjp,
        with_memory({state, {"drift", true, true, false, absent}, {"noise", true, true, false, absent}}, true), 3));
  return functions;
}

/// Arguments: state, emitted (where it is apart), increment, slots, memory.
Function phase_of(const std::shared_ptr<Cell>& cell, std::uint32_t phase, bool apart) {
  const bool last = phase + 1 == cell->phases();
  Function function;
  function.name = cell->phases() == 1 ? "pointwise" : fmt::format("phase {}", phase);
  if (apart) function.name += " (with emitted)";
  function.trainable = cell->trainable();
  auto& arguments = function.arguments;
  arguments = {{"state", true, false, false, false}};
  if (apart) arguments.push_back({"emitted", true, false, false, false});
  if (last) arguments.push_back({"increment", false, true, false, false});
  const auto slots = arguments.size();
  for (const auto& slot : cell->slots())
    arguments.push_back({"slot '" + slot.name + "'", slot.is_drive && slot.phase <= phase,
                         !slot.is_drive && slot.phase == phase, false, false});
  const auto memory = arguments.size();
  for (const auto& name : cell->memory()) arguments.push_back({"memory '" + name + "'", true, last, false, false});
  function.call = [=](const Rows& values, const Rows& cotangents, std::int32_t dtype, std::int64_t rows,
                      std::int64_t units, const reverie_step& step) {
    reverie_cell_block block{};
    block.struct_size = sizeof block;
    block.dtype = dtype;
    block.phase = phase;
    block.rows = rows;
    block.units = units;
    block.step = &step;
    block.state = values[0];
    if (apart) block.emitted = values[1];
    if (last) block.increment = values[apart ? 2 : 1];
    block.slots = values.data() + slots;
    block.memory = values.data() + memory;
    if (cotangents.empty()) return cell->pointwise(block);
    block.d_state = cotangents[0];
    if (apart) block.d_emitted = cotangents[1];
    if (last) block.d_increment = cotangents[apart ? 2 : 1];
    block.d_slots = cotangents.data() + slots;
    block.d_memory = cotangents.data() + memory;
    cell->vjp(block);
  };
  return function;
}

/// Many tasks have neither endpoints nor mean paths. Who needs them may refuse; a crash is the plugin's mistake.
void create_without_landmarks(const Component& component, const json& parameters, Setting setting) {
  setting.abi.endpoint = setting.abi.mean_path = nullptr;
  try {
    if (component.kind == Kind::dynamics)
      Dynamics(component, parameters, setting.abi);
    else
      Cell(component, parameters, setting.abi);
  } catch (const PluginError&) {
  }
}

Pointwise made_for(const Component& component, const json& parameters, std::int64_t units) {
  const Setting setting(units);
  create_without_landmarks(component, parameters, setting);
  if (component.kind == Kind::dynamics)
    return {units, functions_of(std::make_shared<Dynamics>(component, parameters, setting.abi))};
  const auto cell = std::make_shared<Cell>(component, parameters, setting.abi);
  Pointwise made{units, {}};
  for (std::uint32_t slot = 0; slot < cell->slots().size(); ++slot)
    if (cell->slots()[slot].is_drive &&
        std::none_of(cell->projections().begin(), cell->projections().end(),
                     [slot](const Projection& projection) { return projection.destination == slot; }))
      made.idle_drives.push_back(cell->slots()[slot].name);
  for (std::uint32_t phase = 0; phase < cell->phases(); ++phase)
    for (const bool apart : {false, true}) made.functions.push_back(phase_of(cell, phase, apart));
  return made;
}

}  // namespace

Pointwise make_pointwise(const Component& component, const json& parameters, std::int64_t units) {
  try {
    return made_for(component, parameters, units);
  } catch (const PluginError& error) {
    if (error.exit_code() == ExitCode::plugin) throw;
    for (const std::int64_t fewer : {usual_units, std::int64_t{2}}) try {
        return made_for(component, parameters, fewer);
      } catch (const PluginError&) {
      }
    throw;
  }
}

}  // namespace reverie::plugin
