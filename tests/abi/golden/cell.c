/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Cell with two phases, a memory, parameters of all six types and a gradient:
 *   phase 0:  gated     = gate * r
 *   phase 1:  increment = alpha (candidate - r) + leak trace,  trace' = trace / 2 + r */
#include "golden.h"

#include <math.h>
#include <stdlib.h>

typedef struct cell {
  double alpha, leak;
} cell;

enum { ALPHA, LEAK, COUNT, FLAG, MODE, LABEL, TABLE, PARAMETERS };
static const char *const modes[] = {"first", "second"};
static const double table[] = {1, 2, 3, 4};
static const reverie_value defaults[] = {
    {sizeof(reverie_value), REVERIE_NUMBER, 0.25, 0, 0, 0, 0, 0},
    {sizeof(reverie_value), REVERIE_NUMBER, 0.125, 0, 0, 0, 0, 0},
    {sizeof(reverie_value), REVERIE_INTEGER, 0, 3, 0, 0, 0, 0},
    {sizeof(reverie_value), REVERIE_BOOLEAN, 0, 1, 0, 0, 0, 0},
    {sizeof(reverie_value), REVERIE_CHOICE, 0, 1, "second", 0, 0, 0},
    {sizeof(reverie_value), REVERIE_TEXT, 0, 0, "gold", 0, 0, 0},
    {sizeof(reverie_value), REVERIE_NUMBERS, 0, 0, 0, table, 2, 2}};
static const reverie_parameter schema[] = {
    GOLDEN_SCHEMA_ROW(REVERIE_NUMBER, "alpha", "1", "dt / tau", &defaults[ALPHA], 0, 1, REVERIE_MINIMUM_OPEN, 0, 0),
    GOLDEN_SCHEMA_ROW(REVERIE_NUMBER, "leak", "1", "weight of the trace", &defaults[LEAK], -INFINITY, INFINITY, 0, 0, 0),
    GOLDEN_SCHEMA_ROW(REVERIE_INTEGER, "count", "1", "an integer", &defaults[COUNT], 0, 9, 0, 0, 0),
    GOLDEN_SCHEMA_ROW(REVERIE_BOOLEAN, "flag", 0, "a boolean", &defaults[FLAG], 0, 0, 0, 0, 0),
    GOLDEN_SCHEMA_ROW(REVERIE_CHOICE, "mode", 0, "a choice", &defaults[MODE], 0, 0, 0, 2, modes),
    GOLDEN_SCHEMA_ROW(REVERIE_TEXT, "label", 0, "a text", &defaults[LABEL], 0, 0, 0, 0, 0),
    GOLDEN_SCHEMA_ROW(REVERIE_NUMBERS, "table", "1", "a table", &defaults[TABLE], 0, 9, 0, 0, 0)};

static reverie_status create(const reverie_host *host, const reverie_setting *setting, const reverie_value *values,
                             uint32_t value_count, uint32_t value_stride, void **instance, reverie_error *error) {
  const reverie_value *numbers = golden_value(values, value_stride, TABLE);
  cell *made;
  if (host != golden_host) return golden_fail(error, REVERIE_INTERNAL, -1, "another host");
  if (value_count != PARAMETERS) return golden_fail(error, REVERIE_INTERNAL, -1, "another number of values");
  if (!setting || setting->units < 1 || !(setting->dt > 0))
    return golden_fail(error, REVERIE_INTERNAL, -1, "no setting");
  if (golden_value(values, value_stride, COUNT)->integer == 9)
    return golden_fail(error, REVERIE_INVALID, COUNT, "9 is too many for this network");
  if (strcmp(modes[golden_value(values, value_stride, MODE)->integer], golden_value(values, value_stride, MODE)->text) ||
      golden_value(values, value_stride, FLAG)->integer > 1 || !golden_value(values, value_stride, LABEL)->text[0] ||
      numbers->rows * numbers->columns < 1 || numbers->numbers[numbers->rows * numbers->columns - 1] > 9)
    return golden_fail(error, REVERIE_INTERNAL, -1, "values that the schema does not have");
  if (!(made = malloc(sizeof *made))) return golden_fail(error, REVERIE_MEMORY, -1, "out of memory");
  made->alpha = golden_value(values, value_stride, ALPHA)->number;
  made->leak = golden_value(values, value_stride, LEAK)->number;
  *instance = made;
  return REVERIE_OK;
}

enum { GATE, GATED, CANDIDATE };
static const reverie_slot slots[] = {
    {sizeof(reverie_slot), REVERIE_SLOT_DRIVE, 0, 0, "gate"},
    {sizeof(reverie_slot), REVERIE_SLOT_OUTPUT, 0, 0, "gated"},
    {sizeof(reverie_slot), REVERIE_SLOT_DRIVE, 1, REVERIE_RECEIVES_CURRENT, "candidate"}};
static const reverie_projection projections[] = {
    {sizeof(reverie_projection), REVERIE_SOURCE_STATE, 0, GATE, "w_gate"},
    {sizeof(reverie_projection), REVERIE_SOURCE_INPUT, 0, CANDIDATE, "w_in"},
    {sizeof(reverie_projection), REVERIE_SOURCE_SLOT, GATED, CANDIDATE, "w_gated"},
    {sizeof(reverie_projection), REVERIE_SOURCE_ONE, 0, CANDIDATE, "bias"}};
static const char *const memory_names[] = {"trace"};
static const reverie_cell_layout the_layout = {
    sizeof(reverie_cell_layout), 0, 2, 3,     sizeof(reverie_slot), 4,
    sizeof(reverie_projection),  1, slots, projections, memory_names, 0.25};

static const reverie_cell_layout *layout(const void *instance) {
  (void)instance;
  return &the_layout;
}

#define DEFINE_LOOPS(T)                                                                                               \
  static void pointwise_##T(const cell *c, const reverie_cell_block *block) {                                         \
    const T alpha = (T)c->alpha, leak = (T)c->leak;                                                                   \
    int64_t b, i;                                                                                                     \
    for (b = 0; b < block->rows; ++b) {                                                                               \
      const T *state = GOLDEN_ROW(T, block->state, b), *gate = GOLDEN_ROW(T, block->slots[GATE], b);                  \
      T *gated = GOLDEN_ROW(T, block->slots[GATED], b), *candidate = GOLDEN_ROW(T, block->slots[CANDIDATE], b);       \
      T *increment = GOLDEN_ROW(T, block->increment, b), *trace = GOLDEN_ROW(T, block->memory[0], b);                 \
      for (i = 0; i < block->units; ++i)                                                                              \
        if (block->phase == 0) {                                                                                      \
          gated[i] = gate[i] * state[i];                                                                              \
        } else {                                                                                                      \
          increment[i] = alpha * (candidate[i] - state[i]) + leak * trace[i];                                         \
          trace[i] = trace[i] / 2 + state[i];                                                                         \
        }                                                                                                             \
    }                                                                                                                 \
  }                                                                                                                   \
  static void vjp_##T(const cell *c, const reverie_cell_block *block) {                                               \
    const T alpha = (T)c->alpha, leak = (T)c->leak;                                                                   \
    int64_t b, i;                                                                                                     \
    for (b = 0; b < block->rows; ++b) {                                                                               \
      const T *state = GOLDEN_ROW(T, block->state, b), *gate = GOLDEN_ROW(T, block->slots[GATE], b);                  \
      const T *d_increment = GOLDEN_ROW(T, block->d_increment, b), *d_gated = GOLDEN_ROW(T, block->d_slots[GATED], b); \
      T *d_state = GOLDEN_ROW(T, block->d_state, b), *d_gate = GOLDEN_ROW(T, block->d_slots[GATE], b);                \
      T *d_candidate = GOLDEN_ROW(T, block->d_slots[CANDIDATE], b), *d_trace = GOLDEN_ROW(T, block->d_memory[0], b);  \
      for (i = 0; i < block->units; ++i)                                                                              \
        if (block->phase == 0) {                                                                                      \
          d_gate[i] += d_gated[i] * state[i];                                                                         \
          d_state[i] += d_gated[i] * gate[i];                                                                         \
        } else {                                                                                                      \
          d_candidate[i] += alpha * d_increment[i];                                                                   \
          d_state[i] += d_trace[i] - alpha * d_increment[i];                                                          \
          d_trace[i] = d_trace[i] / 2 + leak * d_increment[i];                                                        \
        }                                                                                                             \
    }                                                                                                                 \
  }
DEFINE_LOOPS(float)
DEFINE_LOOPS(double)

static reverie_status pointwise(const void *instance, const reverie_cell_block *block, reverie_error *error) {
  (void)error;
  if (block->dtype == REVERIE_F32)
    pointwise_float(instance, block);
  else
    pointwise_double(instance, block);
  return REVERIE_OK;
}
static reverie_status vjp(const void *instance, const reverie_cell_block *block, reverie_error *error) {
  (void)error;
  if (block->dtype == REVERIE_F32)
    vjp_float(instance, block);
  else
    vjp_double(instance, block);
  return REVERIE_OK;
}

static const reverie_cell slots_of_kind = {sizeof(reverie_cell), 0, layout, pointwise, vjp};
const reverie_component golden_cell = {
    sizeof(reverie_component), REVERIE_KIND_CELL, "golden_cell", "1.0.0", "A gated leaky cell with a trace.", 0, 1,
    PARAMETERS, sizeof(reverie_parameter), 0, schema, create, free, &slots_of_kind};
