// SPDX-License-Identifier: BSD-3-Clause
/// Dynamics: the layout, copied and checked, and the hooks of a step.
#include <fmt/format.h>

#include <plugin/instance.hpp>
#include <plugin/validate.hpp>

namespace reverie::plugin {
namespace {

struct Hook {
  std::uint32_t flag;
  const char* name;
  reverie_dynamics_hook forward, vjp;
};

std::array<Hook, 3> hooks_of(const reverie_dynamics& table) {
  return {{{REVERIE_USES_EMIT, "emit", table.emit, table.emit_vjp},
           {REVERIE_USES_CURRENT, "current", table.current, table.current_vjp},
           {REVERIE_USES_ADVANCE, "advance", table.advance, table.advance_vjp}}};
}

}  // namespace

Dynamics::Dynamics(const Component& component, const json& parameters, const reverie_setting& setting)
    : instance_(component, parameters, &setting), table_(static_cast<const reverie_dynamics*>(component.table->table)) {
  const auto* given = instance_.ask("layout", [&] { return table_->layout(instance_.get()); });
  const CallingScope scope({&component, "layout"});  // its arrays may be shorter than it says
  try {
    const auto layout = copy_struct<reverie_dynamics_layout>(
        given, REVERIE_END_OF(reverie_dynamics_layout, memory_names), "its layout");
    uses_ = layout.uses;
    for (const auto& hook : hooks_of(*table_))
      if (uses(hook.flag) && !hook.forward)
        throw PluginError(fmt::format("its layout uses '{}', but the function is missing", hook.name));
    memory_ = copy_memory_names(layout.memory_names, layout.memory_count);
  } catch (const PluginError& error) {
    instance_.broke_contract(error.what());
  }
}

bool Dynamics::trainable() const {
  for (const auto& hook : hooks_of(*table_))
    if (uses(hook.flag) && !hook.vjp) return false;
  return true;
}

void Dynamics::call(reverie_dynamics_hook hook, const char* name, const reverie_dynamics_block& block) const {
  if (!hook) throw std::logic_error(fmt::format("the hook {} of a dynamics that has none", name));
  instance_.call(name, [&](reverie_error* error) { return hook(instance_.get(), &block, error); });
}

void Dynamics::emit(const reverie_dynamics_block& block) const { call(table_->emit, "emit", block); }
void Dynamics::current(const reverie_dynamics_block& block) const { call(table_->current, "current", block); }
void Dynamics::advance(const reverie_dynamics_block& block) const { call(table_->advance, "advance", block); }
void Dynamics::emit_vjp(const reverie_dynamics_block& block) const { call(table_->emit_vjp, "emit_vjp", block); }
void Dynamics::current_vjp(const reverie_dynamics_block& block) const {
  call(table_->current_vjp, "current_vjp", block);
}
void Dynamics::advance_vjp(const reverie_dynamics_block& block) const {
  call(table_->advance_vjp, "advance_vjp", block);
}

}  // namespace reverie::plugin
