/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_source_slot': projection 'w_gated': its source slot 7 is not one of the 3 slots */
#define SOURCE_SLOT 7
#include "parts/cell.h"
