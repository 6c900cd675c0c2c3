/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_twice_the_name': the name 'w_gate' of projection 1 is taken already */
#define PROJECTION_NAME "w_gate"
#include "parts/cell.h"
