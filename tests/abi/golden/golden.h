/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The golden plugin: one component of each kind, in C99, against the frozen header of version 1.0 and nothing else. It
 * stands for all plugins that were built in 1.0: as long as the major is 1 it has to work in every host, and no line of
 * it may be changed to that end. It uses every slot and every service once; its formulas are simple enough to be
 * checked by hand (golden.cpp). */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <reverie/abi.h>
#include <string.h>

extern const reverie_component golden_cell, golden_dynamics, golden_task, golden_metric;
extern const reverie_host *golden_host; /* as the entry was given it */

/* Element `index` of the values given to `create`; the host's may be longer than ours. */
static inline const reverie_value *golden_value(const reverie_value *values, uint32_t stride, uint32_t index) {
  return (const reverie_value *)((const char *)values + (size_t)stride * index);
}

static inline reverie_status golden_fail(reverie_error *error, reverie_status status, int32_t index,
                                         const char *message) {
  error->code = status;
  error->param_index = index;
  strncpy(error->message, message, sizeof error->message - 1);
  error->message[sizeof error->message - 1] = '\0';
  return status;
}

/* Row b of a matrix, as a pointer to T; null where the matrix is absent. */
#define GOLDEN_ROW(T, matrix, b) ((matrix).data ? (T *)(matrix).data + (b) * (matrix).stride : (T *)0)

#define GOLDEN_SCHEMA_ROW(type, name, unit, doc, value, low, high, flags, choice_count, choices) \
  { sizeof(reverie_parameter), type, name, 0, unit, doc, value, low, high, flags, choice_count, choices }

#endif
