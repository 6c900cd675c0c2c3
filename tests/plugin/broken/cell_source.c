/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_source': projection 'w_gated': its source 9 is unknown */
#define SOURCE 9
#include "parts/cell.h"
