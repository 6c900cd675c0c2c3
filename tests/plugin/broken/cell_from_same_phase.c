/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_from_same_phase': projection 'w_gated': its source 'gated' is not an output of an earlier
 * phase */
#define OUTPUT_PHASE 1
#include "parts/cell.h"
