/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_from_drive': projection 'w_gated': its source 'gate' is not an output of an earlier
 * phase */
#define SOURCE_SLOT 0
#include "parts/cell.h"
