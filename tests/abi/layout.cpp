// SPDX-License-Identifier: BSD-3-Clause
/// The layout of every struct of the ABI on x86-64, worked out by hand from the header: 4 bytes for 32-bit numbers, 8
/// for pointers, doubles and 64-bit numbers, no padding. Offsets never change; a struct that begins with struct_size may
/// grow at its end.
#include <doctest/doctest.h>
#include <reverie/abi.h>

#include <cstdint>
#include <initializer_list>

#define SIZE(type, size) static_assert(sizeof(reverie_##type) == (size))
#define AT(type, field, offset) static_assert(offsetof(reverie_##type, field) == (offset))

SIZE(error, 504);
AT(error, code, 0);
AT(error, param_index, 4);
AT(error, message, 8);

SIZE(note, 44);
AT(note, name_size, 0);
AT(note, desc_size, 4);
AT(note, type, 8);
AT(note, name, 12);
AT(note, major, 20);
AT(note, built_minor, 24);
AT(note, required_minor, 28);
AT(note, sdk_major, 32);
AT(note, sdk_minor, 36);
AT(note, sdk_patch, 40);

SIZE(tensor, 112);
AT(tensor, data, 0);
AT(tensor, dtype, 8);
AT(tensor, ndim, 12);
AT(tensor, shape, 16);
AT(tensor, stride, 64);

SIZE(rows, 16);
AT(rows, data, 0);
AT(rows, stride, 8);

SIZE(value, 56);
AT(value, struct_size, 0);
AT(value, type, 4);
AT(value, number, 8);
AT(value, integer, 16);
AT(value, text, 24);
AT(value, numbers, 32);
AT(value, rows, 40);
AT(value, columns, 48);

SIZE(parameter, 80);
AT(parameter, struct_size, 0);
AT(parameter, type, 4);
AT(parameter, name, 8);
AT(parameter, symbol, 16);
AT(parameter, unit, 24);
AT(parameter, doc, 32);
AT(parameter, default_value, 40);
AT(parameter, minimum, 48);
AT(parameter, maximum, 56);
AT(parameter, range_flags, 64);
AT(parameter, choice_count, 68);
AT(parameter, choices, 72);

SIZE(stream, 16);
AT(stream, seed, 0);
AT(stream, stream, 8);
AT(stream, reserved, 12);

SIZE(host, 72);
AT(host, struct_size, 0);
AT(host, major, 4);
AT(host, minor, 8);
AT(host, reserved, 12);
AT(host, context, 16);
AT(host, log, 24);
AT(host, should_stop, 32);
AT(host, random, 40);
AT(host, parallel_for, 48);
AT(host, emit_result, 56);
AT(host, get_extension, 64);

SIZE(setting, 72);
AT(setting, struct_size, 0);
AT(setting, direction_count, 4);
AT(setting, units, 8);
AT(setting, inputs, 16);
AT(setting, outputs, 24);
AT(setting, steps, 32);
AT(setting, dt, 40);
AT(setting, sigma, 48);
AT(setting, endpoint, 56);
AT(setting, mean_path, 64);

SIZE(step, 48);
AT(step, struct_size, 0);
AT(step, quiescent, 4);
AT(step, step, 8);
AT(step, time, 16);
AT(step, dt, 24);
AT(step, step_size, 32);
AT(step, sigma, 40);

SIZE(slot, 24);
AT(slot, struct_size, 0);
AT(slot, role, 4);
AT(slot, phase, 8);
AT(slot, flags, 12);
AT(slot, name, 16);

SIZE(projection, 24);
AT(projection, struct_size, 0);
AT(projection, source, 4);
AT(projection, source_slot, 8);
AT(projection, destination, 12);
AT(projection, name, 16);

SIZE(cell_layout, 64);
AT(cell_layout, struct_size, 0);
AT(cell_layout, flags, 4);
AT(cell_layout, phase_count, 8);
AT(cell_layout, slot_count, 12);
AT(cell_layout, slot_stride, 16);
AT(cell_layout, projection_count, 20);
AT(cell_layout, projection_stride, 24);
AT(cell_layout, memory_count, 28);
AT(cell_layout, slots, 32);
AT(cell_layout, projections, 40);
AT(cell_layout, memory_names, 48);
AT(cell_layout, step_size, 56);

SIZE(cell_block, 168);
AT(cell_block, struct_size, 0);
AT(cell_block, dtype, 4);
AT(cell_block, phase, 8);
AT(cell_block, reserved, 12);
AT(cell_block, rows, 16);
AT(cell_block, units, 24);
AT(cell_block, step, 32);
AT(cell_block, state, 40);
AT(cell_block, emitted, 56);
AT(cell_block, increment, 72);
AT(cell_block, slots, 88);
AT(cell_block, memory, 96);
AT(cell_block, d_state, 104);
AT(cell_block, d_emitted, 120);
AT(cell_block, d_increment, 136);
AT(cell_block, d_slots, 152);
AT(cell_block, d_memory, 160);

SIZE(cell, 32);
AT(cell, struct_size, 0);
AT(cell, reserved, 4);
AT(cell, layout, 8);
AT(cell, pointwise, 16);
AT(cell, vjp, 24);

SIZE(dynamics_layout, 24);
AT(dynamics_layout, struct_size, 0);
AT(dynamics_layout, uses, 4);
AT(dynamics_layout, memory_count, 8);
AT(dynamics_layout, reserved, 12);
AT(dynamics_layout, memory_names, 16);

SIZE(dynamics_block, 208);
AT(dynamics_block, struct_size, 0);
AT(dynamics_block, dtype, 4);
AT(dynamics_block, rows, 8);
AT(dynamics_block, units, 16);
AT(dynamics_block, step, 24);
AT(dynamics_block, state, 32);
AT(dynamics_block, emitted, 48);
AT(dynamics_block, drive, 64);
AT(dynamics_block, drift, 80);
AT(dynamics_block, noise, 96);
AT(dynamics_block, memory, 112);
AT(dynamics_block, d_state, 120);
AT(dynamics_block, d_emitted, 136);
AT(dynamics_block, d_drive, 152);
AT(dynamics_block, d_drift, 168);
AT(dynamics_block, d_noise, 184);
AT(dynamics_block, d_memory, 200);

SIZE(dynamics, 64);
AT(dynamics, struct_size, 0);
AT(dynamics, reserved, 4);
AT(dynamics, layout, 8);
AT(dynamics, emit, 16);
AT(dynamics, current, 24);
AT(dynamics, advance, 32);
AT(dynamics, emit_vjp, 40);
AT(dynamics, current_vjp, 48);
AT(dynamics, advance_vjp, 56);

SIZE(constant, 64);
AT(constant, struct_size, 0);
AT(constant, ndim, 4);
AT(constant, name, 8);
AT(constant, shape, 16);

SIZE(task_layout, 120);
AT(task_layout, struct_size, 0);
AT(task_layout, flags, 4);
AT(task_layout, inputs, 8);
AT(task_layout, starts, 16);
AT(task_layout, outputs, 24);
AT(task_layout, latents, 32);
AT(task_layout, steps, 40);
AT(task_layout, dt, 48);
AT(task_layout, latent_names, 56);
AT(task_layout, latent_unit, 64);
AT(task_layout, input_unit, 72);
AT(task_layout, output_unit, 80);
AT(task_layout, constant_count, 88);
AT(task_layout, constant_stride, 92);
AT(task_layout, constants, 96);
AT(task_layout, direction_count, 104);
AT(task_layout, reserved, 108);
AT(task_layout, direction_names, 112);

SIZE(task, 56);
AT(task, struct_size, 0);
AT(task, reserved, 4);
AT(task, layout, 8);
AT(task, make_constants, 16);
AT(task, generate, 24);
AT(task, encode, 32);
AT(task, decode, 40);
AT(task, landmarks, 48);

SIZE(metric_input, 40);
AT(metric_input, struct_size, 0);
AT(metric_input, flags, 4);
AT(metric_input, role, 8);
AT(metric_input, variable, 16);
AT(metric_input, dims, 24);
AT(metric_input, doc, 32);

SIZE(metric_output, 40);
AT(metric_output, struct_size, 0);
AT(metric_output, flags, 4);
AT(metric_output, name, 8);
AT(metric_output, dims, 16);
AT(metric_output, unit, 24);
AT(metric_output, doc, 32);

SIZE(metric_layout, 40);
AT(metric_layout, struct_size, 0);
AT(metric_layout, passes, 4);
AT(metric_layout, input_count, 8);
AT(metric_layout, input_stride, 12);
AT(metric_layout, output_count, 16);
AT(metric_layout, output_stride, 20);
AT(metric_layout, inputs, 24);
AT(metric_layout, outputs, 32);

SIZE(metric_source, 128);
AT(metric_source, struct_size, 0);
AT(metric_source, reserved, 4);
AT(metric_source, unit, 8);
AT(metric_source, shape, 16);

SIZE(metric, 48);
AT(metric, struct_size, 0);
AT(metric, reserved, 4);
AT(metric, layout, 8);
AT(metric, begin, 16);
AT(metric, add, 24);
AT(metric, finish_pass, 32);
AT(metric, end, 40);

SIZE(component, 88);
AT(component, struct_size, 0);
AT(component, kind, 4);
AT(component, id, 8);
AT(component, version, 16);
AT(component, doc, 24);
AT(component, source, 32);
AT(component, results_revision, 40);
AT(component, parameter_count, 44);
AT(component, parameter_stride, 48);
AT(component, reserved, 52);
AT(component, parameters, 56);
AT(component, create, 64);
AT(component, destroy, 72);
AT(component, table, 80);

SIZE(plugin, 16);
AT(plugin, struct_size, 0);
AT(plugin, component_count, 4);
AT(plugin, components, 8);

extern "C" int abi_header_has_choices(std::uint32_t struct_size);

TEST_CASE("a field exists if and only if its end is within struct_size, in C as in C++") {
  reverie_parameter parameter{};
  for (const std::uint32_t size : {0U, 72U, 79U, 80U, 96U}) {
    parameter.struct_size = size;
    CHECK(REVERIE_HAS(&parameter, reverie_parameter, choices) == (size >= 80));
    CHECK((abi_header_has_choices(size) == 1) == (size >= 80));
  }
}
