/* SPDX-License-Identifier: BSD-3-Clause */
/* check bounds: current: what it adds to drive depends on what was there */
#include <reverie/abi.h>

static reverie_status current(const void* instance, const reverie_dynamics_block* block, reverie_error* error) {
  (void)instance, (void)error;
  for (int64_t row = 0; row < block->rows; ++row)
    for (int64_t i = row * block->drive.stride; i < row * block->drive.stride + block->units; ++i)
      if (block->dtype == REVERIE_F32)
        ((float*)block->drive.data)[i] *= 2;
      else
        ((double*)block->drive.data)[i] *= 2;
  return REVERIE_OK;
}
#define USES REVERIE_USES_CURRENT
#define CURRENT current
#include "parts/dynamics.h"
