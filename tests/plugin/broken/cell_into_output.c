/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_into_output': projection 'w_gated': its destination 'gated' is not a drive */
#define DESTINATION 1
#include "parts/cell.h"
