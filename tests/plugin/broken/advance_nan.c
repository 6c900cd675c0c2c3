/* SPDX-License-Identifier: BSD-3-Clause */
/* check finite: advance: drift becomes NaN for input of size 0, or comes from what is not declared or not given
 * there, such as memory or a slot */
#define IN_ADVANCE                                  \
  if (block->dtype == REVERIE_F32)                  \
    *(float *)block->drift.data = NAN;              \
  else                                              \
    *(double *)block->drift.data = NAN
#include "parts/dynamics.h"
