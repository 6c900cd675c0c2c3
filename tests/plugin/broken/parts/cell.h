/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A correct cell with two phases in plain C, in which every macro, defined by the file that includes this
 * one, breaks one thing. NAME comes from the build: the name of that file. */
#include <reverie/abi.h>

#include <math.h>
#include <stddef.h>

#ifndef POINTWISE
#define POINTWISE pointwise
#endif
#ifndef PHASES
#define PHASES 2
#endif
#ifndef OUTPUT_PHASE
#define OUTPUT_PHASE 0
#endif
#ifndef FIRST_FLAGS
#define FIRST_FLAGS 0
#endif
#ifndef SLOT_STRIDE
#define SLOT_STRIDE sizeof(reverie_slot)
#endif
#ifndef SOURCE
#define SOURCE REVERIE_SOURCE_SLOT
#endif
#ifndef SOURCE_SLOT
#define SOURCE_SLOT 1
#endif
#ifndef DESTINATION
#define DESTINATION 2
#endif
#ifndef PROJECTION_NAME
#define PROJECTION_NAME "w_gated"
#endif
#ifndef STEP_SIZE
#define STEP_SIZE 0
#endif

REVERIE_DEFINE_NOTE(0, 0, 0);

static const reverie_slot slots[] = {
    {sizeof(reverie_slot), REVERIE_SLOT_DRIVE, 0, FIRST_FLAGS, "gate"},
    {sizeof(reverie_slot), REVERIE_SLOT_OUTPUT, OUTPUT_PHASE, 0, "gated"},
    {sizeof(reverie_slot), REVERIE_SLOT_DRIVE, 1, REVERIE_RECEIVES_CURRENT, "candidate"}};
static const reverie_projection projections[] = {
    {sizeof(reverie_projection), REVERIE_SOURCE_STATE, 0, 0, "w_gate"},
    {sizeof(reverie_projection), SOURCE, SOURCE_SLOT, DESTINATION, PROJECTION_NAME}};
static const reverie_cell_layout the_layout = {
    sizeof the_layout,          0, PHASES, 3,           SLOT_STRIDE, 2,
    sizeof(reverie_projection), 0, slots,  projections, NULL,        STEP_SIZE};

static reverie_status create(const reverie_host* host, const reverie_setting* setting, const reverie_value* values,
                             uint32_t value_count, uint32_t value_stride, void** instance, reverie_error* error) {
  (void)host, (void)setting, (void)values, (void)value_count, (void)value_stride, (void)instance, (void)error;
  return REVERIE_OK;
}
static void destroy(void* instance) { (void)instance; }
static const reverie_cell_layout* layout(const void* instance) {
  (void)instance;
  return &the_layout;
}
static reverie_status pointwise(const void* instance, const reverie_cell_block* block, reverie_error* error) {
  (void)instance, (void)block, (void)error;
  return REVERIE_OK;
}

static const reverie_cell table = {offsetof(reverie_cell, vjp), 0, layout, POINTWISE, NULL}; /* as before vjp existed */
#ifdef PARAMETER_NAME
static const reverie_parameter parameters[] = {
    {sizeof(reverie_parameter), REVERIE_BOOLEAN, PARAMETER_NAME, NULL, "1", "one", 0, 0, 0, 0, NULL, NULL}};
#define PARAMETERS 1, sizeof(reverie_parameter), 0, parameters
#else
#define PARAMETERS 0, 0, 0, NULL
#endif
static const reverie_component component = {
    sizeof component, REVERIE_KIND_CELL, NAME, "1.0.0", "", NULL, 1, PARAMETERS, create, destroy, &table};
static const reverie_component* const components[] = {&component};
static const reverie_plugin plugin = {sizeof plugin, 1, components};

const reverie_plugin* reverie_plugin_entry_v1(const reverie_host* host, reverie_error* error);
const reverie_plugin* reverie_plugin_entry_v1(const reverie_host* host, reverie_error* error) {
  (void)host, (void)error;
  return &plugin;
}
