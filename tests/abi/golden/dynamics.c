/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Dynamics with all three hooks, a memory and gradients; f is the friction:
 *   emit:     s += v / 2
 *   current:  drive -= f v
 *   advance:  v' = (1 - f) v + drift + noise + r / 8,  drift' = v',  noise' = 0 */
#include "golden.h"

#include <stdlib.h>

static const reverie_value friction = {sizeof(reverie_value), REVERIE_NUMBER, 0.5, 0, 0, 0, 0, 0};
static const reverie_parameter schema[] = {GOLDEN_SCHEMA_ROW(REVERIE_NUMBER, "friction", "1", "share of v lost per step",
                                                             &friction, 0, 1, REVERIE_MINIMUM_OPEN, 0, 0)};

static reverie_status create(const reverie_host *host, const reverie_setting *setting, const reverie_value *values,
                             uint32_t value_count, uint32_t value_stride, void **instance, reverie_error *error) {
  double *made = malloc(sizeof *made);
  (void)host, (void)value_count;
  if (!made) return golden_fail(error, REVERIE_MEMORY, -1, "out of memory");
  if (!setting) return golden_fail(error, REVERIE_INTERNAL, -1, "no setting");
  *made = golden_value(values, value_stride, 0)->number;
  *instance = made;
  return REVERIE_OK;
}

static const char *const memory_names[] = {"v"};
static const reverie_dynamics_layout the_layout = {sizeof(reverie_dynamics_layout),
                                                   REVERIE_USES_EMIT | REVERIE_USES_CURRENT | REVERIE_USES_ADVANCE, 1, 0,
                                                   memory_names};
static const reverie_dynamics_layout *layout(const void *instance) {
  (void)instance;
  return &the_layout;
}

/* body is run for each unit i of each row b, with f the friction and v the memory. */
#define DEFINE_HOOK(name, body)                                                                                     \
  static reverie_status name(const void *instance, const reverie_dynamics_block *block, reverie_error *error) {     \
    int64_t b, i;                                                                                                   \
    (void)error;                                                                                                    \
    for (b = 0; b < block->rows; ++b)                                                                               \
      if (block->dtype == REVERIE_F32) {                                                                            \
        LOOP(float, body)                                                                                           \
      } else {                                                                                                      \
        LOOP(double, body)                                                                                          \
      }                                                                                                             \
    return REVERIE_OK;                                                                                              \
  }
#define LOOP(T, body)                                                                                               \
  const T f = (T) * (const double *)instance, *state = GOLDEN_ROW(const T, block->state, b);                        \
  T *v = GOLDEN_ROW(T, block->memory[0], b), *emitted = GOLDEN_ROW(T, block->emitted, b);                           \
  T *drive = GOLDEN_ROW(T, block->drive, b), *drift = GOLDEN_ROW(T, block->drift, b);                               \
  T *noise = GOLDEN_ROW(T, block->noise, b), *d_state = GOLDEN_ROW(T, block->d_state, b);                           \
  T *d_v = block->d_memory ? GOLDEN_ROW(T, block->d_memory[0], b) : 0;                                              \
  T *d_emitted = GOLDEN_ROW(T, block->d_emitted, b), *d_drive = GOLDEN_ROW(T, block->d_drive, b);                   \
  T *d_drift = GOLDEN_ROW(T, block->d_drift, b), *d_noise = GOLDEN_ROW(T, block->d_noise, b), d;                    \
  (void)f, (void)state, (void)v, (void)emitted, (void)drive, (void)drift, (void)noise, (void)d_state, (void)d_v;    \
  (void)d_emitted, (void)d_drive, (void)d_drift, (void)d_noise, (void)d;                                            \
  for (i = 0; i < block->units; ++i) {                                                                              \
    body                                                                                                            \
  }

DEFINE_HOOK(emit, emitted[i] += v[i] / 2;)
DEFINE_HOOK(emit_vjp, d_v[i] += d_emitted[i] / 2;)
DEFINE_HOOK(current, drive[i] -= f * v[i];)
DEFINE_HOOK(current_vjp, d_v[i] -= f * d_drive[i];)
DEFINE_HOOK(advance, v[i] = (1 - f) * v[i] + drift[i] + noise[i] + state[i] / 8; drift[i] = v[i]; noise[i] = 0;)
DEFINE_HOOK(advance_vjp, d = d_v[i] + d_drift[i]; d_state[i] += d / 8; d_drift[i] = d; d_noise[i] = d;
            d_v[i] = (1 - f) * d;)

static const reverie_dynamics slots = {sizeof(reverie_dynamics), 0, layout, emit, current, advance, emit_vjp,
                                       current_vjp, advance_vjp};
const reverie_component golden_dynamics = {
    sizeof(reverie_component), REVERIE_KIND_DYNAMICS, "golden_dynamics", "1.0.0", "Momentum with all hooks.", 0, 1, 1,
    sizeof(reverie_parameter), 0, schema, create, free, &slots};
