// SPDX-License-Identifier: BSD-3-Clause
/// Cells: the layout, copied and checked, and the calls of a step.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <plugin/instance.hpp>
#include <plugin/validate.hpp>

namespace reverie::plugin {
namespace {

std::vector<Slot> slots_of(const reverie_cell_layout& layout) {
  std::vector<Slot> slots;
  std::vector<std::string> names;
  for (const auto& from :
       copy_array(layout.slots, layout.slot_stride, layout.slot_count, REVERIE_END_OF(reverie_slot, name), "slot")) {
    Slot slot{.name = copy_name(from.name, fmt::format("slot {}", slots.size()), names),
              .is_drive = from.role == REVERIE_SLOT_DRIVE,
              .receives_current = (from.flags & REVERIE_RECEIVES_CURRENT) != 0,
              .phase = from.phase};
    if (!slot.is_drive && from.role != REVERIE_SLOT_OUTPUT)
      throw PluginError(fmt::format("slot '{}': its role {} is unknown", slot.name, from.role));
    if (slot.phase >= layout.phase_count)
      throw PluginError(fmt::format("slot '{}': its phase {} is not below {}, the number of phases", slot.name,
                                    slot.phase, layout.phase_count));
    if (slot.receives_current && !slot.is_drive)
      throw PluginError(fmt::format("slot '{}': only a drive can receive currents", slot.name));
    slots.push_back(std::move(slot));
  }
  if (std::count_if(slots.begin(), slots.end(), [](const Slot& s) { return s.receives_current; }) > 1)
    throw PluginError("more than one slot receives currents");
  for (std::uint32_t phase = 0; layout.phase_count > 1 && phase < layout.phase_count; ++phase)
    if (std::none_of(slots.begin(), slots.end(), [phase](const Slot& s) { return s.phase == phase; }))
      throw PluginError(fmt::format("phase {} has no slots", phase));
  return slots;
}

void check_projection(const Projection& projection, const std::vector<Slot>& slots) {
  const auto fail = [&projection](const std::string& what) {
    throw PluginError(fmt::format("projection '{}': {}", projection.name, what));
  };
  if (projection.source < REVERIE_SOURCE_INPUT || projection.source > REVERIE_SOURCE_ONE)
    fail(fmt::format("its source {} is unknown", projection.source));
  if (projection.destination >= slots.size())
    fail(fmt::format("its destination {} is not one of the {} slots", projection.destination, slots.size()));
  const auto& destination = slots[projection.destination];
  if (!destination.is_drive) fail(fmt::format("its destination '{}' is not a drive", destination.name));
  if (projection.source != REVERIE_SOURCE_SLOT) return;
  if (projection.source_slot >= slots.size())
    fail(fmt::format("its source slot {} is not one of the {} slots", projection.source_slot, slots.size()));
  const auto& source = slots[projection.source_slot];
  if (source.is_drive || source.phase >= destination.phase)
    fail(fmt::format("its source '{}' is not an output of an earlier phase", source.name));
}

std::vector<Projection> projections_of(const reverie_cell_layout& layout, const std::vector<Slot>& slots) {
  std::vector<Projection> projections;
  std::vector<std::string> names = {"encoder", "readout", "task"};  // reserved in files of weights
  for (const auto& from : copy_array(layout.projections, layout.projection_stride, layout.projection_count,
                                     REVERIE_END_OF(reverie_projection, name), "projection")) {
    projections.push_back({copy_name(from.name, fmt::format("projection {}", projections.size()), names), from.source,
                           from.source_slot, from.destination});
    check_projection(projections.back(), slots);
  }
  return projections;
}

}  // namespace

Cell::Cell(const Component& component, const json& parameters, const reverie_setting& setting)
    : instance_(component, parameters, &setting), table_(static_cast<const reverie_cell*>(component.table->table)) {
  const auto* given = instance_.ask("layout", [&] { return table_->layout(instance_.get()); });
  const CallingScope scope({&component, "layout"});  // its arrays may be shorter than it says
  try {
    const auto layout =
        copy_struct<reverie_cell_layout>(given, REVERIE_END_OF(reverie_cell_layout, step_size), "its layout");
    if (layout.phase_count < 1 || layout.phase_count > REVERIE_MAX_PHASES)
      throw PluginError(fmt::format("{} phases; 1 to {} are possible", layout.phase_count, +REVERIE_MAX_PHASES));
    if (layout.slot_count > REVERIE_MAX_SLOTS)
      throw PluginError(fmt::format("{} slots; up to {} are possible", layout.slot_count, +REVERIE_MAX_SLOTS));
    phases_ = layout.phase_count;
    slots_ = slots_of(layout);
    projections_ = projections_of(layout, slots_);
    memory_ = copy_memory_names(layout.memory_names, layout.memory_count);
    state_is_output_ = (layout.flags & REVERIE_STATE_IS_OUTPUT) != 0;
    if (!std::isfinite(layout.step_size) || layout.step_size < 0)
      throw PluginError(fmt::format("its step size {} is not a positive number", layout.step_size));
    step_size_ = layout.step_size > 0 ? layout.step_size : setting.dt;
  } catch (const PluginError& error) {
    instance_.broke_contract(error.what());
  }
}

bool Cell::trainable() const { return table_->vjp != nullptr; }

void Cell::pointwise(const reverie_cell_block& block) const {
  instance_.call("pointwise", [&](reverie_error* error) { return table_->pointwise(instance_.get(), &block, error); });
}

void Cell::vjp(const reverie_cell_block& block) const {
  if (!table_->vjp) throw std::logic_error("the gradient of a cell that has none");
  instance_.call("vjp", [&](reverie_error* error) { return table_->vjp(instance_.get(), &block, error); });
}

}  // namespace reverie::plugin
